/* SPDX-License-Identifier: GPL-2.0-or-later */
/* com.example.Bluetooth.Adapter1 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/scan-wish.h"
#include "service/bonds.h"
#include "service/filter-dbus.h"
#include "service/interfaces.h"
#include "service/path.h"
#include "service/service.h"

#define ROWS_IN_SLICE 32	/* of the last-seen table; one takes 5 microseconds or so */

static int append_bytes(sd_bus_message *m, const char *key, const Report *report)
{
	int r;

	r = sd_bus_message_open_container(m, 'e', "sv");
	if (r >= 0)
		r = sd_bus_message_append(m, "s", key);
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'v', "ay");
	if (r >= 0)
		r = sd_bus_message_append_array(m, 'y', report->data, report->length);
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_row(sd_bus_message *m, const DeviceRow *row)
{
	char address[ADDR_STRING_SIZE];
	int r;

	r = sd_bus_message_open_container(m, 'a', "{sv}");
	if (r >= 0)
		r = sd_bus_message_append(m, "{sv}{sv}{sv}{sv}{sv}", "Address", "s", addr_format(&row->addr, address),
					  "AddressType", "s", addr_type_name(row->addr.type),
					  "FirstSeen", "t", row->first_seen, "LastSeen", "t", row->last_seen,
					  "Reports", "t", row->reports);
	if (r >= 0 && !addr_equal(&row->addr, &row->identity))
		r = sd_bus_message_append(m, "{sv}", "IdentityAddress", "s", addr_format(&row->identity, address));
	if (r >= 0 && row->name)
		r = sd_bus_message_append(m, "{sv}", "Name", "s", row->name);
	if (r >= 0 && row->rssi != RSSI_UNKNOWN)
		r = sd_bus_message_append(m, "{sv}", "RSSI", "n", (int)row->rssi);
	if (r >= 0 && row->connectable >= 0)
		r = sd_bus_message_append(m, "{sv}", "Connectable", "b", (int)row->connectable);
	if (r >= 0 && row->advertisement)
		r = append_bytes(m, "Data", row->advertisement);
	if (r >= 0 && row->scan_response)
		r = append_bytes(m, "ScanResponse", row->scan_response);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

/* An answer of GetDevices, as far as it is. Rows come, go and change places meanwhile: which are meant, and their order, is
 * settled at the beginning. */
typedef struct DeviceList {
	ScanFilter filter;
	sd_bus_message *reply;
	Addr *addrs;
	size_t n, next;
} DeviceList;

static void device_list_free(void *data)
{
	DeviceList *list = data;

	scan_filter_clear(&list->filter);
	sd_bus_message_unref(list->reply);
	free(list->addrs);
	free(list);
}

static Radio *radio_at(const Service *service, const char *path)
{
	Path parsed = path_parse(path);

	return broker_radio(service->broker, parsed.index);
}

static int device_list_begin(DeviceList *list, sd_bus_message *call, const Radio *radio)
{
	const DeviceRow *row;
	void *cursor = NULL;
	int r;

	list->addrs = calloc(devices_count(radio->devices) + 1, sizeof(*list->addrs));
	if (!list->addrs)
		return -ENOMEM;
	while ((row = devices_next(radio->devices, &cursor)))
		list->addrs[list->n++] = row->identity;
	r = sd_bus_message_new_method_return(call, &list->reply);
	return r < 0 ? r : sd_bus_message_open_container(list->reply, 'a', "a{sv}");
}

static int get_devices_slice(Call *call, Reason *reason UNUSED)
{
	const Radio *radio = radio_at(call->service, sd_bus_message_get_path(call->message));
	DeviceList *list = call->job.work;
	int r = 0;

	if (!radio)
		return E_NO_SUCH_ADAPTER;
	if (!list->reply)
		r = device_list_begin(list, call->message, radio);
	for (size_t i = 0; i < ROWS_IN_SLICE && list->next < list->n && r >= 0; i++) {
		const DeviceRow *row = devices_find(radio->devices, &list->addrs[list->next++]);

		if (row && filter_match_row(list->filter.filter, row))
			r = append_row(list->reply, row);
	}
	if (r >= 0 && list->next < list->n)
		return CALL_DEFERRED;
	if (r >= 0)
		r = sd_bus_message_close_container(list->reply);
	if (r >= 0)
		r = sd_bus_send(NULL, list->reply, NULL);
	return r < 0 ? r : 0;
}

static int get_devices(Call *call, Reason *reason)
{
	const Service *service = call->service;
	const Radio *radio = radio_at(service, sd_bus_message_get_path(call->message));
	DeviceList *list;
	int r;

	if (!radio)
		return E_NO_SUCH_ADAPTER;
	list = calloc(1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	r = filter_read_devices(call->message, &service->broker->config, &list->filter, reason);
	if (r != 0) {
		free(list);
		return r;
	}
	return job_start(call, get_devices_slice, list, device_list_free, devices_count(radio->devices) <= ROWS_IN_SLICE,
			 reason);
}

static void on_named(NameWait *wait, int error, const Reason *reason)
{
	Call *call = (Call *)(void *)((char *)wait - offsetof(Call, name));

	call_finish(call, error != 0 ? error : call_reply(call), reason);
}

static int set_name(Call *call, Reason *reason)
{
	Radio *radio = radio_at(call->service, sd_bus_message_get_path(call->message));
	const char *name, *contents;
	int r;

	if (!radio)
		return E_NO_SUCH_ADAPTER;
	r = sd_bus_message_skip(call->message, "ss");
	if (r >= 0)
		r = sd_bus_message_peek_type(call->message, NULL, &contents);
	if (r >= 0 && strcmp(contents, "s") != 0)
		return reason_set(reason, E_INVALID_ARGUMENTS, "Name: s, not %s", contents);
	if (r >= 0)
		r = sd_bus_message_read(call->message, "v", "s", &name);
	if (r < 0)
		return r;
	r = call_keep(call, reason);
	if (r != 0)
		return r;
	call->name.done = on_named;
	r = radio_rename(radio, name, &call->name, reason);
	return r == 0 ? CALL_DEFERRED : r;
}

const Method name_method = { .member = "Set", .run = set_name };

/* name_method sees to it. */
static int refuse_set(sd_bus *bus UNUSED, const char *path UNUSED, const char *interface UNUSED,
		      const char *property UNUSED, sd_bus_message *value UNUSED, void *userdata UNUSED, sd_bus_error *error)
{
	return sd_bus_error_set(error, error_name(E_INVALID_ARGUMENTS), "Name: s");
}

static int list_bonds(Call *call, Reason *reason)
{
	const Radio *radio = radio_at(call->service, sd_bus_message_get_path(call->message));

	return radio ? get_bonds(call, radio, reason) : E_NO_SUCH_ADAPTER;
}

/* One getter for all properties: they are few and small. */
static int get_property(sd_bus *bus UNUSED, const char *path, const char *interface UNUSED, const char *property,
			sd_bus_message *reply, void *userdata, sd_bus_error *error UNUSED)
{
	const Service *service = userdata;
	const Radio *radio = radio_at(service, path);
	char address[ADDR_STRING_SIZE];

	if (!radio)
		return -ENOENT;
	if (strcmp(property, "Address") == 0)
		return sd_bus_message_append(reply, "s", addr_format(&radio->addr, address));
	if (strcmp(property, "AddressType") == 0)
		return sd_bus_message_append(reply, "s", addr_type_name(radio->addr.type));
	if (strcmp(property, "Name") == 0)
		return sd_bus_message_append(reply, "s", radio->bluez.name);
	if (strcmp(property, "Powered") == 0)
		return sd_bus_message_append(reply, "b", (int)radio->bluez.powered);
	if (strcmp(property, "Scanning") == 0)
		return sd_bus_message_append(reply, "b", (int)radio_is_scanning(radio));
	if (strcmp(property, "Source") == 0)
		return sd_bus_message_append(reply, "s", radio_source(radio));
	if (strcmp(property, "ScanMode") == 0)
		return sd_bus_message_append(reply, "s", scan_mode_name(radio->scan_mode));
	if (strcmp(property, "ActiveLinks") == 0)
		return sd_bus_message_append(reply, "u", radio->bluez.links);
	if (strcmp(property, "LinkSlots") == 0)
		return sd_bus_message_append(reply, "u", service->broker->config.max_links);
	if (strcmp(property, "AdvertisingInstances") == 0)
		return sd_bus_message_append(reply, "y", radio->bluez.instances);
	if (strcmp(property, "AdvertisingInstancesFree") == 0)
		return sd_bus_message_append(reply, "y", radio->bluez.instances_free);
	return -ENOENT;
}

const Method adapter_methods[] = {
	{ .member = "GetDevices", .run = get_devices, .question = true },
	{ .member = "GetBonds", .run = list_bonds, .question = true },
	{ 0 }
};

const sd_bus_vtable adapter_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD_WITH_ARGS("GetDevices", SD_BUS_ARGS("a{sv}", filter), SD_BUS_RESULT("aa{sv}", devices), call_entry,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("GetBonds", SD_BUS_NO_ARGS, SD_BUS_RESULT("aa{sv}", bonds), call_entry,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_PROPERTY("Address", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("AddressType", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SD_BUS_WRITABLE_PROPERTY("Name", "s", get_property, refuse_set, 0,
				 SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE | SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_PROPERTY("Powered", "b", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SD_BUS_PROPERTY("Scanning", "b", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SD_BUS_PROPERTY("Source", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SD_BUS_PROPERTY("ScanMode", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SD_BUS_PROPERTY("ActiveLinks", "u", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SD_BUS_PROPERTY("LinkSlots", "u", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("AdvertisingInstances", "y", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SD_BUS_PROPERTY("AdvertisingInstancesFree", "y", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SD_BUS_VTABLE_END
};
