/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluebrokerctl scan: a live table on a terminal, lines or JSON elsewhere. */
#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "client/boottime.h"
#include "client/fail.h"
#include "client/listener.h"
#include "client/output.h"
#include "client/signals.h"
#include "client/terminal.h"
#include "ctl/capture-file.h"
#include "ctl/commands.h"
#include "ctl/commands/scan-view.h"

#define NOTE_SECONDS 2		/* a report this long after the note means that the radio is back */

typedef struct Scan {
	const Options *options;
	GMainLoop *loop;
	ExitCode exit;
	bool ended;
	bool live;
	bool mute;		/* standard output is used for a capture */
	CaptureFile *pcap;	/* NULL: none */
	CaptureFile *btsnoop;
	bool guessed;		/* a report in a capture may differ from what was on air */
	ScanView view;
	uint64_t noted;		/* when view.note was set; CLOCK_BOOTTIME, microseconds */
} Scan;

static void scan_clear(Scan *scan)
{
	g_clear_pointer(&scan->loop, g_main_loop_unref);
	scan_view_clear(&scan->view);
}

static void end_scan(Scan *scan, ExitCode code)
{
	if (scan->ended)
		return;
	scan->ended = true;
	scan->exit = code;
	g_main_loop_quit(scan->loop);
}

/* Ends a scan that nothing disturbed: the exit code tells whether it heard anything. */
static void end_well(Scan *scan)
{
	end_scan(scan, scan->view.reports > 0 ? EXIT_DONE : EXIT_NOTHING);
}

static void draw(Scan *scan)
{
	if (!scan_view_draw(&scan->view))
		end_well(scan);
}

static gboolean on_frame(gpointer userdata)
{
	draw(userdata);
	return G_SOURCE_CONTINUE;
}

static void tell_guess(void)
{
	fail_line("the reports come from BlueZ's D-Bus, which tells neither type nor exact bytes: the "
		  "capture has them rebuilt, as connectable advertisements");
}

static void capture(Scan *scan, const bb_stream_report *report, uint64_t lost)
{
	if (!scan->pcap && !scan->btsnoop)
		return;
	capture_file_add(scan->pcap, report, lost);
	capture_file_add(scan->btsnoop, report, lost);
	if (scan->guessed || !capture_is_guess(report))
		return;
	scan->guessed = true;
	if (!scan->live)
		tell_guess();
}

static void write_capture(Scan *scan, CaptureFile *file)
{
	int r = capture_file_flush(file);

	if (r == 0)
		return;
	/* the reader is gone, or a signal to end came while it did not read */
	if (r == -ECANCELED || (r == -EPIPE && scan->mute)) {
		end_well(scan);
		return;
	}
	terminal_close();
	fail_line("%s: %s", capture_file_name(file), g_strerror(-r));
	end_scan(scan, EXIT_FAILED);
}

static void on_reports(void *userdata, const Reports *reports)
{
	Scan *scan = userdata;
	HeardStyle style = { .raw = scan->options->raw,
			     .wall_offset = boottime_to_wall(),
			     .lost = reports->lost };
	uint64_t limit = scan->options->count;

	if (scan->ended)
		return;
	scan->view.lost = reports->lost;
	/* the radio is back; not at once, for reports from before it went may still come in */
	if (scan->view.note && boottime_now() - scan->noted > NOTE_SECONDS * USEC_PER_SEC)
		g_clear_pointer(&scan->view.note, g_free);
	g_string_truncate(scan->view.buffer, 0);
	for (size_t i = 0; i < reports->count && (limit == 0 || scan->view.reports < limit); i++) {
		const bb_stream_report *report = &reports->list[i];
		Heard heard;

		heard_init(&heard, report);
		scan->view.reports++;
		seen_note(scan->view.seen, &heard);
		if (scan->options->stats)
			;	/* at the end */
		else if (scan->options->json)
			heard_append_json(scan->view.buffer, &heard, &style);
		else if (!scan->live && !scan->mute)
			heard_append_line(scan->view.buffer, &heard, &style);
		capture(scan, report, reports->lost);
	}
	write_capture(scan, scan->pcap);
	write_capture(scan, scan->btsnoop);
	if (!scan->live && !output_write(scan->view.buffer->str, scan->view.buffer->len))
		end_well(scan);
	if (limit > 0 && scan->view.reports >= limit)
		end_well(scan);
}

static const char *explain_stop(const char *reason)
{
	if (g_str_equal(reason, "radio-off"))
		return "the radio was switched off";
	if (g_str_equal(reason, "radio-gone"))
		return "the radio is gone (unplugged, or bluetoothd ended)";
	if (g_str_equal(reason, "bluez-gone"))
		return "bluetoothd went away";
	return "the scan was stopped from outside";
}

static void on_stopped(void *userdata, const char *reason, bool stands)
{
	Scan *scan = userdata;

	if (scan->ended)
		return;
	if (g_str_equal(reason, "timeout")) {
		end_well(scan);
		return;
	}
	if (!stands) {
		terminal_close();
		fail_line("%s, and the scan is over", explain_stop(reason));
		end_scan(scan, g_str_equal(reason, "stopped") ? EXIT_FAILED : EXIT_NO_RADIO);
		return;
	}
	seen_interrupt(scan->view.seen);
	g_free(scan->view.note);
	scan->noted = boottime_now();
	scan->view.note = g_strdup_printf("%s; waiting for it to come back", explain_stop(reason));
	if (!scan->live)
		fail_line("%s", scan->view.note);
}

static void on_back(void *userdata)
{
	Scan *scan = userdata;

	g_clear_pointer(&scan->view.note, g_free);
	if (!scan->live && !scan->ended)
		fail_line("the radio is back");
}

static void on_gone(void *userdata, const char *what)
{
	Scan *scan = userdata;

	if (scan->ended)
		return;
	terminal_close();
	fail_line("%s went away; see: systemctl status bluebrokerd dbus", what);
	end_scan(scan, EXIT_NO_DAEMON);
}

static void on_broken(void *userdata, const char *why)
{
	Scan *scan = userdata;

	if (scan->ended)
		return;
	terminal_close();
	fail_line("%s", why);
	end_scan(scan, EXIT_FAILED);
}

static void suspend(Scan *scan)
{
	terminal_close();
	raise(SIGSTOP);
	terminal_open();
	draw(scan);
}

static gboolean on_signals(gint fd UNUSED, GIOCondition condition UNUSED, gpointer userdata)
{
	Scan *scan = userdata;

	for (int number = signals_read(); number != 0; number = signals_read()) {
		if (number == SIGWINCH)
			draw(scan);
		else if (number == SIGTSTP)
			suspend(scan);
		else
			end_well(scan);
	}
	return G_SOURCE_CONTINUE;
}

static gboolean on_key(gint fd, GIOCondition condition UNUSED, gpointer userdata)
{
	Scan *scan = userdata;
	TerminalKey key = terminal_key(fd);

	switch (key) {
	case KEY_GONE:
		return G_SOURCE_REMOVE;
	case KEY_OTHER:
		return G_SOURCE_CONTINUE;
	case KEY_QUIT:
		end_well(scan);
		return G_SOURCE_CONTINUE;
	case KEY_UP:
	case KEY_DOWN:
		scan_view_scroll(&scan->view, key == KEY_UP ? -1 : 1, 0);
		break;
	case KEY_PAGE_UP:
	case KEY_PAGE_DOWN:
		scan_view_scroll(&scan->view, 0, key == KEY_PAGE_UP ? -1 : 1);
		break;
	case KEY_HOME:
	case KEY_END:
		scan_view_scroll(&scan->view, key == KEY_HOME ? -SEEN_MAX : SEEN_MAX, 0);
		break;
	}
	draw(scan);
	return G_SOURCE_CONTINUE;
}

/* The reader of our output is gone: there is nobody left to scan for. */
static gboolean on_reader_gone(gint fd UNUSED, GIOCondition condition UNUSED, gpointer userdata)
{
	end_well(userdata);
	return G_SOURCE_REMOVE;
}

/* Returns when the scan has ended. The main context is not run again, so its sources are left in place. */
static void run_loop(Scan *scan)
{
	g_unix_fd_add(signals_open(scan->live), G_IO_IN, on_signals, scan);
	g_unix_fd_add(STDOUT_FILENO, G_IO_ERR | G_IO_HUP, on_reader_gone, scan);
	if (scan->live) {
		terminal_open();
		draw(scan);
		g_timeout_add(SCAN_VIEW_FRAME_MS, on_frame, scan);
		if (isatty(STDIN_FILENO))
			g_unix_fd_add(STDIN_FILENO, G_IO_IN, on_key, scan);
	}
	if (!scan->ended)
		g_main_loop_run(scan->loop);
}

/* False: the error has been printed. */
static bool open_captures(Scan *scan)
{
	const Options *options = scan->options;

	scan->mute = capture_file_is_stdout(options->pcap) || capture_file_is_stdout(options->btsnoop);
	if (scan->mute && isatty(STDOUT_FILENO)) {
		fail_line("standard output is a terminal, which a capture would garble; give it a file or a "
			  "pipe");
		scan->exit = EXIT_USAGE;
		return false;
	}
	if (options->pcap)
		scan->pcap = capture_file_open(options->pcap, CAPTURE_PCAP);
	if (options->btsnoop && (scan->pcap || !options->pcap))
		scan->btsnoop = capture_file_open(options->btsnoop, CAPTURE_BTSNOOP);
	return (scan->pcap || !options->pcap) && (scan->btsnoop || !options->btsnoop);
}

static void close_captures(Scan *scan)
{
	if (!capture_file_close(scan->pcap))
		scan->exit = EXIT_FAILED;
	if (!capture_file_close(scan->btsnoop))
		scan->exit = EXIT_FAILED;
}

/* Scans to the end, and sums up. */
static void run(Scan *scan, BrokerManager1 *manager)
{
	static const ListenerEvents events = { on_reports, on_stopped, on_back, on_gone, on_broken };
	const Wanted *wanted = &scan->options->wanted;
	g_autoptr(GVariant) filter = wanted_filter(wanted);
	g_autoptr(GVariant) stream = wanted_stream(wanted, scan->live ? SCAN_VIEW_FRAME_MS / 2 : 0);
	const ListenerRequest request = {
		.adapter = scan->view.adapter,
		.init = scan->options->session.init,
		.filter = filter,
		.way = wanted->way,
		.timeout = scan->options->session.timeout,
		.stream = stream,
	};
	g_autoptr(Listener) listener = listener_new(manager, &request, &events, scan, &scan->exit);

	if (!listener)
		return;
	run_loop(scan);
	listener_close(listener);
	scan->view.lost = listener_lost(listener);
	if (scan->live) {
		terminal_close();
		scan_view_draw_final(&scan->view);
		if (scan->guessed)
			tell_guess();
	} else if (scan->options->stats && !scan->mute) {
		scan_view_print_stats(&scan->view, scan->options->json);
	}
	scan_view_sum_up(&scan->view);
}

ExitCode command_scan(const Options *options)
{
	CLEANUP(scan_clear) Scan scan = {
		.options = options,
		.exit = EXIT_FAILED,
		.live = !options->json && terminal_usable(),
	};
	g_autoptr(GDBusConnection) connection = bus_connect(options->session.bus, &scan.exit);
	g_autoptr(BrokerManager1) manager = connection ? bus_manager(connection, &scan.exit) : NULL;
	int adapter = manager ? bus_choose_adapter(manager, options->session.adapter, &scan.exit) : -1;

	if (adapter < 0)
		return scan.exit;
	scan_view_init(&scan.view, adapter, options);
	scan.loop = g_main_loop_new(NULL, FALSE);
	if (open_captures(&scan))
		run(&scan, manager);
	close_captures(&scan);
	return scan.exit;
}
