/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a scan has heard so far, and the table that shows it. */
#pragma once

#include "client/seen.h"
#include "client/terminal.h"
#include "ctl/options.h"

#define SCAN_VIEW_RATE_FRAMES 5		/* the title shows the rate over so many frames */

typedef struct ScanView {
	bool colour;
	bool raw;		/* bytes instead of their meaning */
	bool paced;		/* how often devices advertise, instead of what */
	unsigned first;		/* the device on the table's first line */
	int adapter;
	uint64_t started;	/* CLOCK_BOOTTIME, microseconds */
	uint64_t reports;
	uint64_t lost;
	Seen *seen;
	GString *buffer;	/* scratch for whoever prints something */
	uint64_t earlier[SCAN_VIEW_RATE_FRAMES];	/* the count of reports at the last frames */
	unsigned frame;
} ScanView;

void scan_view_init(ScanView *view, int adapter, const Options *options);
void scan_view_clear(ScanView *view);

/* Draws a frame of the live table. note: its last line; NULL: how to go on. Returns as output_write(). */
bool scan_view_draw(ScanView *view, const char *note);

/* Prints the table once more after the live one, so that it stays on the screen. */
void scan_view_draw_final(ScanView *view);

/* Moves the table, if the key is for that. */
void scan_view_key(ScanView *view, TerminalKey key);

/* Prints how often each device advertised: a table, or as JSON an object a line. */
void scan_view_print_stats(ScanView *view, bool json);

/* Prints a summary of the scan as a line on standard error. */
void scan_view_sum_up(const ScanView *view);
