/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The discovery of one adapter: its sessions, one a bus connection, their filters, and the scan
 * that follows from them. */
#pragma once

#include "filter.h"
#include "bus.h"
#include "radio.h"

typedef struct Discovery Discovery;

typedef struct DiscoveryOps {
	void (*changed)(void *owner); /* the property Discovering */
	void (*ended)(void *owner); /* nobody discovers any more */
} DiscoveryOps;

Discovery *discovery_new(Bus *bus, Radio *radio, const DiscoveryOps *ops, void *owner);
Discovery *discovery_free(Discovery *discovery);

/* These answer the call. */
void discovery_start(Discovery *discovery, GDBusMethodInvocation *call);
void discovery_stop(Discovery *discovery, GDBusMethodInvocation *call);
void discovery_set_filter(Discovery *discovery, GVariant *args, GDBusMethodInvocation *call);

/* The kernel has ended the scan by itself. */
void discovery_scan_over(Discovery *discovery);
/* The power is off: every session and every filter is gone. */
void discovery_power_lost(Discovery *discovery);

bool discovery_is_on(const Discovery *discovery); /* as the property says */
bool discovery_has_clients(const Discovery *discovery);
bool discovery_filtered(const Discovery *discovery);
bool discovery_duplicate(const Discovery *discovery);
/* Whether the kernel passes the report on; whether it makes a device; whether it updates one. */
bool discovery_hears(const Discovery *discovery, const Eir *eir, int rssi);
bool discovery_discoverable(const Discovery *discovery, const Eir *eir, const char *addr);
bool discovery_wants(const Discovery *discovery, const Eir *eir, int rssi);
