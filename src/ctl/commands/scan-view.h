/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a scan has heard so far, and the table that shows it. */
#pragma once

#include "client/seen.h"

#define SCAN_VIEW_FRAME_MS 200
#define SCAN_VIEW_RATE_FRAMES 5		/* the rate in the title is that of the last so many frames */

typedef struct ScanView {
	bool colour;
	bool raw;		/* bytes instead of their meaning */
	int adapter;
	uint64_t started;	/* CLOCK_BOOTTIME, microseconds */
	uint64_t reports;
	uint64_t lost;
	Seen *seen;
	GString *buffer;	/* for who prints something */
	char *note;		/* last line; NULL: how it is ended */
	uint64_t earlier[SCAN_VIEW_RATE_FRAMES];	/* reports at the frames before */
	unsigned frame;
} ScanView;

void scan_view_init(ScanView *view, int adapter, bool colour, bool raw);
void scan_view_clear(ScanView *view);

/* A frame of the live table. As output_write(). */
bool scan_view_draw(ScanView *view);

/* What the live table showed last stays readable after it. */
void scan_view_draw_final(ScanView *view);

/* A line on standard error with what came of it. */
void scan_view_sum_up(const ScanView *view);
