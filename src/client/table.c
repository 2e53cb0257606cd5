/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of a scan. */
#include "client/table.h"

#include "client/describe.h"
#include "client/text.h"
#include "meaning/constants.h"
#include "meaning/names.h"

/* Signal strengths at the ends of the bar. */
#define BAR_MIN (-100.0)
#define BAR_MAX (-35.0)

#define COLOUR_HEAD "1"
#define COLOUR_STALE "2"
#define COLOUR_STRONG "32"
#define COLOUR_MEDIUM "33"
#define COLOUR_WEAK "31"

/* Cells of each column; 0: the line has no room for it. */
typedef struct Layout {
	unsigned address, type, name, rssi, bar, age, count, data;
} Layout;

/* A line that is being built. Text is cut at its end. */
typedef struct Line {
	GString *out;
	unsigned left;
	bool colour;
} Line;

static Layout layout_for(unsigned columns)
{
	Layout layout = { .address = 17, .rssi = 4, .age = 4 };
	unsigned used, left;

	if (columns >= 60)
		layout.count = 6;
	if (columns >= 70)
		layout.bar = 6;
	if (columns >= 78)
		layout.type = 6;
	used = 17 + 1 + 4 + 1 + 4 + 1;
	used += layout.count ? layout.count + 1 : 0;
	used += layout.bar ? layout.bar + 1 : 0;
	used += layout.type ? layout.type + 1 : 0;
	left = columns > used ? columns - used : 0;
	layout.name = MIN(left * 2 / 5, 24U);
	if (layout.name < 8)
		layout.name = MIN(left, 24U);
	if (left > layout.name + 1)
		layout.data = left - layout.name - 1;
	return layout;
}

static void put(Line *line, const char *clean, unsigned cells, const char *colour)
{
	cells = MIN(cells, line->left);
	if (cells == 0)
		return;
	if (colour && line->colour)
		g_string_append_printf(line->out, "\033[%sm", colour);
	text_append_cells(line->out, clean, cells);
	if (colour && line->colour)
		g_string_append(line->out, "\033[0m");
	line->left -= cells;
}

/* A column and the blank after it. */
static void put_column(Line *line, const char *clean, unsigned cells, const char *colour)
{
	if (cells == 0)
		return;
	put(line, clean, cells, colour);
	put(line, "", 1, NULL);
}

static void format_bar(GString *out, double level, unsigned cells)
{
	static const char *const eighths[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
	double share = CLAMP((level - BAR_MIN) / (BAR_MAX - BAR_MIN), 0.0, 1.0);
	unsigned filled = (unsigned)(share * cells * 8 + 0.5);

	if (!text_is_utf8()) {
		for (unsigned i = 0; i < (filled + 4) / 8; i++)
			g_string_append_c(out, '#');
		return;
	}
	for (unsigned i = 0; i < filled / 8; i++)
		g_string_append(out, "█");
	g_string_append(out, eighths[filled % 8]);
}

static const char *level_colour(double level)
{
	if (level >= -65)
		return COLOUR_STRONG;
	return level >= -82 ? COLOUR_MEDIUM : COLOUR_WEAK;
}

static char *format_age(uint64_t now, uint64_t last)
{
	unsigned seconds = now > last ? (unsigned)((now - last) / USEC_PER_SEC) : 0;

	if (seconds < 1)
		return g_strdup(" now");
	if (seconds < 100)
		return g_strdup_printf("%3us", seconds);
	if (seconds < 6000)
		return g_strdup_printf("%3um", seconds / 60);
	return g_strdup_printf("%3uh", MIN(seconds / 3600, 999U));
}

static char *format_count(uint64_t count)
{
	if (count < 1000000)
		return g_strdup_printf("%6" G_GUINT64_FORMAT, count);
	if (count < 1000 * 99999ULL)
		return g_strdup_printf("%5" G_GUINT64_FORMAT "k", count / 1000);
	return g_strdup_printf("%5" G_GUINT64_FORMAT "M", MIN(count / 1000000, 99999));
}

static void format_data(GString *out, const SeenRow *row, bool raw)
{
	if (raw) {
		text_append_hex(out, row->data->data, row->data->len);
		if (row->response->len > 0)
			g_string_append(out, " + ");
		text_append_hex(out, row->response->data, row->response->len);
		return;
	}
	describe_summary(out, row->data->data, row->data->len);
	if (row->response->len > 0) {
		g_autoptr(GString) more = g_string_new(NULL);

		describe_summary(more, row->response->data, row->response->len);
		if (out->len > 0 && more->len > 0)
			g_string_append(out, "; ");
		g_string_append(out, more->str);
	}
}

static void draw_row(Line *line, const SeenRow *row, const Layout *layout, const TableView *view)
{
	const char *stale = seen_row_stale(row, view->now) ? COLOUR_STALE : NULL;
	g_autofree char *age = format_age(view->now, row->last);
	g_autofree char *count = format_count(row->count);
	g_autofree char *rssi =
		row->rssi == RSSI_UNKNOWN ? g_strdup("   ?") : g_strdup_printf("%4d", row->rssi);
	g_autoptr(GString) bar = g_string_new(NULL);
	g_autoptr(GString) data = g_string_new(NULL);

	format_bar(bar, row->level, layout->bar);
	if (layout->data > 0)
		format_data(data, row, view->raw);
	put_column(line, row->address, layout->address, stale);
	put_column(line, name_of_addr_type(row->addr_type), layout->type, stale);
	put_column(line, rssi, layout->rssi, stale);
	put_column(line, bar->str, layout->bar, stale ? stale : level_colour(row->level));
	put_column(line, age, layout->age, stale);
	put_column(line, count, layout->count, stale);
	put_column(line, row->name ? row->name : "", layout->name, stale ? stale : COLOUR_HEAD);
	put(line, data->str, layout->data, stale);
}

static void draw_head(Line *line, const Layout *layout)
{
	put_column(line, "ADDRESS", layout->address, COLOUR_HEAD);
	put_column(line, "TYPE", layout->type, COLOUR_HEAD);
	put_column(line, "RSSI", layout->rssi, COLOUR_HEAD);
	put_column(line, "", layout->bar, COLOUR_HEAD);
	put_column(line, " AGE", layout->age, COLOUR_HEAD);
	put_column(line, " COUNT", layout->count, COLOUR_HEAD);
	put_column(line, "NAME", layout->name, COLOUR_HEAD);
	put(line, "DATA", layout->data, COLOUR_HEAD);
}

static Line begin_line(GString *out, const TableView *view, bool first)
{
	if (!first)
		g_string_append_c(out, '\n');
	return (Line){ .out = out, .left = view->columns, .colour = view->colour };
}

static void end_line(const Line *line, const TableView *view)
{
	GString *out = line->out;

	if (view->live) {
		/* not if the line is full: the cursor stands on its last cell, which would be erased */
		if (line->left > 0)
			g_string_append(out, "\033[K");
		return;
	}
	while (out->len > 0 && out->str[out->len - 1] == ' ')
		g_string_truncate(out, out->len - 1);
}

static void draw_text_line(GString *out, const TableView *view, const char *text, bool first)
{
	g_autofree char *clean = text_clean(text, -1);
	Line line = begin_line(out, view, first);

	put(&line, clean, view->columns, NULL);
	end_line(&line, view);
}

void table_draw(GString *out, Seen *seen, const TableView *view)
{
	GPtrArray *rows = seen_sorted(seen, view->now);
	Layout layout = layout_for(view->columns);
	unsigned around = 1 + (view->title != NULL) + (view->note != NULL);
	unsigned shown = rows->len;
	unsigned lines = 0;
	Line line;

	if (view->rows > 0)
		shown = MIN(shown, view->rows > around ? view->rows - around : 0);
	if (view->live)
		g_string_append(out, "\033[H");
	if (view->title)
		draw_text_line(out, view, view->title, lines++ == 0);
	/* in a window that is too low for all, the title has precedence */
	if (view->rows == 0 || view->rows > lines) {
		line = begin_line(out, view, lines++ == 0);
		draw_head(&line, &layout);
		end_line(&line, view);
	}
	for (unsigned i = 0; i < shown; i++) {
		line = begin_line(out, view, lines++ == 0);
		draw_row(&line, rows->pdata[i], &layout, view);
		end_line(&line, view);
	}
	if (view->note && (view->rows == 0 || view->rows >= around))
		draw_text_line(out, view, view->note, lines++ == 0);
	if (!view->live)
		g_string_append_c(out, '\n');
	else if (lines < view->rows)
		g_string_append(out, "\n\033[J");
}
