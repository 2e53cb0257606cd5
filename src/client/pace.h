/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How often a device advertises, from the times of its reports. Intervals are measured. What was missed is
 * estimated: an interval of about twice the median of those before means one advertisement that nobody heard,
 * of three times the median two, and so on.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "util/macros.h"

#define PACE_RECENT 31		/* intervals whose median is taken */
#define PACE_ENOUGH 8		/* intervals without which nothing is estimated */
/* Not heard for this long: away, unless it is that slow; and where it is not known yet how slow. */
#define PACE_AWAY_SECONDS 10
#define PACE_AWAY_FIRST_SECONDS 30

typedef struct Pace {
	uint64_t advertisements;	/* reports, likewise below */
	uint64_t responses;
	uint64_t last;			/* time of the last advertisement, microseconds; 0: none yet */
	uint64_t intervals;
	uint64_t span;			/* sum of the intervals, microseconds */
	uint64_t longest;
	uint64_t judged;		/* intervals that were looked at for missed advertisements */
	uint64_t missed;
	uint32_t recent[PACE_RECENT];	/* microseconds; a ring */
} Pace;

/* An advertisement was heard. whole: each gives a report, so what is missing can be estimated. */
void pace_note(Pace *pace, uint64_t time, bool whole);
/* Reports may be missing for another reason: the next interval does not count. */
void pace_interrupt(Pace *pace);

/* Milliseconds; negative: no interval yet. */
double pace_mean_ms(const Pace *pace);
double pace_median_ms(const Pace *pace);	/* of the last PACE_RECENT */
double pace_longest_ms(const Pace *pace);

/* Share of the advertisements that were missed, 0 to 1; negative: too little is known. */
double pace_missed(const Pace *pace);
