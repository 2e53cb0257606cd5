/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which reports a session wants. */
#include "core/scan-filter.h"

void scan_filter_init(ScanFilter *filter, const Config *config)
{
	*filter = (ScanFilter){
		.active = true,
		.batch_ms = config->batch_ms,
		.batch_max = config->batch_max,
	};
}

void scan_filter_clear(ScanFilter *filter)
{
	filter->filter = filter_free(filter->filter);
}
