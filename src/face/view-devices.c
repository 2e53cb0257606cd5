/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The devices that a program knows of. */
#include "face/view-devices.h"

#include <string.h>

#include "core/hold.h"
#include "core/link.h"
#include "face/agent.h"
#include "face/battery.h"
#include "face/device-data.h"
#include "face/device.h"
#include "face/gatt.h"
#include "face/monitor-app.h"
#include "face/programs.h"
#include "face/tree.h"
#include "meaning/ad.h"

/* As bluetoothd does it: a smaller change of RSSI is told only where the program has set a filter. */
#define RSSI_STEP 8

DeviceView *view_device(const View *view, const Addr *addr)
{
	return g_hash_table_lookup(view->devices, addr);
}

Link *view_held_link(const DeviceView *device)
{
	const View *view = device->view;
	Link *link = view->session ? link_find(view->radio, &device->addr) : NULL;

	return link && hold_is_there(link, view->session) ? link : NULL;
}

static bool may_be_forgotten(const DeviceView *device, uint64_t now)
{
	return !device->paired && !device->central && !view_held_link(device) &&
	       device->last_seen + VIEW_FORGET_AFTER <= now;
}

static void device_free(DeviceView *device)
{
	View *view = device->view;

	if (device->is_dirty)
		g_queue_unlink(&view->dirty, &device->news);
	g_queue_unlink(&view->by_age, &device->age);
	report_unref(device->advertisement);
	report_unref(device->scan_response);
	wait_deinit(&device->battery_read.wait);
	g_hash_table_destroy(device->attrs);
	charge_end(&device->charge);
	g_free(device->name);
	g_free(device->alias);
	g_free(device);
}

void view_remove_device(DeviceView *device)
{
	View *view = device->view;

	monitors_forget(device);
	agents_cancel(device);
	battery_end(device);
	if (device->shown)
		tree_removed(&(Place){ .kind = PLACE_DEVICE, .program = view->program, .view = view,
				       .device = device });
	g_hash_table_remove(view->devices, &device->addr);
	device_free(device);
}

bool view_has_pattern(const View *view, const Addr *addr, const char *pattern)
{
	const Addr identity = identities_resolve(view->radio->identities, addr);
	const DeviceView *device = view_device(view, &identity);

	return device && device->name && strncmp(device->name, pattern, strlen(pattern)) == 0;
}

/* The one that was not heard for the longest time makes room. */
static bool make_room(View *view)
{
	for (GList *item = view->by_age.head; item; item = item->next) {
		DeviceView *device = item->data;

		if (!may_be_forgotten(device, USEC_NEVER))
			continue;
		view_remove_device(device);
		return true;
	}
	return false;
}

int view_add_device(View *view, const Addr *addr, DeviceView **ret, Reason *reason)
{
	/* two reports of usual length, and what is known of the device */
	const size_t size = sizeof(DeviceView) + 2 * (sizeof(Report) + AD_LEGACY_MAX);
	DeviceView *device = view_device(view, addr);
	Charge charge;

	if (device) {
		*ret = device;
		return 0;
	}
	while (charge_init(&charge, view->program->user, QUOTA_FIFO_BYTES, size) < 0)
		if (!make_room(view))
			return reason_set(reason, E_LIMIT_REACHED,
					  "the devices pass the memory of uid %u (FifoBytesPerUser)",
					  view->program->uid);
	device = g_new0(DeviceView, 1);
	device->view = view;
	device->addr = *addr;
	device->charge = charge;
	device->rssi = device->told_rssi = RSSI_UNKNOWN;
	device->attrs = g_hash_table_new_full(NULL, NULL, NULL, attr_view_free);
	device->age.data = device->news.data = device;
	device->last_seen = programs_now(view->program->programs);
	g_hash_table_insert(view->devices, &device->addr, device);
	g_queue_push_tail_link(&view->by_age, &device->age);
	*ret = device;
	view_check_device(device);
	return 0;
}

void view_check_device(DeviceView *device)
{
	task_by(&device->view->expire, device->last_seen + VIEW_FORGET_AFTER);
}

static void on_expire(Task *task, uint64_t now)
{
	View *view = CONTAINER_OF(task, View, expire);
	GList *item = view->by_age.head;

	while (item) {
		DeviceView *device = item->data;

		item = item->next;
		if (device->last_seen + VIEW_FORGET_AFTER > now) {
			task_at(task, device->last_seen + VIEW_FORGET_AFTER);
			break;
		}
		if (!device->was_linked && may_be_forgotten(device, now))
			view_remove_device(device);
	}
}

/* --- news --- */

void view_device_changed(DeviceView *device, uint32_t properties)
{
	device->changed |= properties;
	if (device->is_dirty)
		return;
	device->is_dirty = true;
	g_queue_push_tail_link(&device->view->dirty, &device->news);
}

static void tell_device(DeviceView *device)
{
	const Place place = { .kind = PLACE_DEVICE, .program = device->view->program, .view = device->view,
			      .device = device };

	g_queue_unlink(&device->view->dirty, &device->news);
	device->is_dirty = false;
	if (device->shown)
		tree_changed(&place, &device_iface, device->changed);
	else
		tree_added(&place);
	device->shown = true;
	device->changed = 0;
	device->told_rssi = device->rssi;
}

void view_tell_devices(View *view)
{
	while (!g_queue_is_empty(&view->dirty) && !outbox_must_wait(view->program))
		tell_device(g_queue_peek_head(&view->dirty));
}

/* --- reports --- */

/* Notes what a report says; returns the properties to be told. */
static uint32_t device_note(DeviceView *device, const DiscoveryFilter *filter, Report *report)
{
	Report **last = report->adv_type == ADV_SCAN_RESPONSE ? &device->scan_response :
								&device->advertisement;
	uint32_t changed = device_changes(*last, report, filter->duplicates);
	AdField name;

	device->last_seen = report->time;
	device->rssi = report->rssi;
	/* as bluetoothd: with a filter, each report tells it */
	if (filter->is_set || device->told_rssi == RSSI_UNKNOWN ||
	    ABS(device->rssi - device->told_rssi) >= RSSI_STEP)
		changed |= report->rssi != RSSI_UNKNOWN ? DEVICE_BIT(DEVICE_RSSI) : 0;
	if (*last && (*last)->digest == report->digest)
		return changed;
	if (ad_find_name(report->data, report->length, &name) && (name.type == AD_NAME || !device->name)) {
		g_free(device->name);
		device->name = ad_name_text(name.data, name.length);
	}
	report_unref(*last);
	*last = report_ref(report);
	return changed;
}

DeviceView *view_report(View *view, const DiscoveryFilter *filter, Report *report)
{
	const Addr addr = identities_resolve(view->radio->identities, &report->addr);
	DeviceView *device;
	uint32_t changed;
	Reason reason;

	if (view_add_device(view, &addr, &device, &reason) != 0)
		return NULL;
	device->found = true;
	g_queue_unlink(&view->by_age, &device->age);
	g_queue_push_tail_link(&view->by_age, &device->age);
	changed = device_note(device, filter, report);
	if (changed || !device->shown)
		view_device_changed(device, changed);
	view_tell(view);
	return device;
}

void view_forget_signal(View *view)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, view->devices);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		DeviceView *device = value;

		if (device->rssi == RSSI_UNKNOWN)
			continue;
		device->rssi = RSSI_UNKNOWN;
		view_device_changed(device,
				    DEVICE_BIT(DEVICE_RSSI) | (device_data_has(device, DEVICE_TX_POWER) ?
								       DEVICE_BIT(DEVICE_TX_POWER) :
								       0));
	}
}

void view_forget_found(View *view)
{
	GList *item = view->by_age.head;

	while (item) {
		DeviceView *device = item->data;

		item = item->next;
		if (device->found && !device->was_linked && may_be_forgotten(device, USEC_NEVER))
			view_remove_device(device);
	}
}

/* --- life --- */

void view_devices_init(View *view)
{
	view->devices = g_hash_table_new(addr_hash, addr_same);
	task_init(&view->expire, &view->radio->broker->agenda, on_expire);
}

void view_devices_free(View *view)
{
	while (!g_queue_is_empty(&view->by_age)) {
		agents_cancel(g_queue_peek_head(&view->by_age));
		device_free(g_queue_peek_head(&view->by_age));
	}
	g_hash_table_destroy(view->devices);
	task_cancel(&view->expire);
}
