/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last-seen table of a radio: one row a device. Bounded: the row that was not seen for the longest time
 * makes room. */
#pragma once

#include <stdbool.h>

#include "core/facts.h"
#include "core/identity.h"
#include "core/report.h"
#include "util/macros.h"

typedef struct Devices Devices;

/* In that time a device sends packets of all its kinds: the longest interval is 10.24 s (Vol 6 Part B
 * 4.4.2.2). */
#define DEVICE_SILENT_AFTER (11 * USEC_PER_SEC)

typedef struct DeviceRow {
	Addr addr;		/* the last one that it was heard with */
	Addr identity;		/* whose row it is; addr, until a bond tells another */
	Identities *identities;	/* of the radio, or NULL */
	int8_t rssi;
	/* 1: connectable packets are heard, maybe among others; 0: only others; -1: not known */
	int8_t connectable;
	uint64_t connectable_at;	/* the last connectable packet */
	uint64_t first_seen;
	uint64_t last_seen;
	uint64_t reports;
	/* of the time in which it was heard without a silence of DEVICE_SILENT_AFTER: when that began, and
	 * the reports */
	uint64_t present_since;
	uint64_t present_reports;
	/* the last complete one, else the last shortened one; as ad_name_text; or NULL */
	char *name;
	Facts facts;
	Report *advertisement;	/* the last one that was not a scan response, or NULL */
	Report *scan_response;	/* the last one, or NULL */
} DeviceRow;

/* max: rows, at least 1. identities: whose addresses they are; must outlive the table; NULL: each address is
 * a device. */
Devices *devices_new(size_t max, Identities *identities);
Devices *devices_free(Devices *devices);

/* Notes a report in the row of its device, and returns that. Takes a reference to the report, and copies
 * nothing but the name and the facts. */
const DeviceRow *devices_note(Devices *devices, Report *report);

/* The identity of that address has become known: what was heard of the address goes to the identity's row. */
void devices_identify(Devices *devices, const Addr *addr);

size_t devices_count(const Devices *devices);
uint64_t devices_evicted(const Devices *devices);

/* The row of the device that has this address; NULL: none. */
const DeviceRow *devices_find(const Devices *devices, const Addr *addr);

/* 1: connectable packets were heard within the last 30 s; 0: only others; -1: not known. */
int device_is_connectable(const DeviceRow *row, uint64_t now);

/* Walks the rows, the latest seen first: *cursor starts NULL; NULL after the last. The table must not change
 * meanwhile. */
const DeviceRow *devices_next(const Devices *devices, void **cursor);
