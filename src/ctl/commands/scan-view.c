/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of a scan, frame by frame. */
#include "ctl/commands/scan-view.h"

#include "client/boottime.h"
#include "client/fail.h"
#include "client/output.h"
#include "client/table.h"
#include "client/terminal.h"
#include "ctl/live.h"

#define STATS_COLUMNS 400	/* of a line of statistics that nobody looks at on a terminal */

void scan_view_init(ScanView *view, int adapter, const Options *options)
{
	*view = (ScanView){
		.colour = options->colour,
		.raw = options->raw,
		.paced = options->stats,
		.adapter = adapter,
		.started = boottime_now(),
		.seen = seen_new(),
		.buffer = g_string_new(NULL),
	};
	if (view->paced)
		seen_keep_pace(view->seen);
}

void scan_view_clear(ScanView *view)
{
	g_clear_pointer(&view->seen, seen_free);
	if (view->buffer)
		g_string_free(view->buffer, TRUE);
	view->buffer = NULL;
}

static char *format_title(ScanView *view, uint64_t now)
{
	unsigned seconds = (unsigned)((now - view->started) / USEC_PER_SEC);
	uint64_t *before = &view->earlier[view->frame++ % SCAN_VIEW_RATE_FRAMES];
	uint64_t rate = (view->reports - *before) * 1000 / (LIVE_FRAME_MS * SCAN_VIEW_RATE_FRAMES);

	*before = view->reports;
	/* what matters most comes first: the line may be cut */
	return g_strdup_printf("hci%d  %u:%02u  %" G_GUINT64_FORMAT " devices  %" G_GUINT64_FORMAT
			       " lost  %" G_GUINT64_FORMAT "/s  %" G_GUINT64_FORMAT " reports",
			       view->adapter, seconds / 60, seconds % 60, seen_devices(view->seen),
			       view->lost, rate, view->reports);
}

/* Says which of the devices are on the screen, and how to see the others. */
static char *format_note(ScanView *view, const TableView *table, const char *note)
{
	unsigned devices = seen_rows(view->seen), room = table_room(table);

	view->first = MIN(view->first, devices > room ? devices - room : 0);
	if (note)
		return g_strdup(note);
	if (devices <= room || room == 0)
		return g_strdup("q ends");
	return g_strdup_printf("q ends  %u-%u of %u devices, the strongest first  arrows and PgDn: more",
			       view->first + 1, view->first + room, devices);
}

static bool draw(ScanView *view, const TableView *table)
{
	g_string_truncate(view->buffer, 0);
	table_draw(view->buffer, view->seen, table);
	return output_write(view->buffer->str, view->buffer->len);
}

bool scan_view_draw(ScanView *view, const char *note)
{
	uint64_t now = boottime_now();
	g_autofree char *title = format_title(view, now);
	g_autofree char *last = NULL;
	TableView table = {
		.now = now,
		.live = true,
		.terminal = true,
		.colour = view->colour,
		.raw = view->raw,
		.paced = view->paced,
		.title = title,
		.note = "",
	};

	terminal_size(&table.columns, &table.rows);
	last = format_note(view, &table, note);
	table.note = last;
	table.first = view->first;
	return draw(view, &table);
}

void scan_view_draw_final(ScanView *view)
{
	TableView table = {
		.now = boottime_now(),
		.terminal = true,
		.colour = view->colour,
		.raw = view->raw,
		.paced = view->paced,
	};
	unsigned rows;

	if (view->reports == 0)
		return;
	terminal_size(&table.columns, &rows);
	draw(view, &table);
}

void scan_view_key(ScanView *view, TerminalKey key)
{
	TableView table = { .title = "", .note = "" };
	int64_t first = view->first;

	terminal_size(&table.columns, &table.rows);
	switch (key) {
	case KEY_UP:
	case KEY_DOWN:
		first += key == KEY_UP ? -1 : 1;
		break;
	case KEY_PAGE_UP:
	case KEY_PAGE_DOWN:
		first += key == KEY_PAGE_UP ? -(int64_t)table_room(&table) : table_room(&table);
		break;
	case KEY_HOME:
		first = 0;
		break;
	case KEY_END:
		first = SEEN_MAX;
		break;
	default:
		break;
	}
	view->first = (unsigned)CLAMP(first, 0, SEEN_MAX);
}

void scan_view_print_stats(ScanView *view, bool json)
{
	TableView table = { .columns = STATS_COLUMNS, .now = boottime_now(), .paced = true };
	GPtrArray *rows;

	if (view->reports == 0)
		return;
	if (!json) {
		draw(view, &table);
		return;
	}
	rows = seen_sorted(view->seen, table.now);
	g_string_truncate(view->buffer, 0);
	for (unsigned i = 0; i < rows->len; i++)
		seen_row_append_json(view->buffer, rows->pdata[i], view->lost);
	output_write(view->buffer->str, view->buffer->len);
}

void scan_view_sum_up(const ScanView *view)
{
	uint64_t devices = seen_devices(view->seen);

	fail_line("%" G_GUINT64_FORMAT " report%s from %" G_GUINT64_FORMAT
		  " device%s in %.1f s, %" G_GUINT64_FORMAT " lost",
		  view->reports, view->reports == 1 ? "" : "s", devices, devices == 1 ? "" : "s",
		  (double)(boottime_now() - view->started) / USEC_PER_SEC, view->lost);
}
