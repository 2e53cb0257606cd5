/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Draws the table of a scan: a frame of the live screen, or the final list. Pure: text in, text out. */
#pragma once

#include "client/seen.h"

typedef struct TableView {
	unsigned columns;	/* cells of a line */
	unsigned rows;		/* lines of the screen; 0: as many as there are devices */
	unsigned first;		/* the device on the first line, counted from 0 */
	uint64_t now;		/* CLOCK_BOOTTIME, microseconds */
	bool live;		/* with the control sequences that overwrite the frame before */
	bool terminal;		/* with those that keep columns in place, whatever it takes for wide */
	bool colour;
	bool raw;		/* bytes instead of their meaning */
	bool paced;		/* how often devices advertise, instead of what */
	const char *title;	/* first line; NULL: none */
	const char *note;	/* last line; NULL: none */
} TableView;

void table_draw(GString *out, Seen *seen, const TableView *view);

/* Devices that have room on the screen. */
unsigned table_room(const TableView *view);
