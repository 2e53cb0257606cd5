/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last-seen table: rows by address, and in the order in which they were last seen. */
#include "core/devices.h"

#include <glib.h>
#include <string.h>

#include "meaning/ad.h"

/* A device that sends connectable packets among others sends them at least every 10.24 s, and some are not
 * heard. */
#define CONNECTABLE_AGE (30 * USEC_PER_SEC)

/* A packet that only repeats the one before need not be looked through until its facts are that old. */
#define FACTS_RENEWAL (FACTS_AGE / 4)

typedef struct Device {
	DeviceRow row;
	bool name_complete;
	/* when facts were noted last: [0] of an advertisement, [1] of a scan response */
	uint64_t facts_at[2];
	GList link;		/* in seen; its data is this Device */
} Device;

struct Devices {
	Identities *identities;
	GHashTable *by_addr;	/* &row.identity → Device */
	GQueue seen;		/* head: seen latest */
	size_t max;
	uint64_t evicted;
};

static void device_free(gpointer data)
{
	Device *device = data;

	g_free(device->row.name);
	facts_clear(&device->row.facts);
	report_unref(device->row.advertisement);
	report_unref(device->row.scan_response);
	g_free(device);
}

Devices *devices_new(size_t max, Identities *identities)
{
	Devices *devices = g_new0(Devices, 1);

	g_assert(max > 0);
	devices->by_addr = g_hash_table_new_full(addr_hash, addr_same, NULL, device_free);
	g_queue_init(&devices->seen);
	devices->max = max;
	devices->identities = identities;
	return devices;
}

Devices *devices_free(Devices *devices)
{
	if (!devices)
		return NULL;
	g_hash_table_unref(devices->by_addr);	/* the queue's links are in the rows */
	g_free(devices);
	return NULL;
}

static void device_remove(Devices *devices, Device *device)
{
	g_queue_unlink(&devices->seen, &device->link);
	g_hash_table_remove(devices->by_addr, &device->row.identity);
}

static void evict_oldest(Devices *devices)
{
	device_remove(devices, g_queue_peek_tail(&devices->seen));
	devices->evicted++;
}

/* The identity of an address. A public one is never private, so it needs no look-up. */
static Addr devices_resolve(const Devices *devices, const Addr *addr)
{
	return devices->identities && addr->type != ADDR_PUBLIC
		       ? identities_resolve(devices->identities, addr)
		       : *addr;
}

/* Makes the row of an address its identity's, or merges it into the row that the identity has already.
 * Returns the identity's row; NULL: there is none. */
static Device *device_move(Devices *devices, const Addr *addr, const Addr *identity)
{
	Device *old = g_hash_table_lookup(devices->by_addr, addr);
	Device *device = g_hash_table_lookup(devices->by_addr, identity);

	if (!old || old == device)
		return device;
	if (device) {
		device->row.reports += old->row.reports;
		device->row.first_seen = MIN(device->row.first_seen, old->row.first_seen);
		device_remove(devices, old);
		return device;
	}
	g_hash_table_steal(devices->by_addr, addr);
	old->row.identity = *identity;
	g_hash_table_insert(devices->by_addr, &old->row.identity, old);
	return old;
}

void devices_identify(Devices *devices, const Addr *addr)
{
	const Addr identity = identities_resolve(devices->identities, addr);

	(void)device_move(devices, addr, &identity);
}

static Device *device_add(Devices *devices, const Report *report, const Addr *identity)
{
	Device *device = g_new0(Device, 1);

	if (devices_count(devices) >= devices->max)
		evict_oldest(devices);

	device->row.addr = report->addr;
	device->row.identity = *identity;
	device->row.identities = devices->identities;
	device->row.rssi = RSSI_UNKNOWN;
	device->row.connectable = -1;
	device->row.first_seen = report->time;
	device->link.data = device;
	g_hash_table_insert(devices->by_addr, &device->row.identity, device);
	g_queue_push_head_link(&devices->seen, &device->link);
	return device;
}

/* A shortened name does not displace a complete one. */
static void note_name(Device *device, const Report *report)
{
	const bool was_complete = device->name_complete;
	AdField field;

	if (!ad_find_name(report->data, report->length, &field) ||
	    (field.type == AD_NAME_SHORT && was_complete))
		return;
	device->name_complete = field.type == AD_NAME;
	if (device->row.name && strlen(device->row.name) == field.length &&
	    memcmp(device->row.name, field.data, field.length) == 0)
		return;
	g_free(device->row.name);
	device->row.name = ad_name_text(field.data, field.length);
}

static void note_data(Device *device, Report *report)
{
	const bool is_response = report->adv_type == ADV_SCAN_RESPONSE;
	Report **last = is_response ? &device->row.scan_response : &device->row.advertisement;
	const bool is_new = !*last || (*last)->digest != report->digest;

	if (is_new)
		note_name(device, report);
	if (is_new || report->time - device->facts_at[is_response] > FACTS_RENEWAL) {
		facts_note(&device->row.facts, report);
		device->facts_at[is_response] = report->time;
	}
	report_ref(report);
	report_unref(*last);
	*last = report;
}

static void note_connectable(Device *device, const Report *report)
{
	switch (report->adv_type) {
	case ADV_CONNECTABLE:
	case ADV_CONNECTABLE_DIRECTED:
		device->row.connectable = 1;
		device->row.connectable_at = report->time;
		break;
	case ADV_SCANNABLE:
	case ADV_NON_CONNECTABLE:
		if (device_is_connectable(&device->row, report->time) != 1)
			device->row.connectable = 0;
		break;
	default:	/* a scan response does not tell */
		break;
	}
}

static void note_presence(DeviceRow *row, uint64_t time)
{
	if (row->reports == 0 || row->last_seen + DEVICE_SILENT_AFTER < time) {
		row->present_since = time;
		row->present_reports = 0;
	}
	row->last_seen = time;
	row->reports++;
	row->present_reports++;
}

const DeviceRow *devices_note(Devices *devices, Report *report)
{
	const Addr identity = devices_resolve(devices, &report->addr);
	Device *device = g_hash_table_lookup(devices->by_addr, &identity);

	if (!device && !addr_equal(&identity, &report->addr))
		device = device_move(devices, &report->addr, &identity);
	if (!device) {
		device = device_add(devices, report, &identity);
	} else {
		g_queue_unlink(&devices->seen, &device->link);
		g_queue_push_head_link(&devices->seen, &device->link);
	}

	device->row.addr = report->addr;
	note_presence(&device->row, report->time);
	if (report->rssi != RSSI_UNKNOWN)
		device->row.rssi = report->rssi;
	note_connectable(device, report);
	note_data(device, report);
	return &device->row;
}

size_t devices_count(const Devices *devices)
{
	return g_hash_table_size(devices->by_addr);
}

uint64_t devices_evicted(const Devices *devices)
{
	return devices->evicted;
}

int device_is_connectable(const DeviceRow *row, uint64_t now)
{
	return row->connectable == 1 && now > row->connectable_at + CONNECTABLE_AGE ? 0 : row->connectable;
}

const DeviceRow *devices_find(const Devices *devices, const Addr *addr)
{
	const Addr identity = devices->identities ? identities_resolve(devices->identities, addr) : *addr;
	const Device *device = g_hash_table_lookup(devices->by_addr, &identity);

	return device ? &device->row : NULL;
}

const DeviceRow *devices_next(const Devices *devices, void **cursor)
{
	GList *link = *cursor ? ((GList *)*cursor)->next : devices->seen.head;
	Device *device;

	if (!link)
		return NULL;
	*cursor = link;
	device = link->data;
	return &device->row;
}
