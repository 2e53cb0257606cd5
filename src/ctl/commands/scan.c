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
#include "client/table.h"
#include "client/terminal.h"
#include "ctl/capture-file.h"
#include "ctl/commands.h"

#define FRAME_MS 200
#define NOTE_SECONDS 2		/* reports later than this say that the radio is back */
#define RATE_FRAMES 5		/* the rate in the title is that of the last so many frames */

typedef struct Scan {
	const Options *options;
	Listener *listener;
	GMainLoop *loop;
	Seen *seen;
	GString *buffer;
	ExitCode exit;
	bool ended;
	bool live;
	bool mute;		/* standard output is for a capture */
	CaptureFile *pcap;	/* NULL: none */
	CaptureFile *btsnoop;
	bool guessed;		/* some of what they have is not what was on air */
	int adapter;
	uint64_t started;
	uint64_t reports;
	uint64_t lost;
	char *note;
	uint64_t noted;		/* when */
	uint64_t earlier[RATE_FRAMES];	/* reports at the frames before */
	unsigned frame;
} Scan;

static void end_scan(Scan *scan, ExitCode code)
{
	if (scan->ended)
		return;
	scan->ended = true;
	scan->exit = code;
	g_main_loop_quit(scan->loop);
}

/* A scan that was not disturbed: what it found decides. */
static void end_well(Scan *scan)
{
	end_scan(scan, scan->reports > 0 ? EXIT_DONE : EXIT_NOTHING);
}

static char *format_title(Scan *scan, uint64_t now)
{
	unsigned seconds = (unsigned)((now - scan->started) / USEC_PER_SEC);
	uint64_t *before = &scan->earlier[scan->frame++ % RATE_FRAMES];
	uint64_t rate = (scan->reports - *before) * 1000 / (FRAME_MS * RATE_FRAMES);

	*before = scan->reports;
	return g_strdup_printf("hci%d  %u:%02u  %" G_GUINT64_FORMAT " devices  %" G_GUINT64_FORMAT " reports (%"
			       G_GUINT64_FORMAT "/s)  %" G_GUINT64_FORMAT " lost", scan->adapter, seconds / 60,
			       seconds % 60, seen_devices(scan->seen), scan->reports, rate, scan->lost);
}

static void draw(Scan *scan)
{
	uint64_t now = boottime_now();
	g_autofree char *title = format_title(scan, now);
	TableView view = {
		.now = now,
		.live = true,
		.colour = scan->options->colour,
		.raw = scan->options->raw,
		.title = title,
		.note = scan->note ? scan->note : "q or Ctrl-C ends",
	};

	terminal_size(&view.columns, &view.rows);
	g_string_truncate(scan->buffer, 0);
	table_draw(scan->buffer, scan->seen, &view);
	if (!output_write(scan->buffer->str, scan->buffer->len))
		end_well(scan);
}

/* What the live table showed last stays readable after it. */
static void draw_final(Scan *scan)
{
	TableView view = {
		.now = boottime_now(),
		.colour = scan->options->colour,
		.raw = scan->options->raw,
	};
	unsigned rows;

	if (scan->reports == 0)
		return;
	terminal_size(&view.columns, &rows);
	g_string_truncate(scan->buffer, 0);
	table_draw(scan->buffer, scan->seen, &view);
	output_write(scan->buffer->str, scan->buffer->len);
}

static gboolean on_frame(gpointer userdata)
{
	draw(userdata);
	return G_SOURCE_CONTINUE;
}

static void tell_guess(void)
{
	fail_line("the reports come from BlueZ's D-Bus, which tells neither type nor exact bytes: the capture has them "
		  "rebuilt, as connectable advertisements");
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
	/* the reader has seen enough, or does not read and we are to end */
	if (r == -ECANCELED || (r == -EPIPE && scan->mute)) {
		end_well(scan);
		return;
	}
	terminal_close();
	fail_line("%s: %s", capture_file_name(file), g_strerror(-r));
	end_scan(scan, EXIT_FAILED);
}

static void on_reports(void *userdata, bb_stream_iter *reports)
{
	Scan *scan = userdata;
	HeardStyle style = { .raw = scan->options->raw, .wall_offset = boottime_to_wall(), .lost = reports->lost };
	uint64_t limit = scan->options->count;
	bb_stream_report report;

	if (scan->ended)
		return;
	scan->lost = reports->lost;
	/* the last reports before the radio went may still be under way */
	if (scan->note && boottime_now() - scan->noted > NOTE_SECONDS * USEC_PER_SEC)
		g_clear_pointer(&scan->note, g_free);
	g_string_truncate(scan->buffer, 0);
	while ((limit == 0 || scan->reports < limit) && bb_stream_next(reports, &report) > 0) {
		Heard heard;

		heard_init(&heard, &report);
		scan->reports++;
		seen_note(scan->seen, &heard);
		if (scan->options->json)
			heard_append_json(scan->buffer, &heard, &style);
		else if (!scan->live && !scan->mute)
			heard_append_line(scan->buffer, &heard, &style);
		capture(scan, &report, reports->lost);
	}
	write_capture(scan, scan->pcap);
	write_capture(scan, scan->btsnoop);
	if (!scan->live && !output_write(scan->buffer->str, scan->buffer->len))
		end_well(scan);
	if (limit > 0 && scan->reports >= limit)
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
	g_free(scan->note);
	scan->noted = boottime_now();
	scan->note = g_strdup_printf("%s; waiting for it to come back", explain_stop(reason));
	if (!scan->live)
		fail_line("%s", scan->note);
}

static void on_back(void *userdata)
{
	Scan *scan = userdata;

	g_clear_pointer(&scan->note, g_free);
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
	char key;

	if (read(fd, &key, 1) <= 0)
		return G_SOURCE_REMOVE;
	if (key == 'q' || key == 'Q')
		end_well(userdata);
	return G_SOURCE_CONTINUE;
}

/* The reader of our output is gone: nobody is left to scan for. */
static gboolean on_reader_gone(gint fd UNUSED, GIOCondition condition UNUSED, gpointer userdata)
{
	end_well(userdata);
	return G_SOURCE_REMOVE;
}

/* Returns when the scan has ended; the main context is not run again, so what is attached to it may stay. */
static void run_loop(Scan *scan)
{
	g_unix_fd_add(signals_open(scan->live), G_IO_IN, on_signals, scan);
	g_unix_fd_add(STDOUT_FILENO, G_IO_ERR | G_IO_HUP, on_reader_gone, scan);
	if (scan->live) {
		terminal_open();
		draw(scan);
		g_timeout_add(FRAME_MS, on_frame, scan);
		if (isatty(STDIN_FILENO))
			g_unix_fd_add(STDIN_FILENO, G_IO_IN, on_key, scan);
	}
	if (!scan->ended)
		g_main_loop_run(scan->loop);
}

/* False: it is said what is wrong. */
static bool open_captures(Scan *scan)
{
	const Options *options = scan->options;

	scan->mute = capture_is_stdout(options->pcap) || capture_is_stdout(options->btsnoop);
	if (scan->mute && isatty(STDOUT_FILENO)) {
		fail_line("standard output is a terminal, which a capture would garble; give it a file or a pipe");
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

static GVariant *scan_filter(const Options *options)
{
	g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);

	wanted_to_dict(&options->wanted, &dict);
	if (options->dedup_ms > 0)
		g_variant_dict_insert(&dict, "dedup", "u", options->dedup_ms);
	return g_variant_ref_sink(g_variant_dict_end(&dict));
}

/* Everything is there: scans to the end. */
static void run(Scan *scan, BrokerManager1 *manager)
{
	static const ListenerEvents events = { on_reports, on_stopped, on_back, on_gone, on_broken };
	g_autoptr(GVariant) filter = scan_filter(scan->options);
	const ListenerRequest request = {
		.adapter = scan->adapter,
		.filter = filter,
		.timeout = scan->options->session.timeout,
		.batch_ms = scan->live ? FRAME_MS / 2 : 0,
	};
	uint64_t devices;

	scan->listener = listener_new(manager, &request, &events, scan, &scan->exit);
	if (!scan->listener)
		return;
	run_loop(scan);
	listener_close(scan->listener);
	scan->lost = listener_lost(scan->listener);
	if (scan->live) {
		terminal_close();
		draw_final(scan);
		if (scan->guessed)
			tell_guess();
	}
	devices = seen_devices(scan->seen);
	fprintf(stderr, "bluebrokerctl: %" G_GUINT64_FORMAT " report%s from %" G_GUINT64_FORMAT " device%s in %.1f s, %"
		G_GUINT64_FORMAT " lost\n", scan->reports, scan->reports == 1 ? "" : "s", devices, devices == 1 ? "" : "s",
		(double)(boottime_now() - scan->started) / USEC_PER_SEC, scan->lost);
	listener_free(scan->listener);
}

ExitCode command_scan(const Options *options)
{
	Scan scan = { .options = options, .exit = EXIT_FAILED };
	g_autoptr(GDBusConnection) connection = bus_connect(options->session.bus, &scan.exit);
	g_autoptr(BrokerManager1) manager = connection ? bus_manager(connection, &scan.exit) : NULL;

	if (!manager)
		return scan.exit;
	scan.adapter = bus_choose_adapter(manager, options->session.adapter, &scan.exit);
	if (scan.adapter < 0)
		return scan.exit;

	scan.live = !options->json && terminal_usable();
	scan.loop = g_main_loop_new(NULL, FALSE);
	scan.seen = seen_new();
	scan.buffer = g_string_new(NULL);
	scan.started = boottime_now();
	if (open_captures(&scan))
		run(&scan, manager);
	close_captures(&scan);
	g_main_loop_unref(scan.loop);
	seen_free(scan.seen);
	g_string_free(scan.buffer, TRUE);
	g_free(scan.note);
	return scan.exit;
}
