/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of a scan, frame by frame. */
#include "ctl/commands/scan-view.h"

#include "client/boottime.h"
#include "client/fail.h"
#include "client/output.h"
#include "client/table.h"
#include "client/terminal.h"

void scan_view_init(ScanView *view, int adapter, bool colour, bool raw)
{
	*view = (ScanView){
		.colour = colour,
		.raw = raw,
		.adapter = adapter,
		.started = boottime_now(),
		.seen = seen_new(),
		.buffer = g_string_new(NULL),
	};
}

void scan_view_clear(ScanView *view)
{
	g_clear_pointer(&view->seen, seen_free);
	if (view->buffer)
		g_string_free(view->buffer, TRUE);
	view->buffer = NULL;
	g_clear_pointer(&view->note, g_free);
}

static char *format_title(ScanView *view, uint64_t now)
{
	unsigned seconds = (unsigned)((now - view->started) / USEC_PER_SEC);
	uint64_t *before = &view->earlier[view->frame++ % SCAN_VIEW_RATE_FRAMES];
	uint64_t rate = (view->reports - *before) * 1000 / (SCAN_VIEW_FRAME_MS * SCAN_VIEW_RATE_FRAMES);

	*before = view->reports;
	return g_strdup_printf("hci%d  %u:%02u  %" G_GUINT64_FORMAT " devices  %" G_GUINT64_FORMAT
			       " reports (%" G_GUINT64_FORMAT "/s)  %" G_GUINT64_FORMAT " lost",
			       view->adapter, seconds / 60, seconds % 60, seen_devices(view->seen),
			       view->reports, rate, view->lost);
}

static bool draw(ScanView *view, const TableView *table)
{
	g_string_truncate(view->buffer, 0);
	table_draw(view->buffer, view->seen, table);
	return output_write(view->buffer->str, view->buffer->len);
}

bool scan_view_draw(ScanView *view)
{
	uint64_t now = boottime_now();
	g_autofree char *title = format_title(view, now);
	TableView table = {
		.now = now,
		.live = true,
		.colour = view->colour,
		.raw = view->raw,
		.title = title,
		.note = view->note ? view->note : "q or Ctrl-C ends",
	};

	terminal_size(&table.columns, &table.rows);
	return draw(view, &table);
}

void scan_view_draw_final(ScanView *view)
{
	TableView table = { .now = boottime_now(), .colour = view->colour, .raw = view->raw };
	unsigned rows;

	if (view->reports == 0)
		return;
	terminal_size(&table.columns, &rows);
	draw(view, &table);
}

void scan_view_sum_up(const ScanView *view)
{
	uint64_t devices = seen_devices(view->seen);

	fail_line("%" G_GUINT64_FORMAT " report%s from %" G_GUINT64_FORMAT
		  " device%s in %.1f s, %" G_GUINT64_FORMAT " lost",
		  view->reports, view->reports == 1 ? "" : "s", devices, devices == 1 ? "" : "s",
		  (double)(boottime_now() - view->started) / USEC_PER_SEC, view->lost);
}
