/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was passed on lately: a set-associative table, like a processor's cache. */
#include "core/dedup.h"

#include <glib.h>

#define WAYS 4
#define ENTRIES_MIN 16

typedef struct Entry {
	uint64_t digest;
	uint64_t stamp;		/* when it was let through, plus one; 0: free */
} Entry;

struct Dedup {
	size_t count;		/* of entries: a power of two */
	Entry entries[];
};

static size_t size_of(size_t count)
{
	return sizeof(Dedup) + count * sizeof(Entry);
}

static size_t count_for(size_t entries)
{
	size_t count = ENTRIES_MIN;

	while (count < entries)
		count *= 2;
	return count;
}

size_t dedup_size(size_t entries)
{
	return size_of(count_for(entries));
}

Dedup *dedup_new(size_t entries)
{
	Dedup *dedup;

	g_assert(entries <= SIZE_MAX / (4 * sizeof(Entry)));
	dedup = g_malloc0(dedup_size(entries));
	dedup->count = count_for(entries);
	return dedup;
}

Dedup *dedup_free(Dedup *dedup)
{
	g_free(dedup);
	return NULL;
}

/* Reports may come a little out of order: a stamp just after now counts like one just before. */
static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

bool dedup_seen(Dedup *dedup, uint64_t digest, uint64_t now, uint64_t window)
{
	/* the digest is a keyed hash already, so its bits can choose the set as they are */
	Entry *set = dedup->entries + (digest & (dedup->count / WAYS - 1)) * WAYS;
	Entry *place = set;

	for (Entry *entry = set; entry < set + WAYS; entry++) {
		if (entry->stamp != 0 && entry->digest == digest) {
			if (distance(entry->stamp - 1, now) < window)
				return true;
			place = entry;
			break;
		}
		if (entry->stamp < place->stamp)
			place = entry;
	}

	place->digest = digest;
	place->stamp = now + 1;
	return false;
}
