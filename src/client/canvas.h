/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Points and lines in the cells of a terminal: braille patterns, of 2 x 4 points a cell, or one mark a cell.
 * Each cell has one owner, the last that drew there. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "util/macros.h"

typedef struct Canvas Canvas;

Canvas *canvas_new(unsigned columns, unsigned rows, bool braille);
void canvas_free(Canvas *canvas);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Canvas, canvas_free)

/* In points, from the upper left corner. */
unsigned canvas_width(const Canvas *canvas);
unsigned canvas_height(const Canvas *canvas);

/* What lies outside is cut off. owner: 0 to 254. */
void canvas_line(Canvas *canvas, int x0, int y0, int x1, int y1, uint8_t owner);

/* How an owner's cells look. */
typedef struct CanvasInk {
	const char *sgr;	/* NULL: as usual */
	char mark;		/* where there is no braille */
} CanvasInk;

/* Appends a row of cells. inks: one for each owner. */
void canvas_append_row(GString *out, const Canvas *canvas, unsigned row, const CanvasInk *inks);
