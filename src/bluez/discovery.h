/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a discovery of BlueZ's is for, and the filter that makes it so. */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "core/broker.h"

typedef enum Discovery {
	DISCOVERY_NONE,
	DISCOVERY_QUIET,	/* the radio scans, and BlueZ is deaf */
	DISCOVERY_DEVICES,	/* objects */
	DISCOVERY_REPORTS,	/* and a signal for each report */
} Discovery;

/* The one for what is wanted of the radio. monitored: our advertisement monitor is on, with which a passive
 * scan needs no discovery. */
Discovery discovery_for(const DesiredScan *wanted, bool monitored);

/* The argument of SetDiscoveryFilter. turn: another number each time, where what is told is to be news. */
int discovery_append_filter(sd_bus_message *m, Discovery discovery, unsigned turn);
