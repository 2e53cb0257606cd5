/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluebrokerctl scan: a live table on a terminal, lines or JSON elsewhere. */
#include <errno.h>
#include <unistd.h>

#include "client/boottime.h"
#include "client/fail.h"
#include "client/listener.h"
#include "client/output.h"
#include "client/terminal.h"
#include "ctl/capture-file.h"
#include "ctl/commands.h"
#include "ctl/commands/scan-view.h"
#include "ctl/live.h"

typedef struct Scan {
	Live live;
	const Options *options;
	bool mute;		/* standard output is used for a capture */
	CaptureFile *pcap;	/* NULL: none */
	CaptureFile *btsnoop;
	bool guessed;		/* a report in a capture may differ from what was on air */
	ScanView view;
} Scan;

static void scan_clear(Scan *scan)
{
	live_clear(&scan->live);
	scan_view_clear(&scan->view);
}

static bool draw(Live *live)
{
	Scan *scan = CONTAINER_OF(live, Scan, live);

	return scan_view_draw(&scan->view, live->note);
}

static void on_key(Live *live, TerminalKey key)
{
	scan_view_key(&CONTAINER_OF(live, Scan, live)->view, key);
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
	if (!scan->live.on)
		tell_guess();
}

static void write_capture(Scan *scan, CaptureFile *file)
{
	int r = capture_file_flush(file);

	if (r == 0)
		return;
	/* the reader is gone, or a signal to end came while it did not read */
	if (r == -ECANCELED || (r == -EPIPE && scan->mute)) {
		live_end_well(&scan->live);
		return;
	}
	terminal_close();
	fail_line("%s: %s", capture_file_name(file), g_strerror(-r));
	live_end(&scan->live, EXIT_FAILED);
}

static void on_reports(void *userdata, const Reports *reports)
{
	Scan *scan = CONTAINER_OF(userdata, Scan, live);
	HeardStyle style = { .raw = scan->options->raw,
			     .wall_offset = boottime_to_wall(),
			     .lost = reports->lost };
	uint64_t limit = scan->options->count;

	if (scan->live.until.ended)
		return;
	scan->view.lost = reports->lost;
	scan->live.heard |= reports->count > 0;
	live_reports(&scan->live);
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
		else if (!scan->live.on && !scan->mute)
			heard_append_line(scan->view.buffer, &heard, &style);
		capture(scan, report, reports->lost);
	}
	write_capture(scan, scan->pcap);
	write_capture(scan, scan->btsnoop);
	if (!scan->live.on && !output_write(scan->view.buffer->str, scan->view.buffer->len))
		live_end_well(&scan->live);
	if (limit > 0 && scan->view.reports >= limit)
		live_end_well(&scan->live);
}

static void on_stopped(void *userdata, const char *reason, bool stands)
{
	seen_interrupt(CONTAINER_OF(userdata, Scan, live)->view.seen);
	live_stopped(userdata, reason, stands);
}

/* False: the error has been printed. */
static bool open_captures(Scan *scan)
{
	const Options *options = scan->options;

	scan->mute = capture_file_is_stdout(options->pcap) || capture_file_is_stdout(options->btsnoop);
	if (scan->mute && isatty(STDOUT_FILENO)) {
		fail_line("standard output is a terminal, which a capture would garble; give it a file or a "
			  "pipe");
		scan->live.until.exit = EXIT_USAGE;
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
		scan->live.until.exit = EXIT_FAILED;
	if (!capture_file_close(scan->btsnoop))
		scan->live.until.exit = EXIT_FAILED;
}

/* Scans to the end, and sums up. */
static void run(Scan *scan, BrokerManager1 *manager)
{
	static const ListenerEvents events = { on_reports, on_stopped, live_back, live_gone, live_broken };
	const Wanted *wanted = &scan->options->wanted;
	g_autoptr(GVariant) filter = wanted_filter(wanted);
	g_autoptr(GVariant) stream = wanted_stream(wanted, scan->live.on ? LIVE_FRAME_MS / 2 : 0);
	const ListenerRequest request = {
		.adapter = scan->view.adapter,
		.init = scan->options->session.init,
		.filter = filter,
		.way = wanted->way,
		.timeout = scan->options->session.timeout,
		.stream = stream,
	};
	g_autoptr(Listener) listener = NULL;

	listener = listener_new(manager, &request, &events, &scan->live, &scan->live.until.exit);
	if (!listener)
		return;
	live_run(&scan->live);
	listener_close(listener);
	scan->view.lost = listener_lost(listener);
	if (scan->live.on) {
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
		.live = { .until.exit = EXIT_FAILED, .draw = draw, .key = on_key },
	};
	g_autoptr(GDBusConnection) connection = bus_connect(options->session.bus, &scan.live.until.exit);
	g_autoptr(BrokerManager1) manager = connection ? bus_manager(connection, &scan.live.until.exit) : NULL;
	int adapter = manager ? bus_choose_adapter(manager, options->session.adapter, &scan.live.until.exit) : -1;

	if (adapter < 0)
		return scan.live.until.exit;
	scan_view_init(&scan.view, adapter, options);
	scan.live.on = !options->json && terminal_usable();
	if (open_captures(&scan))
		run(&scan, manager);
	close_captures(&scan);
	return scan.live.until.exit;
}
