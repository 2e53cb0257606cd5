/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Points in cells. */
#include "client/canvas.h"

#include <stdlib.h>

#define NOBODY 0xff
#define BRAILLE_BLANK 0x2800

typedef struct Cell {
	uint8_t owner;
	uint8_t points;		/* bits of the braille pattern */
} Cell;

struct Canvas {
	unsigned columns, rows;
	bool braille;
	Cell *cells;
};

Canvas *canvas_new(unsigned columns, unsigned rows, bool braille)
{
	Canvas *canvas = g_new0(Canvas, 1);

	*canvas = (Canvas){ .columns = columns, .rows = rows, .braille = braille };
	canvas->cells = g_new0(Cell, (size_t)columns * rows);
	for (size_t i = 0; i < (size_t)columns * rows; i++)
		canvas->cells[i].owner = NOBODY;
	return canvas;
}

void canvas_free(Canvas *canvas)
{
	if (!canvas)
		return;
	g_free(canvas->cells);
	g_free(canvas);
}

unsigned canvas_width(const Canvas *canvas)
{
	return canvas->columns * (canvas->braille ? 2 : 1);
}

unsigned canvas_height(const Canvas *canvas)
{
	return canvas->rows * (canvas->braille ? 4 : 1);
}

static void put_point(Canvas *canvas, int x, int y, uint8_t owner)
{
	static const uint8_t bits[4][2] = { { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 } };
	Cell *cell;

	if (x < 0 || y < 0 || (unsigned)x >= canvas_width(canvas) || (unsigned)y >= canvas_height(canvas))
		return;
	if (canvas->braille) {
		cell = &canvas->cells[(unsigned)y / 4 * canvas->columns + (unsigned)x / 2];
		cell->points |= bits[y % 4][x % 2];
	} else {
		cell = &canvas->cells[(unsigned)y * canvas->columns + (unsigned)x];
	}
	cell->owner = owner;
}

/* Bresenham's. */
void canvas_line(Canvas *canvas, int x0, int y0, int x1, int y1, uint8_t owner)
{
	int dx = abs(x1 - x0), dy = -abs(y1 - y0);
	int step_x = x0 < x1 ? 1 : -1, step_y = y0 < y1 ? 1 : -1;
	int error = dx + dy;

	for (;;) {
		int twice = 2 * error;

		put_point(canvas, x0, y0, owner);
		if (x0 == x1 && y0 == y1)
			return;
		if (twice >= dy) {
			error += dy;
			x0 += step_x;
		}
		if (twice <= dx) {
			error += dx;
			y0 += step_y;
		}
	}
}

static void append_cell(GString *out, const Canvas *canvas, const Cell *cell, const CanvasInk *inks)
{
	if (cell->owner == NOBODY)
		g_string_append_c(out, ' ');
	else if (canvas->braille)
		g_string_append_unichar(out, BRAILLE_BLANK + cell->points);
	else
		g_string_append_c(out, inks[cell->owner].mark);
}

void canvas_append_row(GString *out, const Canvas *canvas, unsigned row, const CanvasInk *inks)
{
	const char *sgr = NULL;

	for (unsigned i = 0; i < canvas->columns; i++) {
		const Cell *cell = &canvas->cells[row * canvas->columns + i];
		const char *wanted = cell->owner == NOBODY ? sgr : inks[cell->owner].sgr;

		if (wanted != sgr) {
			g_string_append(out, "\033[0m");
			if (wanted)
				g_string_append_printf(out, "\033[%sm", wanted);
		}
		sgr = wanted;
		append_cell(out, canvas, cell, inks);
	}
	if (sgr)
		g_string_append(out, "\033[0m");
}
