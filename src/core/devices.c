/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last-seen table: rows by address, and in the order in which they were last seen. */
#include "core/devices.h"

#include <errno.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "core/ad.h"
#include "core/siphash.h"

typedef struct Device {
	DeviceRow row;
	bool name_complete;
	GList link;		/* in seen; its data is this Device */
} Device;

struct Devices {
	GHashTable *by_addr;	/* &row.addr → Device */
	GQueue seen;		/* head: seen latest */
	size_t max;
	uint64_t evicted;
};

static guint addr_hash(gconstpointer addr)
{
	return (guint)siphash_process(((const Addr *)addr)->bytes, sizeof(((const Addr *)addr)->bytes));
}

static gboolean addr_same(gconstpointer a, gconstpointer b)
{
	return addr_equal(a, b);
}

static void device_free(gpointer data)
{
	Device *device = data;

	g_free(device->row.name);
	report_unref(device->row.advertisement);
	report_unref(device->row.scan_response);
	free(device);
}

int devices_new(Devices **ret, size_t max)
{
	Devices *devices;

	if (max == 0)
		return -EINVAL;
	devices = calloc(1, sizeof(*devices));
	if (!devices)
		return -ENOMEM;

	devices->by_addr = g_hash_table_new_full(addr_hash, addr_same, NULL, device_free);
	g_queue_init(&devices->seen);
	devices->max = max;
	*ret = devices;
	return 0;
}

Devices *devices_free(Devices *devices)
{
	if (!devices)
		return NULL;
	g_hash_table_unref(devices->by_addr);	/* the queue's links are in the rows */
	free(devices);
	return NULL;
}

static void evict_oldest(Devices *devices)
{
	Device *device = g_queue_peek_tail(&devices->seen);

	g_queue_unlink(&devices->seen, &device->link);
	g_hash_table_remove(devices->by_addr, &device->row.addr);
	devices->evicted++;
}

static Device *device_add(Devices *devices, const Report *report)
{
	Device *device = calloc(1, sizeof(*device));

	if (!device)
		return NULL;
	if (devices_count(devices) >= devices->max)
		evict_oldest(devices);

	device->row.addr = report->addr;
	device->row.rssi = RSSI_UNKNOWN;
	device->row.connectable = -1;
	device->row.first_seen = report->time;
	device->link.data = device;
	g_hash_table_insert(devices->by_addr, &device->row.addr, device);
	g_queue_push_head_link(&devices->seen, &device->link);
	return device;
}

/* A shortened name does not displace a complete one. Some devices pad their name with zeros. */
static void note_name(Device *device, const Report *report)
{
	AdField field;
	size_t length;

	if (!ad_find_name(report->data, report->length, &field))
		return;
	length = strnlen((const char *)field.data, field.length);
	if (length == 0 || (field.type == AD_NAME_SHORT && device->name_complete))
		return;

	device->name_complete = field.type == AD_NAME;
	g_free(device->row.name);
	device->row.name = g_utf8_make_valid((const char *)field.data, (gssize)length);
}

static void note_data(Device *device, Report *report)
{
	Report **last = report->adv_type == ADV_SCAN_RESPONSE ? &device->row.scan_response
							      : &device->row.advertisement;

	if (!*last || (*last)->digest != report->digest)
		note_name(device, report);
	report_ref(report);
	report_unref(*last);
	*last = report;
}

static void note_connectable(DeviceRow *row, const Report *report)
{
	switch (report->adv_type) {
	case ADV_CONNECTABLE:
	case ADV_CONNECTABLE_DIRECTED:
		row->connectable = 1;
		break;
	case ADV_SCANNABLE:
	case ADV_NON_CONNECTABLE:
		row->connectable = 0;
		break;
	default:	/* a scan response does not tell */
		break;
	}
}

int devices_note(Devices *devices, Report *report)
{
	Device *device = g_hash_table_lookup(devices->by_addr, &report->addr);

	if (!device) {
		device = device_add(devices, report);
		if (!device)
			return -ENOMEM;
	} else {
		g_queue_unlink(&devices->seen, &device->link);
		g_queue_push_head_link(&devices->seen, &device->link);
	}

	device->row.addr.type = report->addr.type;
	device->row.last_seen = report->time;
	device->row.reports++;
	if (report->rssi != RSSI_UNKNOWN)
		device->row.rssi = report->rssi;
	note_connectable(&device->row, report);
	note_data(device, report);
	return 0;
}

size_t devices_count(const Devices *devices)
{
	return g_hash_table_size(devices->by_addr);
}

uint64_t devices_evicted(const Devices *devices)
{
	return devices->evicted;
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
