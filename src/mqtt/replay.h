/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which commands came lately, by who asked and the correlation: one that comes again is not done again. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "util/macros.h"

#define REPLAY_ENTRIES 1024			/* the oldest make room */
#define REPLAY_TIME (600 * USEC_PER_SEC)	/* how long one is remembered */

typedef struct Replay Replay;

Replay *replay_new(void);
void replay_free(Replay *replay);

/* What is remembered of a command. */
uint64_t replay_key(const char *requester, const void *correlation, size_t length);

/* Whether it came in the last REPLAY_TIME. */
bool replay_has(const Replay *replay, uint64_t key, uint64_t now);
void replay_add(Replay *replay, uint64_t key, uint64_t now);
