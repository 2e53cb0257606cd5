/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which reports a session wants, and how they come. */
#pragma once

#include <stdbool.h>

#include "core/config.h"
#include "core/filter.h"

/* Session1.SetScanFilter's dictionary, compiled. */
typedef struct ScanFilter {
	Filter *filter;		/* NULL: all reports */
	uint64_t dedup_window;	/* microseconds; 0: off */
	bool active;		/* asks devices for scan responses */
	bool by_signal;		/* the reports are sent in signals */
	uint32_t batch_ms;	/* a report waits at most so long for others */
	uint32_t batch_max;	/* reports in a signal */
} ScanFilter;

void scan_filter_init(ScanFilter *filter, const Config *config);
void scan_filter_clear(ScanFilter *filter);
