/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The scan of one radio at BlueZ: our discovery session (filter, start, change, stop), and our advertisement
 * monitor where BlueZ has those. One call at a time, tried again when it fails. BlueZ has one discovery
 * session a bus connection, so this is the only place that starts or stops it.
 */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "bluez/advert-monitor.h"
#include "bluez/call.h"
#include "bluez/discovery.h"
#include "core/broker.h"
#include "util/macros.h"

typedef struct Adapter Adapter;

typedef enum ScanState {
	SCAN_IDLE,
	SCAN_FILTERING,		/* SetDiscoveryFilter is under way, before the start */
	SCAN_STARTING,		/* StartDiscovery */
	SCAN_RUNNING,
	SCAN_CHANGING,		/* SetDiscoveryFilter, while it runs */
	SCAN_STOPPING,		/* StopDiscovery */
} ScanState;

typedef struct Scan {
	Adapter *adapter;
	DesiredScan wanted;
	bool restart;		/* stop once, then start again */
	ScanState state;
	Discovery filter;	/* the last filter that BlueZ was told */
	unsigned turn;		/* how many filters BlueZ was told: makes each differ from the last */
	unsigned failures;	/* in a row */
	BluezCall *call;
	sd_event_source *retry;
	sd_event_source *renew;	/* when to renew a quiet discovery */
	bool renewing;
	AdvertMonitor monitor;
} Scan;

void scan_init(Scan *scan, Adapter *adapter);
void scan_deinit(Scan *scan);

void scan_want(Scan *scan, const DesiredScan *wanted);
void scan_restart(Scan *scan);

/* Takes the next step toward what is wanted. To be called when something that the scan waits for has come
 * about. */
void scan_settle(Scan *scan);

/* The radio went off, and BlueZ has ended the session by itself; the radio is on, and what is wanted can be
 * had. */
void scan_powered_off(Scan *scan);
void scan_powered_on(Scan *scan);
