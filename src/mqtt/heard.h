/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A report as this gateway tells it: with the time of day, and numbered through all restarts of the
 * daemon. */
#pragma once

#include <bluebroker-stream.h>
#include <string.h>

#include "meaning/addr.h"
#include "util/macros.h"

typedef struct Heard {
	bb_stream_report report;	/* data: owned by who has the Heard */
	uint64_t unix_us;		/* when it was heard: microseconds since 1970 */
	/* from 1 on, since this program started; a gap is a loss, of the daemon's or of ours */
	uint64_t sequence;
	uint64_t lost;			/* how many of the numbers before are missing, as far as known then */
} Heard;

/* Whose it is. */
static inline Addr heard_addr(const Heard *heard)
{
	Addr addr = { .type = heard->report.addr_type };

	memcpy(addr.bytes, heard->report.address, sizeof(addr.bytes));
	return addr;
}
