/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Advertising reports that came together, in whichever way the daemon hands them over. */
#pragma once

#include <bluebroker-stream.h>
#include <glib.h>
#include <stdbool.h>

#include "util/macros.h"

typedef struct Reports {
	const bb_stream_report *list;	/* oldest first; their data lie in what they were taken from */
	size_t count;
	uint64_t lost;			/* to this session so far */
	GArray *array;			/* holds list, likewise below */
	GPtrArray *held;
} Reports;

void reports_clear(Reports *reports);

/* Each replaces what was there before. The datagram must outlive its reports; the variant's are kept. */

/* False: the datagram's layout is not known. */
bool reports_take_datagram(Reports *reports, const uint8_t *datagram, size_t length);
/* advertisements: a(tsyynaya{sv}) as of Session1.ReadAdvertisements. False: it is of another type. */
bool reports_take_variant(Reports *reports, GVariant *advertisements, uint64_t lost);
