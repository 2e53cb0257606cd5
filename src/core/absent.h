/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which devices of a radio did not answer a connection attempt: they queue behind the others (core/turn.h),
 * even if their link was freed since and somebody asks for them anew. */
#pragma once

#include <stdint.h>

#include "core/ops.h"
#include "meaning/addr.h"

/* How many devices a radio remembers: with more, the one that was tried longest ago is forgotten. */
#define ABSENT_MAX 64

typedef struct Absent {
	Addr addr;
	uint64_t tried_at;	/* when the last attempt failed; 0: the entry is free */
	unsigned failures;	/* in a row */
} Absent;

/* An attempt failed, and no call waits for the link any more: counts a failure, and puts off the next attempt
 * (link->retry_at), for longer after each failure. */
void absent_note(Link *link, uint64_t now);
void absent_clear(Link *link);	/* the device was reached: its failures are forgotten */
/* Gives a new link the failures of its device that are still remembered. */
void absent_recall(Link *link, uint64_t now);
/* An attempt gave way to others while calls go on waiting for it: counts a failure, without a pause. */
void absent_count(Link *link, uint64_t now);
