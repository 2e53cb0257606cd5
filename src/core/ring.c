/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A session's FIFO. */
#include "core/ring.h"

struct Ring {
	size_t depth;
	size_t first;		/* index of the oldest entry */
	size_t count;
	size_t held;		/* report_size() of all entries together */
	uint64_t next;		/* number of the next report that is offered */
	uint64_t dropped;
	bool drop_oldest;
	RingEntry entries[];
};

Ring *ring_new(size_t depth, bool drop_oldest)
{
	Ring *ring;

	g_assert(depth > 0 && depth <= (SIZE_MAX - sizeof(*ring)) / sizeof(ring->entries[0]));
	ring = g_malloc0(ring_fixed_size(depth));
	ring->depth = depth;
	ring->drop_oldest = drop_oldest;
	return ring;
}

Ring *ring_free(Ring *ring)
{
	if (!ring)
		return NULL;
	ring_clear(ring);
	g_free(ring);
	return NULL;
}

static size_t ring_index(const Ring *ring, size_t position)
{
	size_t index = ring->first + position;

	return index >= ring->depth ? index - ring->depth : index;
}

bool ring_push(Ring *ring, Report *report)
{
	bool full = ring->count == ring->depth;
	RingEntry oldest = { 0 };

	if (full && !ring->drop_oldest) {
		ring_lose(ring);
		return false;
	}
	if (full) {
		ring_pop(ring, &oldest);
		report_unref(oldest.report);
		ring->dropped++;
	}

	ring->entries[ring_index(ring, ring->count)] = (RingEntry) {
		.report = report_ref(report),
		.sequence = ring->next++,
	};
	ring->count++;
	ring->held += report_size(report);
	return !full;
}

void ring_lose(Ring *ring)
{
	ring->next++;
	ring->dropped++;
}

bool ring_pop(Ring *ring, RingEntry *ret)
{
	if (ring->count == 0)
		return false;

	*ret = ring->entries[ring->first];
	ring->first = ring_index(ring, 1);
	ring->count--;
	ring->held -= report_size(ret->report);
	return true;
}

const RingEntry *ring_at(const Ring *ring, size_t position)
{
	return &ring->entries[ring_index(ring, position)];
}

void ring_clear(Ring *ring)
{
	RingEntry entry;

	/* no program saw the numbers of these entries: they are given again, so that the gap that a program
	 * sees counts lost reports only */
	ring->next -= ring->count;
	while (ring_pop(ring, &entry))
		report_unref(entry.report);
}

size_t ring_count(const Ring *ring)
{
	return ring->count;
}

size_t ring_depth(const Ring *ring)
{
	return ring->depth;
}

bool ring_drops_oldest(const Ring *ring)
{
	return ring->drop_oldest;
}

uint64_t ring_dropped(const Ring *ring)
{
	return ring->dropped;
}

size_t ring_fixed_size(size_t depth)
{
	return sizeof(Ring) + depth * sizeof(RingEntry);
}

size_t ring_held_size(const Ring *ring)
{
	return ring->held;
}
