/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What AdvertisementMonitor1 says of itself: its patterns, and when a device counts as found and lost. */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "core/filter.h"
#include "util/error.h"

typedef struct MonitorData {
	Filter *filter;			/* its patterns; NULL: none were told */
	bool tracks;			/* the thresholds count */
	int16_t high, low;		/* dBm */
	uint16_t high_timeout, low_timeout;	/* seconds */
	bool is_valid;
} MonitorData;

/* Reads the a{sv} of its properties. max_entries: patterns. Negative errno: the message is broken. */
int monitor_data_read(sd_bus_message *m, size_t max_entries, MonitorData *ret);
