/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last-seen table of a radio: one row a device, bounded, the row that was not seen longest goes first. */
#pragma once

#include <stdbool.h>

#include "core/facts.h"
#include "core/identity.h"
#include "core/report.h"
#include "util/macros.h"

typedef struct Devices Devices;

typedef struct DeviceRow {
	Addr addr;		/* the last one that it was heard with */
	Addr identity;		/* whose row it is; addr, until a bond tells another */
	Identities *identities;	/* who else is who; or NULL */
	int8_t rssi;
	/* 1: connectable packets are heard from it, whatever else is; 0; -1: not told */
	int8_t connectable;
	uint64_t first_seen;
	uint64_t last_seen;
	uint64_t reports;
	/* the last complete one, else the last shortened one; as ad_name_text; or NULL */
	char *name;
	Facts facts;
	Report *advertisement;	/* the last one that was not a scan response, or NULL */
	Report *scan_response;	/* the last one, or NULL */
} DeviceRow;

/* max: rows, at least 1. identities: who has several addresses, and outlives it; NULL: nobody has. */
Devices *devices_new(size_t max, Identities *identities);
Devices *devices_free(Devices *devices);

/* Keeps references, copies nothing but the name and the facts. Returns the row of the device. */
const DeviceRow *devices_note(Devices *devices, Report *report);

/* More is known of who has that address: what was heard of it is that device's. */
void devices_identify(Devices *devices, const Addr *addr);

size_t devices_count(const Devices *devices);
uint64_t devices_evicted(const Devices *devices);

/* by any address; NULL: none */
const DeviceRow *devices_find(const Devices *devices, const Addr *addr);

/* Walks the rows, the latest seen first: *cursor starts NULL; NULL after the last. The table must not change
 * meanwhile. */
const DeviceRow *devices_next(const Devices *devices, void **cursor);
