/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How often a device advertises. */
#include "client/pace.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

static size_t count_recent(const Pace *pace)
{
	return MIN(pace->intervals, PACE_RECENT);
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Microseconds; 0: no interval yet. */
static uint32_t median(const Pace *pace)
{
	uint32_t sorted[PACE_RECENT];
	size_t n = count_recent(pace);

	if (n == 0)
		return 0;
	memcpy(sorted, pace->recent, n * sizeof(sorted[0]));
	qsort(sorted, n, sizeof(sorted[0]), compare);
	return n % 2 ? sorted[n / 2] : (uint32_t)(((uint64_t)sorted[n / 2 - 1] + sorted[n / 2]) / 2);
}

static bool is_away(uint64_t interval, uint32_t usual)
{
	if (usual == 0)
		return interval >= PACE_AWAY_FIRST_SECONDS * USEC_PER_SEC;
	return interval >= PACE_AWAY_SECONDS * USEC_PER_SEC && interval / 4 > usual;
}

static void judge(Pace *pace, uint64_t interval, uint32_t usual)
{
	if (count_recent(pace) < PACE_ENOUGH || usual == 0)
		return;
	pace->judged++;
	if (interval > usual)
		pace->missed += (interval + usual / 2) / usual - 1;
}

void pace_note(Pace *pace, uint64_t time, bool whole)
{
	uint64_t interval = time - pace->last;
	uint32_t usual = median(pace);
	bool counts = pace->last > 0 && time >= pace->last && !is_away(interval, usual);

	pace->advertisements++;
	pace->last = time;
	if (!counts)
		return;
	if (whole)
		judge(pace, interval, usual);
	pace->recent[pace->intervals % PACE_RECENT] = (uint32_t)MIN(interval, UINT32_MAX);
	pace->intervals++;
	pace->span += interval;
	pace->longest = MAX(pace->longest, interval);
}

void pace_interrupt(Pace *pace)
{
	pace->last = 0;
}

double pace_mean_ms(const Pace *pace)
{
	return pace->intervals > 0 ? (double)pace->span / (double)pace->intervals / USEC_PER_MSEC : -1;
}

double pace_median_ms(const Pace *pace)
{
	return pace->intervals > 0 ? (double)median(pace) / USEC_PER_MSEC : -1;
}

double pace_longest_ms(const Pace *pace)
{
	return pace->intervals > 0 ? (double)pace->longest / USEC_PER_MSEC : -1;
}

double pace_missed(const Pace *pace)
{
	return pace->judged > 0 ? (double)pace->missed / (double)(pace->missed + pace->judged) : -1;
}
