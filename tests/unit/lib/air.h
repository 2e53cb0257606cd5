/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bluetoothd, the kernel and the controller, as far as advertising goes, in virtual time, with a count of who
 * was on air for how long. A controller with sets has all that is registered on air; else the kernel turns,
 * from the newest to the oldest.
 */
#pragma once

#include "bed-adverts.h"

#define AIR_SESSIONS 16
#define KERNEL_TURN (2080 * USEC_PER_MSEC)

typedef struct Air {
	Bed bed;			/* first: the edges are called with it */
	RadioOps edges;		/* the bed's own */
	Session *sessions[AIR_SESSIONS];	/* by number - 1; NULL: gone */
	unsigned instances;
	bool sets;
	uint64_t call_takes;		/* a registration */
	uint64_t end_takes;		/* the end of one */
	uint64_t signal_takes;		/* until the instances that are free are told */
	char others[8];			/* what others registered: a pointer each */
	unsigned n_others;
	GArray *pending;		/* Pending: calls to register */
	GArray *leaving;		/* Pending: calls to end one; advert is not to be followed */
	GPtrArray *registered;		/* Advert, or pointer into others; oldest first */
	void *current;			/* without sets */
	uint64_t turn_ends;
	uint64_t signal_due;
	uint64_t on_air[AIR_SESSIONS];
	uint64_t last[AIR_SESSIONS];	/* it was on air */
	uint64_t gap[AIR_SESSIONS];	/* the longest time that it was not */
	unsigned refusals;
} Air;

/* So many sessions advertise. */
void air_init(Air *air, unsigned instances, bool sets, unsigned sessions);
void air_end(Air *air);

void air_pass(Air *air, uint64_t microseconds);

void air_advertise(Air *air, unsigned index);
void air_leave(Air *air, unsigned index);

/* Another program registers one, or ends its last, until there are n. */
void air_others(Air *air, unsigned n);

/* bluetoothd is gone, and what was registered with it. */
void air_bluez_gone(Air *air);

/* Forgets who was on air so far. */
void air_begin(Air *air);

/* The first n had shares that are equal within 20 %, and none waited for longer than that. */
void air_check(const Air *air, unsigned n, uint64_t longest_gap);
