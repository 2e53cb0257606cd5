/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signal strengths over time. */
#include "client/plot.h"

#include <string.h>

#include "client/plot-draw.h"
#include "meaning/constants.h"

Plot *plot_new(unsigned window_seconds)
{
	Plot *plot = g_new0(Plot, 1);

	plot->window = window_seconds * USEC_PER_SEC;
	return plot;
}

void plot_free(Plot *plot)
{
	if (!plot)
		return;
	for (unsigned i = 0; i < plot->count; i++) {
		g_free(plot->series[i].name);
		g_free(plot->series[i].samples);
	}
	g_free(plot);
}

bool plot_add(Plot *plot, const char *address)
{
	Series *series = &plot->series[plot->count];

	if (plot->count == PLOT_DEVICES_MAX)
		return false;
	for (unsigned i = 0; i < plot->count; i++)
		if (strcmp(plot->series[i].address, address) == 0)
			return false;
	g_strlcpy(series->address, address, sizeof(series->address));
	series->samples = g_new0(PlotSample, PLOT_SAMPLES);
	series->rssi = RSSI_UNKNOWN;
	plot->count++;
	return true;
}

static Series *find_series(Plot *plot, const char *address)
{
	for (unsigned i = 0; i < plot->count; i++)
		if (strcmp(plot->series[i].address, address) == 0)
			return &plot->series[i];
	/* a bonded device may be heard by an address other than the one that was asked for */
	return plot->count == 1 ? &plot->series[0] : NULL;
}

static void note_name(Series *series, const Heard *heard)
{
	g_autoptr(GString) name = g_string_new(NULL);

	heard_append_name(name, heard);
	if (name->len == 0 || g_strcmp0(name->str, series->name) == 0)
		return;
	g_free(series->name);
	series->name = g_strdup(name->str);
}

void plot_note(Plot *plot, const Heard *heard)
{
	Series *series = find_series(plot, heard->address);

	if (!series)
		return;
	note_name(series, heard);
	series->last = heard->time;
	if (heard->rssi == RSSI_UNKNOWN)
		return;
	series->rssi = heard->rssi;
	if (series->total > 0 &&
	    heard->time < plot_sample(series, series->total - 1)->time + plot->window / PLOT_SAMPLES)
		return;
	series->samples[series->total++ % PLOT_SAMPLES] = (PlotSample){ heard->time, (int8_t)heard->rssi };
}

const PlotSample *plot_sample(const Series *series, uint64_t number)
{
	return &series->samples[number % PLOT_SAMPLES];
}

uint64_t plot_first_since(const Series *series, uint64_t time)
{
	uint64_t first = series->total > PLOT_SAMPLES ? series->total - PLOT_SAMPLES : 0;

	while (first < series->total && plot_sample(series, first)->time < time)
		first++;
	return first;
}
