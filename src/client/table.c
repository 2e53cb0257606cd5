/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of a scan. */
#include "client/table.h"

#include "client/table-columns.h"
#include "client/text.h"

#define NAME_CELLS_MAX 28	/* of the name, where data follow it */
#define NAME_CELLS_MIN 8
#define CELLS_MIN 4		/* less of a text says nothing */

#define SGR_HEAD "7"		/* as in top: readable on black and on white */
#define SGR_STALE "2"

/* A line that is being built. Text is cut at its end. */
typedef struct Line {
	GString *out;
	const TableView *view;
	unsigned used;
} Line;

static unsigned room_left(const Line *line)
{
	return line->view->columns - line->used;
}

/* Cells of the flexible column, of left cells. The last one gets all that others leave. */
static unsigned share_out(const Column *column, unsigned left)
{
	unsigned cells;

	if (!column[1].head)
		return left;
	cells = MIN(left / 2, NAME_CELLS_MAX);
	return cells < NAME_CELLS_MIN ? MIN(left, NAME_CELLS_MAX) : cells;
}

static void put(Line *line, const char *clean, unsigned cells, const char *sgr)
{
	bool moves = line->view->terminal && text_is_unsure(clean);

	cells = MIN(cells, room_left(line));
	if (cells == 0)
		return;
	/* what stood there before must not show where the terminal takes fewer cells than we do */
	if (moves)
		g_string_append(line->out, "\033[K");
	if (sgr && line->view->colour)
		g_string_append_printf(line->out, "\033[%sm", sgr);
	text_append_cells(line->out, clean, cells);
	if (sgr && line->view->colour)
		g_string_append(line->out, "\033[0m");
	line->used += cells;
	if (moves && room_left(line) > 0)
		g_string_append_printf(line->out, "\033[%uG", line->used + 1);
}

/* Calls put() for each column that the line has room for, with the blank after it. */
static void put_columns(Line *line, const SeenRow *row)
{
	const TableView *view = line->view;
	bool stale = row && seen_row_stale(row, view->now);
	g_autoptr(GString) text = g_string_new(NULL);

	for (const Column *column = table_columns(view); column->head; column++) {
		unsigned cells = column->cells;
		const char *sgr = NULL;

		/* half a number says nothing */
		if (view->columns < column->from ||
		    (line->used > 0 && MAX(cells, CELLS_MIN) > room_left(line)))
			continue;
		if (cells == 0)
			cells = share_out(column, room_left(line));
		g_string_truncate(text, 0);
		if (!row)
			g_string_append(text, column->head);
		else if (cells > 0)
			column->text(text, row, view);
		if (!row || stale)
			sgr = row ? SGR_STALE : SGR_HEAD;
		else if (column->colour)
			sgr = column->colour(row);
		put(line, text->str, cells, sgr);
		if (column[1].head)
			put(line, "", 1, row ? NULL : SGR_HEAD);
	}
}

static Line begin_line(GString *out, const TableView *view, bool first)
{
	if (!first)
		g_string_append_c(out, '\n');
	return (Line){ .out = out, .view = view };
}

static void end_line(const Line *line)
{
	GString *out = line->out;

	if (line->view->live) {
		/* not if the line is full: the cursor stands on its last cell, which would be erased */
		if (room_left(line) > 0)
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

	put(&line, clean, MIN(text_width(clean), view->columns), NULL);
	end_line(&line);
}

static void draw_row(GString *out, const TableView *view, const SeenRow *row, bool first)
{
	Line line = begin_line(out, view, first);

	put_columns(&line, row);
	end_line(&line);
}

static unsigned lines_around(const TableView *view)
{
	return 1 + (view->title != NULL) + (view->note != NULL);
}

unsigned table_room(const TableView *view)
{
	unsigned around = lines_around(view);

	return view->rows == 0 ? UINT_MAX : view->rows > around ? view->rows - around : 0;
}

void table_draw(GString *out, Seen *seen, const TableView *view)
{
	GPtrArray *rows = seen_sorted(seen, view->now);
	unsigned first = MIN(view->first, rows->len);
	unsigned shown = MIN(rows->len - first, table_room(view));
	unsigned lines = 0;

	if (view->live)
		g_string_append(out, "\033[H");
	if (view->title)
		draw_text_line(out, view, view->title, lines++ == 0);
	/* in a window that is too low for all, the title has precedence */
	if (view->rows == 0 || view->rows > lines)
		draw_row(out, view, NULL, lines++ == 0);
	for (unsigned i = 0; i < shown; i++)
		draw_row(out, view, rows->pdata[first + i], lines++ == 0);
	if (view->note && (view->rows == 0 || view->rows >= lines_around(view))) {
		/* where it stays, however many devices there are */
		for (; view->live && lines + 1 < view->rows; lines++)
			g_string_append(out, "\n\033[K");
		draw_text_line(out, view, view->note, lines++ == 0);
	}
	if (!view->live)
		g_string_append_c(out, '\n');
	else if (lines < view->rows)
		g_string_append(out, "\n\033[J");
}
