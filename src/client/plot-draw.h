/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a plot has to draw: for plot*.c only. */
#pragma once

#include "client/plot.h"

typedef struct PlotSample {
	uint64_t time;		/* CLOCK_BOOTTIME, microseconds */
	int8_t dbm;
} PlotSample;

typedef struct Series {
	char address[ADDR_STRING_SIZE];
	char *name;		/* fit for a terminal; NULL: none told yet */
	int16_t rssi;		/* of the last report; RSSI_UNKNOWN */
	uint64_t last;		/* its time; 0: none yet */
	uint64_t total;		/* of samples so far; the last PLOT_SAMPLES of them are kept */
	PlotSample *samples;	/* a ring */
} Series;

struct Plot {
	uint64_t window;	/* microseconds */
	Series series[PLOT_DEVICES_MAX];
	unsigned count;
};

/* A sample that is kept, by its number. */
const PlotSample *plot_sample(const Series *series, uint64_t number);
/* The number of the first that is kept and not older than that; total: there is none. */
uint64_t plot_first_since(const Series *series, uint64_t time);
