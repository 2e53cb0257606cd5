/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A storm: many reports at an even pace, of several advertisers in turns, numbered as they go out. */

#include "radio-air.h"

#define RETRY 1000000ULL	/* after a host was full */

struct Storm {
	Storm *next;
	Target target;
	uint32_t advertisers, rate, burst;
	uint64_t started, slot, n_slots;	/* slot: the next moment of the storm's schedule */
	uint32_t number;			/* of the next report: counts those that went out */
};

/* Sends what is due. Returns when it is due again, AIR_NEVER when it is over. */
uint64_t storm_run(Air *air, Storm *storm, uint64_t now);
