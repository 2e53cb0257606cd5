/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of a filter that are conditions: reads of Options, whose userdata is a FilterTarget. */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "core/config.h"
#include "core/session.h"
#include "util/error.h"

typedef struct FilterTarget {
	ScanFilter *scan;
	const Config *config;
	bool used;		/* some condition was added */
} FilterTarget;

int filter_condition_addresses(sd_bus_message *m, void *userdata, Reason *reason);
int filter_condition_uuids(sd_bus_message *m, void *userdata, Reason *reason);
int filter_condition_manufacturers(sd_bus_message *m, void *userdata, Reason *reason);
int filter_condition_name(sd_bus_message *m, void *userdata, Reason *reason);
int filter_condition_rssi(sd_bus_message *m, void *userdata, Reason *reason);
int filter_condition_pathloss(sd_bus_message *m, void *userdata, Reason *reason);
int filter_condition_patterns(sd_bus_message *m, void *userdata, Reason *reason);
int filter_condition_adv_types(sd_bus_message *m, void *userdata, Reason *reason);
int filter_condition_scan_responses(sd_bus_message *m, void *userdata, Reason *reason);
