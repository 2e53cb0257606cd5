/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bluetoothd, the kernel and the controller, as far as advertising goes, in virtual time. Counts who was on
 * air for how long. A controller with advertising sets has all registered instances on air; without, the
 * kernel has one at a time on air, in turn from the newest to the oldest.
 */
#pragma once

#include "bed-adverts.h"

#define AIR_SESSIONS 16
#define KERNEL_TURN (2080 * USEC_PER_MSEC)

typedef struct Air {
	Bed bed;			/* first: the edges are called with it */
	RadioOps edges;		/* the bed's own ops */
	Session *sessions[AIR_SESSIONS];	/* by number - 1; NULL: gone */
	unsigned of_one;		/* so many of the first are of one user; all others have one each */
	unsigned instances;
	bool sets;
	uint64_t call_takes;		/* how long a registration takes */
	uint64_t end_takes;		/* how long it takes to end one */
	uint64_t signal_takes;		/* until BlueZ tells how many instances are free */
	char others[8];			/* other programs' advertisements, by the address of a char */
	unsigned n_others;
	GArray *pending;		/* Pending: calls to register */
	GArray *leaving;		/* Pending: calls to end one; its advert may be freed already */
	GPtrArray *registered;		/* Advert, or pointer into others; oldest first */
	void *current;			/* without sets: the one on air */
	uint64_t turn_ends;
	uint64_t signal_due;
	uint64_t on_air[AIR_SESSIONS];
	uint64_t last[AIR_SESSIONS];	/* when it was on air last */
	uint64_t gap[AIR_SESSIONS];	/* its longest time off air */
	unsigned refusals;
} Air;

/* Makes the Air, with so many sessions that advertise. */
void air_init(Air *air, unsigned instances, bool sets, unsigned sessions);
void air_end(Air *air);

void air_pass(Air *air, uint64_t microseconds);

void air_advertise(Air *air, unsigned index);
void air_leave(Air *air, unsigned index);

/* Other programs register advertisements, or end their last ones, until they have n. */
void air_others(Air *air, unsigned n);

/* bluetoothd is gone, and with it what was registered. */
void air_bluez_gone(Air *air);

/* Begins to count anew who is on air. */
void air_begin(Air *air);

/* Checks that the first n sessions had shares of the air that are equal within 20 %, and that none was off
 * air for more than longest_gap. */
void air_check(const Air *air, unsigned n, uint64_t longest_gap);
