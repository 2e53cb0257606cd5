/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a discovery of BlueZ's is for, and the filter that makes it so. */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "core/broker.h"

typedef enum Discovery {
	DISCOVERY_NONE,
	DISCOVERY_QUIET,	/* the radio scans, but the kernel tells BlueZ nothing */
	DISCOVERY_DEVICES,	/* BlueZ makes device objects */
	DISCOVERY_REPORTS,	/* and signals each report */
} Discovery;

/* The discovery that the desired scan needs. monitored: our advertisement monitor is on, with which a passive
 * scan needs no discovery. */
Discovery discovery_for(const DesiredScan *wanted, bool monitored);

/* Appends the argument of SetDiscoveryFilter. turn: another number each time, so that a quiet filter differs
 * from the one before. */
int discovery_append_filter(sd_bus_message *m, Discovery discovery, unsigned turn);
