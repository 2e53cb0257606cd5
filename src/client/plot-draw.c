/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a plot is drawn: the lines, their axes, and a row for each device. */
#include "client/plot-draw.h"

#include "client/canvas.h"
#include "client/text.h"
#include "meaning/constants.h"

#define AXIS_CELLS 6		/* left of the lines: a number, a blank, the axis */
#define ROWS_MIN 3		/* of the lines; in a lower window there are none */
#define SPAN_MIN 30		/* dB from the bottom to the top */
#define GAP_SECONDS 5		/* what is that far apart is not joined */
#define STALE_SECONDS 10
#define SGR_HEAD "7"
#define SGR_STALE "2"

/* Colours that differ on black and on white, and marks for where there are none. */
static const CanvasInk inks[PLOT_DEVICES_MAX] = {
	{ "32", '*' }, { "35", 'o' }, { "36", '+' }, { "31", 'x' },
	{ "34", '#' }, { "33", '@' }, { "1", '%' }, { "90", '&' },
};

typedef struct Range {
	int low, high;		/* dBm */
} Range;

typedef struct Drawing {
	GString *out;
	const Plot *plot;
	const PlotView *view;
	unsigned lines;		/* begun so far */
	bool braille;
	CanvasInk inks[PLOT_DEVICES_MAX];
} Drawing;

static uint64_t window_start(const Drawing *drawing)
{
	uint64_t now = drawing->view->now;

	return now > drawing->plot->window ? now - drawing->plot->window : 0;
}

static int floor_ten(int number)
{
	return (number - (number < 0 ? 9 : 0)) / 10 * 10;
}

/* Whole tens around all that is shown. */
static Range find_range(const Drawing *drawing)
{
	Range range = { 127, -128 };

	for (unsigned i = 0; i < drawing->plot->count; i++) {
		const Series *series = &drawing->plot->series[i];

		for (uint64_t n = plot_first_since(series, window_start(drawing)); n < series->total; n++) {
			range.low = MIN(range.low, plot_sample(series, n)->dbm);
			range.high = MAX(range.high, plot_sample(series, n)->dbm);
		}
	}
	if (range.low > range.high)
		return (Range){ -100, -40 };
	range.low = floor_ten(range.low);
	range.high = -floor_ten(-range.high);
	while (range.high - range.low < SPAN_MIN) {
		range.low -= 10;
		if (range.high - range.low < SPAN_MIN)
			range.high += 10;
	}
	return range;
}

static void draw_series(const Drawing *drawing, Canvas *canvas, const Range *range, unsigned index)
{
	const Series *series = &drawing->plot->series[index];
	uint64_t start = window_start(drawing), before = 0;
	int x = 0, y = 0;

	for (uint64_t n = plot_first_since(series, start); n < series->total; n++) {
		const PlotSample *sample = plot_sample(series, n);
		uint64_t since = MIN(sample->time - start, drawing->plot->window);
		double right = (double)since / (double)drawing->plot->window;
		double down = (double)(range->high - sample->dbm) / (range->high - range->low);
		int next_x = (int)(right * (canvas_width(canvas) - 1) + 0.5);
		int next_y = (int)(down * (canvas_height(canvas) - 1) + 0.5);
		bool joined = before > 0 && sample->time - before < GAP_SECONDS * USEC_PER_SEC;

		canvas_line(canvas, joined ? x : next_x, joined ? y : next_y, next_x, next_y, (uint8_t)index);
		x = next_x;
		y = next_y;
		before = sample->time;
	}
}

/* --- lines of text --- */

static void begin_line(Drawing *drawing)
{
	if (drawing->lines++ > 0)
		g_string_append_c(drawing->out, '\n');
}

/* used: cells of the line, which must not be full for its end to be erased. */
static void end_line(const Drawing *drawing, unsigned used)
{
	if (drawing->view->live && used < drawing->view->columns)
		g_string_append(drawing->out, "\033[K");
}

/* A line with clean text, cut to the window. */
static void draw_text(Drawing *drawing, const char *clean, const char *sgr)
{
	const PlotView *view = drawing->view;
	bool coloured = sgr && view->colour;
	unsigned cells = coloured ? view->columns : MIN(text_width(clean), view->columns);

	begin_line(drawing);
	if (view->terminal && view->live && text_is_unsure(clean))
		g_string_append(drawing->out, "\033[K");
	if (coloured)
		g_string_append_printf(drawing->out, "\033[%sm", sgr);
	text_append_cells(drawing->out, clean, cells);
	if (coloured)
		g_string_append(drawing->out, "\033[0m");
	end_line(drawing, cells);
}

/* --- the lines with their axes --- */

static void draw_time_axis(Drawing *drawing, unsigned cells)
{
	g_autoptr(GString) line = g_string_new(NULL);
	g_autoptr(GString) labels = g_string_new(NULL);
	unsigned seconds = (unsigned)(drawing->plot->window / USEC_PER_SEC);
	unsigned parts = cells >= 64 ? 5 : cells >= 24 ? 2 : 1;

	/* whole seconds */
	while (seconds % parts > 0)
		parts--;
	g_string_append_printf(line, "%*s%s", AXIS_CELLS - 1, "", drawing->braille ? "└" : "+");
	for (unsigned i = 0; i < cells; i++)
		g_string_append(line, drawing->braille ? "─" : "-");
	draw_text(drawing, line->str, NULL);
	for (unsigned i = 0; i < parts; i++) {
		g_autofree char *label = g_strdup_printf("-%us", seconds - seconds * i / parts);

		/* the lines are drawn in UTF-8 or not, the labels are ASCII always */
		while (labels->len < AXIS_CELLS + cells * i / parts)
			g_string_append_c(labels, ' ');
		g_string_append(labels, label);
	}
	while (labels->len < AXIS_CELLS + cells - 3)
		g_string_append_c(labels, ' ');
	g_string_append(labels, "now");
	draw_text(drawing, labels->str, NULL);
}

/* Appends what stands left of a row: the level where it is a round one, and the axis. */
static void append_level(const Drawing *drawing, const Range *range, unsigned rows, unsigned row)
{
	int step = 10;

	while ((range->high - range->low) / step > (int)rows / 2)
		step *= 2;
	for (int dbm = range->high; dbm >= range->low; dbm -= step) {
		double down = (double)(range->high - dbm) / (range->high - range->low);

		if ((unsigned)(down * (rows - 1) + 0.5) != row)
			continue;
		g_string_append_printf(drawing->out, "%4d %s", dbm, drawing->braille ? "┤" : "+");
		return;
	}
	g_string_append_printf(drawing->out, "%4s %s", "", drawing->braille ? "│" : "|");
}

static void draw_lines(Drawing *drawing, unsigned rows)
{
	unsigned cells = drawing->view->columns - AXIS_CELLS;
	g_autoptr(Canvas) canvas = canvas_new(cells, rows, drawing->braille);
	Range range = find_range(drawing);

	for (unsigned i = 0; i < drawing->plot->count; i++)
		draw_series(drawing, canvas, &range, i);
	for (unsigned row = 0; row < rows; row++) {
		begin_line(drawing);
		append_level(drawing, &range, rows, row);
		canvas_append_row(drawing->out, canvas, row, drawing->inks);
		end_line(drawing, drawing->view->columns);
	}
	draw_time_axis(drawing, cells);
}

/* --- the devices --- */

/* Cuts the text of a device behind the last of its fields that has room: half a number says nothing. */
static void cut_fields(GString *text, unsigned cells)
{
	static const unsigned ends[] = { 42, 38, 33, 27, 22, 17 };

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		if (cells >= ends[i]) {
			/* behind the last field is the name, which may be cut */
			if (i > 0 || cells == ends[i])
				g_string_truncate(text, MIN(text->len, ends[i]));
			return;
		}
	}
}

static void append_age(GString *out, const Drawing *drawing, const Series *series)
{
	uint64_t now = drawing->view->now;
	unsigned seconds = now > series->last ? (unsigned)((now - series->last) / USEC_PER_SEC) : 0;

	if (series->last == 0)
		g_string_append(out, "   -");
	else if (seconds < 1)
		g_string_append(out, " now");
	else
		g_string_append_printf(out, "%3us", MIN(seconds, 999));
}

/* What the window shows of it. */
static void append_figures(GString *out, const Drawing *drawing, const Series *series)
{
	uint64_t first = plot_first_since(series, window_start(drawing)), n = series->total - first;
	int low = 127, high = -128;
	long sum = 0;

	for (uint64_t i = first; i < series->total; i++) {
		low = MIN(low, plot_sample(series, i)->dbm);
		high = MAX(high, plot_sample(series, i)->dbm);
		sum += plot_sample(series, i)->dbm;
	}
	if (series->rssi == RSSI_UNKNOWN)
		g_string_append(out, "    ?");
	else
		g_string_append_printf(out, "%5d", series->rssi);
	if (n == 0)
		g_string_append(out, "    -     -    -");
	else
		g_string_append_printf(out, "%5d%6.1f%5d", low, (double)sum / (double)n, high);
}

static void draw_device(Drawing *drawing, unsigned index)
{
	const Series *series = &drawing->plot->series[index];
	const PlotView *view = drawing->view;
	const CanvasInk *ink = &drawing->inks[index];
	bool stale = view->now > series->last + STALE_SECONDS * USEC_PER_SEC;
	g_autoptr(GString) text = g_string_new(NULL);
	unsigned before = 2;

	g_string_append(text, series->address);
	append_figures(text, drawing, series);
	append_age(text, drawing, series);
	if (series->name)
		g_string_append_printf(text, " %s", series->name);
	cut_fields(text, view->columns > before ? view->columns - before : 0);

	begin_line(drawing);
	if (view->live && view->terminal && text_is_unsure(text->str))
		g_string_append(drawing->out, "\033[K");
	if (ink->sgr)
		g_string_append_printf(drawing->out, "\033[%sm", ink->sgr);
	if (view->columns < before)
		before = 0;
	else if (drawing->braille)
		g_string_append(drawing->out, "━ ");
	else
		g_string_append_printf(drawing->out, "%c ", ink->mark);
	if (ink->sgr)
		g_string_append(drawing->out, "\033[0m");
	if (stale && view->colour)
		g_string_append(drawing->out, "\033[" SGR_STALE "m");
	text_append_cells(drawing->out, text->str, MIN(text_width(text->str), view->columns - before));
	if (stale && view->colour)
		g_string_append(drawing->out, "\033[0m");
	end_line(drawing, MIN(before + text_width(text->str), view->columns));
}

static void draw_devices(Drawing *drawing)
{
	/* in a window that is too low for all, the first ones */
	unsigned room = drawing->view->rows - MIN(drawing->lines, drawing->view->rows);

	if (room > drawing->plot->count) {
		g_autoptr(GString) head = g_string_new("ADDRESS            NOW  MIN  MEAN  MAX AGE NAME");

		cut_fields(head, drawing->view->columns > 2 ? drawing->view->columns - 2 : 0);
		g_string_prepend(head, "  ");
		draw_text(drawing, head->str, SGR_HEAD);
		room--;
	}
	for (unsigned i = 0; i < MIN(room, drawing->plot->count); i++)
		draw_device(drawing, i);
}

void plot_draw(GString *out, const Plot *plot, const PlotView *view)
{
	/* braille does not tell devices apart without colours */
	Drawing drawing = {
		.out = out,
		.plot = plot,
		.view = view,
		.braille = text_is_utf8() && (view->colour || plot->count == 1),
	};
	unsigned around = (view->title != NULL) + 2 + 1 + plot->count + (view->note != NULL);

	for (unsigned i = 0; i < PLOT_DEVICES_MAX; i++)
		drawing.inks[i] = (CanvasInk){ view->colour ? inks[i].sgr : NULL, inks[i].mark };
	if (view->live)
		g_string_append(out, "\033[H");
	if (view->title)
		draw_text(&drawing, view->title, NULL);
	if (view->rows >= around + ROWS_MIN && view->columns > 2 * AXIS_CELLS)
		draw_lines(&drawing, view->rows - around);
	draw_devices(&drawing);
	if (view->note && drawing.lines < view->rows) {
		for (; view->live && drawing.lines + 1 < view->rows;) {
			begin_line(&drawing);
			g_string_append(out, "\033[K");
		}
		draw_text(&drawing, view->note, NULL);
	}
	if (!view->live)
		g_string_append_c(out, '\n');
	else if (drawing.lines < view->rows)
		g_string_append(out, "\n\033[J");
}
