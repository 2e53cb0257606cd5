/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Waits between attempts. */
#include "mqtt/backoff.h"

#define FIRST_LIMIT 8	/* times the shortest wait */

uint64_t backoff_wait(unsigned attempt, uint64_t min_us, uint64_t max_us, uint32_t random)
{
	uint64_t limit = min_us;

	/* step by step, because a shift by the attempts would overflow */
	for (unsigned factor = FIRST_LIMIT; factor > 1 && limit < max_us; factor /= 2)
		limit *= 2;
	for (unsigned i = 1; i < attempt && limit < max_us; i++)
		limit *= 2;
	if (limit > max_us)
		limit = max_us;
	if (limit <= min_us)
		return limit;
	return min_us + ((limit - min_us) >> 32) * random + (((limit - min_us) & UINT32_MAX) * random >> 32);
}
