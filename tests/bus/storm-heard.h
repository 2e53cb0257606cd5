/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the scanning program of the sim tests was told of a storm in which each device sends two reports. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define STORM_DEVICES_MAX 1000U

typedef struct StormHeard {
	unsigned int devices; /* how many send */
	unsigned int added, changed; /* signals */
	uint32_t newest[STORM_DEVICES_MAX]; /* number of the latest report that was told */
} StormHeard;

/* Takes the signals that are there. Whether the newest of each device is its second report, but for the last
 * device's, which is held back. */
bool storm_heard_all(void *storm_heard);
