/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What soak and its readers share: memory, in which a reader's counters outlive it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define SOAK_READERS 8

/* The reports of a storm are numbered from 0 on, without a gap. */
typedef struct SoakReader {
	uint64_t received;
	uint64_t first, next;	/* numbers; valid once something was received */
	uint64_t missed;	/* numbers between them that did not come */
	uint64_t disordered;	/* numbers that had come before */
	uint64_t lost;		/* as the daemon told */
	bool ready;		/* it scans */
} SoakReader;

typedef struct SoakShared {
	bool is_over;		/* who sleeps shall wake up and read the rest */
	SoakReader readers[SOAK_READERS];
} SoakShared;
