/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signal strengths of some devices over time, drawn for a terminal. Pure: reports in, text out. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "client/heard.h"

#define PLOT_DEVICES_MAX 8
#define PLOT_SAMPLES 8192	/* kept of a device: of those that come closer, the first */

typedef struct Plot Plot;

typedef struct PlotView {
	unsigned columns;	/* cells of a line */
	unsigned rows;		/* lines of the screen */
	uint64_t now;		/* CLOCK_BOOTTIME, microseconds */
	bool live;		/* with the control sequences that overwrite the frame before */
	bool terminal;		/* as in TableView */
	bool colour;
	const char *title;	/* first line; NULL: none */
	const char *note;	/* last line; NULL: none */
} PlotView;

/* window_seconds: how much of the past is shown. */
Plot *plot_new(unsigned window_seconds);
void plot_free(Plot *plot);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Plot, plot_free)

/* False: it is there already, or there are PLOT_DEVICES_MAX. */
bool plot_add(Plot *plot, const char *address);

/* Takes a report. Those of other devices are left out, unless there is one device only. */
void plot_note(Plot *plot, const Heard *heard);

void plot_draw(GString *out, const Plot *plot, const PlotView *view);
