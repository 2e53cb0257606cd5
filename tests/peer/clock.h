/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The clock of the air: CLOCK_MONOTONIC, in nanoseconds. */
#pragma once

#include <stdint.h>
#include <time.h>

#define SECOND 1000000000ULL
#define MILLISECOND 1000000ULL
#define NEVER UINT64_MAX

static inline uint64_t clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec;
}
