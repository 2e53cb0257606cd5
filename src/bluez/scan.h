/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BlueZ's discovery session of one radio: filter, start, stop, one call at a time, tried again when it fails. BlueZ has
 * one such session a bus connection, so this is the only place that starts or stops it.
 */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "util/macros.h"

typedef struct Adapter Adapter;

typedef enum ScanState {
	SCAN_IDLE,
	SCAN_FILTERING,		/* SetDiscoveryFilter is under way */
	SCAN_STARTING,		/* StartDiscovery */
	SCAN_RUNNING,
	SCAN_STOPPING,		/* StopDiscovery */
} ScanState;

typedef struct Scan {
	Adapter *adapter;
	bool wanted;
	bool restart;		/* stop once, then start again */
	ScanState state;
	unsigned failures;	/* in a row */
	sd_bus_slot *call;
	sd_event_source *retry;
} Scan;

void scan_init(Scan *scan, Adapter *adapter);
void scan_deinit(Scan *scan);

void scan_want(Scan *scan, bool wanted);
void scan_restart(Scan *scan);

/* The radio went off, and BlueZ has ended the session by itself; it is on, and what is wanted can be had. */
void scan_powered_off(Scan *scan);
void scan_powered_on(Scan *scan);
