/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was tried in vain: whose device did not answer stands behind the others, also when somebody asks for
 * it anew. */
#pragma once

#include <stdint.h>

#include "core/ops.h"
#include "meaning/addr.h"

/* Devices of a radio that were tried in vain, so that they stand at the end of the queue whoever asks for
 * them next. */
#define ABSENT_MAX 64

typedef struct Absent {
	Addr addr;
	uint64_t tried_at;	/* 0: no entry */
	unsigned failures;	/* in a row */
} Absent;

/* An attempt came to nothing, and nobody who waited for it waits any more; it came about. */
void absent_note(Link *link, uint64_t now);
void absent_clear(Link *link);
/* What is remembered of a new link's device. */
void absent_recall(Link *link, uint64_t now);
/* It gave way to others: tried in vain, though who waits for it goes on waiting. */
void absent_count(Link *link, uint64_t now);
