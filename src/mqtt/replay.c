/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A ring of keyed hashes: what is remembered of a command does not grow with what was said. */
#include "mqtt/replay.h"

#include <glib.h>
#include <string.h>

#include "util/siphash.h"

typedef struct Seen {
	uint64_t key;
	uint64_t until;		/* 0: never used */
} Seen;

struct Replay {
	Seen seen[REPLAY_ENTRIES];
	unsigned next;
};

Replay *replay_new(void)
{
	return g_new0(Replay, 1);
}

void replay_free(Replay *replay)
{
	g_free(replay);
}

/* The requester's name has no NUL, so that no two pairs look alike. */
uint64_t replay_key(const char *requester, const void *correlation, size_t length)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();

	g_byte_array_append(bytes, (const uint8_t *)requester, (guint)strlen(requester) + 1);
	g_byte_array_append(bytes, correlation, (guint)length);
	return siphash_process(bytes->data, bytes->len);
}

bool replay_has(const Replay *replay, uint64_t key, uint64_t now)
{
	for (unsigned i = 0; i < REPLAY_ENTRIES; i++)
		if (replay->seen[i].key == key && replay->seen[i].until > now)
			return true;
	return false;
}

void replay_add(Replay *replay, uint64_t key, uint64_t now)
{
	replay->seen[replay->next] = (Seen){ key, now + REPLAY_TIME };
	replay->next = (replay->next + 1) % REPLAY_ENTRIES;
}
