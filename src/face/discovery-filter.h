/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What SetDiscoveryFilter said. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

#include "core/scan-filter.h"
#include "meaning/uuid.h"

typedef struct DiscoveryFilter {
	bool is_set;
	GArray *uuids;		/* Uuid; NULL: none */
	bool has_rssi;
	int16_t rssi;
	bool has_pathloss;
	uint16_t pathloss;
	bool duplicates;
	bool discoverable;
	bool silent;		/* the transport is BR/EDR: nothing is heard */
	char *pattern;
} DiscoveryFilter;

void discovery_filter_clear(DiscoveryFilter *filter);
/* Reads a{sv} into an empty one. -EINVAL: not as BlueZ documents it; or another negative errno. */
int discovery_filter_read(sd_bus_message *m, DiscoveryFilter *filter);
/* Appends the keys that it takes, as. Negative errno. */
int discovery_filter_append_keys(sd_bus_message *m);
/* The conditions that core looks at. -EDQUOT: more than FilterEntries. */
int discovery_filter_compile(const DiscoveryFilter *filter, const Config *config, ScanFilter *ret);
