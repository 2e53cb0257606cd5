/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long to wait before the next attempt: longer each time, and for no two gateways the same. Pure. */
#pragma once

#include "util/macros.h"

/*
 * attempt: failures so far, from 1 on. random: any 32 bits. The wait is spread evenly from min_us to a limit
 * that doubles with each attempt from 8 times min_us on, and is max_us at most (half of 64 bits at most): so
 * a fleet whose broker comes back does not come back in one second.
 */
uint64_t backoff_wait(unsigned attempt, uint64_t min_us, uint64_t max_us, uint32_t random);
