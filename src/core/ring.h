/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A session's FIFO of advertising reports: the only buffer between the radio and a program. Bounded; what
 * does not fit is dropped and counted here, and nowhere else.
 */
#pragma once

#include <stdbool.h>

#include "core/report.h"
#include "util/macros.h"

typedef struct Ring Ring;

/* An entry: the report, and its number in this session's stream. Numbers count every report that was offered,
 * so a gap is a loss. */
typedef struct RingEntry {
	Report *report;
	uint64_t sequence;
} RingEntry;

/* depth: in reports, at least 1. */
Ring *ring_new(size_t depth, bool drop_oldest);
Ring *ring_free(Ring *ring);		/* drops the references it holds; returns NULL; takes NULL */

/* Takes a reference. False if the ring was full, and the oldest or (without drop_oldest) this one is lost. */
bool ring_push(Ring *ring, Report *report);

/* Counts a report that is lost without ring_push (the user has no memory left); it takes a number, too. */
void ring_lose(Ring *ring);

/* Takes out the oldest; the caller owns the reference. False if empty. */
bool ring_pop(Ring *ring, RingEntry *ret);

/* The entry at that position, 0 the oldest, below ring_count; the ring keeps it. */
const RingEntry *ring_at(const Ring *ring, size_t position);

/* Empties the ring. What was in it does not count as lost, and its numbers are given again. */
void ring_clear(Ring *ring);

size_t ring_count(const Ring *ring);
size_t ring_depth(const Ring *ring);
bool ring_drops_oldest(const Ring *ring);
uint64_t ring_dropped(const Ring *ring);	/* losses since ring_new */

/* Bytes of memory: of an empty ring of that depth; of the reports in the ring. */
size_t ring_fixed_size(size_t depth);
size_t ring_held_size(const Ring *ring);
