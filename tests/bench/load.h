/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many programs that scan at once, each with a bus connection and a private session of its own.
 * Half of them filter nearly everything out; of the others, who get every report, some read them by
 * ReadAdvertisements, some have them signalled, and some never read and let their FIFO overflow.
 * They live in the test's main loop. */
#pragma once

#include <stdint.h>

#include "world.h"

typedef struct Load Load;

/* What the daemon counts and what the programs got. */
typedef struct LoadTotals {
	uint64_t heard;	 /* by the daemon since load_new */
	uint64_t passed; /* the filters of sessions, all together */
	uint64_t delivered;
	uint64_t dropped;
	uint64_t in_fifos;
	uint64_t received; /* by the programs: what was delivered, counted again */
	uint64_t messages; /* replies and signals with reports in them */
} LoadTotals;

typedef enum LoadMix {
	LOAD_MIXED,    /* as said above */
	LOAD_FILTERED, /* all filter nearly everything out */
	LOAD_SIGNALLED, /* all have every report signalled */
	LOAD_STREAMED, /* all read every report from a socket (AcquireAdvertisements) */
} LoadMix;

/* All sessions scan when it returns. */
Load *load_new(World *world, unsigned int sessions, LoadMix mix);
Load *load_free(Load *load);

/* Waits until no more reports come in, then has the programs read what is left to read. */
void load_settle(Load *load);

/* Holds the daemon's books against each other and against what the programs got; fails the test
 * where they differ. Only after load_settle. */
void load_check(Load *load);

LoadTotals load_totals(Load *load);
