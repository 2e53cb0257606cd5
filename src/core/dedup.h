/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Remembers which advertisements were passed on lately, to pass each (same device, same bytes) at most once
 * per window. Bounded: where there is no room the oldest of a few is forgotten, so a duplicate may pass
 * early, but nothing new is ever held back.
 */
#pragma once

#include <stdbool.h>

#include "util/macros.h"

typedef struct Dedup Dedup;

/* entries: how many advertisements it can remember; rounded up to a power of two, at least 16. */
Dedup *dedup_new(size_t entries);
Dedup *dedup_free(Dedup *dedup);

/* Bytes of memory that dedup_new(entries) takes, for quotas. */
size_t dedup_size(size_t entries);

/* True if digest (Report.digest) was let through less than window microseconds before now; otherwise it is
 * noted as let through now. */
bool dedup_seen(Dedup *dedup, uint64_t digest, uint64_t now, uint64_t window);
