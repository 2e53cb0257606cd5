/* SPDX-License-Identifier: GPL-2.0-or-later */
/* com.example.Bluetooth.Adapter1 */
#include <errno.h>
#include <string.h>

#include "core/desired-scan.h"
#include "service/bonds.h"
#include "service/emit.h"
#include "service/filter-dbus.h"
#include "service/interfaces.h"
#include "service/managed.h"
#include "service/path.h"
#include "service/power-dbus.h"
#include "service/service.h"

#define ROWS_IN_SLICE 32	/* of the last-seen table; one takes 5 microseconds or so */
#define ROW_BYTES 400		/* without name and data */

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

static int append_row(sd_bus_message *m, const DeviceRow *row, uint64_t now)
{
	const int connectable = device_is_connectable(row, now);
	char address[ADDR_STRING_SIZE];
	int r;

	r = sd_bus_message_open_container(m, 'a', "{sv}");
	if (r >= 0)
		r = sd_bus_message_append(m, "{sv}{sv}{sv}{sv}{sv}", "Address", "s",
					  addr_format(&row->addr, address), "AddressType", "s",
					  addr_type_name(row->addr.type), "FirstSeen", "t", row->first_seen,
					  "LastSeen", "t", row->last_seen, "Reports", "t", row->reports);
	if (r >= 0 && !addr_equal(&row->addr, &row->identity))
		r = sd_bus_message_append(m, "{sv}", "IdentityAddress", "s",
					  addr_format(&row->identity, address));
	if (r >= 0 && row->name)
		r = sd_bus_message_append(m, "{sv}", "Name", "s", row->name);
	if (r >= 0 && row->rssi != RSSI_UNKNOWN)
		r = sd_bus_message_append(m, "{sv}", "RSSI", "n", (int)row->rssi);
	if (r >= 0 && connectable >= 0)
		r = sd_bus_message_append(m, "{sv}", "Connectable", "b", connectable);
	if (r >= 0 && row->advertisement)
		r = append_bytes(m, "Data", row->advertisement);
	if (r >= 0 && row->scan_response)
		r = append_bytes(m, "ScanResponse", row->scan_response);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static size_t row_bytes(const DeviceRow *row)
{
	return ROW_BYTES + (row->name ? strlen(row->name) : 0) +
	       (row->advertisement ? row->advertisement->length : 0) +
	       (row->scan_response ? row->scan_response->length : 0);
}

/* An answer of GetDevices that is written in slices. Rows come, go and change places meanwhile, so which are
 * meant, and in which order, is settled at the beginning. */
typedef struct DeviceList {
	ScanFilter filter;
	uint64_t radio;		/* its id */
	sd_bus_message *reply;
	Addr *addrs;
	size_t n, next;
} DeviceList;

static void device_list_free(void *data)
{
	DeviceList *list = data;

	scan_filter_clear(&list->filter);
	sd_bus_message_unref(list->reply);
	g_free(list->addrs);
	g_free(list);
}

static int device_list_begin(DeviceList *list, sd_bus_message *call, const Radio *radio)
{
	const DeviceRow *row;
	void *cursor = NULL;
	int r;

	list->addrs = g_new(Addr, devices_count(radio->devices));
	while ((row = devices_next(radio->devices, &cursor)))
		list->addrs[list->n++] = row->identity;
	r = sd_bus_message_new_method_return(call, &list->reply);
	return r < 0 ? r : sd_bus_message_open_container(list->reply, 'a', "a{sv}");
}

static int get_devices_slice(Call *call, Reason *reason)
{
	DeviceList *list = call->job.work;
	const Radio *radio = broker_radio_by_id(call->service->broker, list->radio);
	int r = 0;

	if (!radio)
		return E_NO_SUCH_ADAPTER;
	if (!list->reply)
		r = device_list_begin(list, call->message, radio);
	for (size_t i = 0; i < ROWS_IN_SLICE && list->next < list->n && r >= 0; i++) {
		const DeviceRow *row = devices_find(radio->devices, &list->addrs[list->next++]);

		if (!row || !filter_match_row(list->filter.filter, row))
			continue;
		r = job_grows(call, row_bytes(row), "ask with a filter that fewer devices match", reason);
		if (r != 0)
			return r;
		r = append_row(list->reply, row, service_now(call->service));
	}
	if (r >= 0 && list->next < list->n)
		return CALL_DEFERRED;
	if (r >= 0)
		r = sd_bus_message_close_container(list->reply);
	if (r >= 0)
		r = sd_bus_send(NULL, list->reply, NULL);
	return r < 0 ? r : 0;
}

static int get_devices(Call *call, void *object, Reason *reason)
{
	const Radio *radio = object;
	ScanFilter filter;
	DeviceList *list;
	int r;

	r = filter_dbus_read_devices(call->message, &radio->broker->config, &filter, reason);
	if (r != 0)
		return r;
	list = g_new0(DeviceList, 1);
	list->filter = filter;
	list->radio = radio->id;
	return job_start(call, get_devices_slice, list, device_list_free,
			 devices_count(radio->devices) <= ROWS_IN_SLICE, reason);
}
QUESTION(get_devices, NULL)

static void on_named(Wait *wait, int error, const Reason *reason)
{
	Call *call = CONTAINER_OF(wait, Call, wait);

	call_finish(call, error != 0 ? error : call_reply(call, NULL), reason);
}

static int set_name(Call *call, void *object, Reason *reason)
{
	const char *name, *contents;
	int r;

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
	call_wait(call, on_named);
	r = radio_name_set(object, name, &call->name, reason);
	return r == 0 ? CALL_DEFERRED : r;
}

const Method adapter_name_method = { .run = set_name };

/* Only a Set whose arguments are not ssv can get here: adapter_name_method takes all others. */
static int refuse_set(sd_bus *bus UNUSED, const char *path UNUSED, const char *interface UNUSED,
		      const char *property UNUSED, sd_bus_message *value UNUSED, void *userdata UNUSED,
		      sd_bus_error *error)
{
	return sd_bus_error_set(error, error_name(E_INVALID_ARGUMENTS), "Name: s");
}

QUESTION(bonds_get, NULL)
METHOD(power_dbus_set, NULL)

/* One getter for all properties: they are few and small. */
static int get_property(sd_bus *bus UNUSED, const char *path UNUSED, const char *interface UNUSED,
			const char *property, sd_bus_message *reply, void *userdata,
			sd_bus_error *error UNUSED)
{
	const Radio *radio = userdata;
	char address[ADDR_STRING_SIZE];

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
		return sd_bus_message_append(reply, "u", radio->broker->config.max_links);
	if (strcmp(property, "AdvertisingInstances") == 0)
		return sd_bus_message_append(reply, "y", radio->bluez.instances);
	if (strcmp(property, "AdvertisingInstancesFree") == 0)
		return sd_bus_message_append(reply, "y", radio->bluez.instances_free);
	return -ENOENT;
}

/* --- signals --- */

void adapter_radio_added(void *userdata, Radio *radio)
{
	Service *service = userdata;
	char path[PATH_SIZE];

	path_of_radio(radio, path);
	managed_came(service, path, NULL);
	emit_check(sd_bus_emit_object_added(service->bus, path));
	manager_adapters_changed(service);
}

void adapter_radio_removed(void *userdata, const Radio *radio UNUSED, unsigned index)
{
	Service *service = userdata;
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), PATH_ROOT "/hci%u", index);
	managed_changed(service, path, NULL);
	emit_check(sd_bus_emit_interfaces_removed(service->bus, path, ADAPTER1_INTERFACE, SESSION_INTERFACE,
						  NULL));
	manager_adapters_changed(service);
}

void adapter_radio_changed(void *userdata, Radio *radio, unsigned changes)
{
	Service *service = userdata;
	static const EmitProperty properties[] = {
		{ RADIO_NAME, "Name" },
		{ RADIO_ADDRESS_TYPE, "AddressType" },
		{ RADIO_POWERED, "Powered" },
		{ RADIO_SCANNING, "Scanning" },
		{ RADIO_SOURCE, "Source" },
		{ RADIO_LINKS, "ActiveLinks" },
		{ RADIO_INSTANCES, "AdvertisingInstances" },
		{ RADIO_INSTANCES_FREE, "AdvertisingInstancesFree" },
		{ RADIO_SCAN_MODE, "ScanMode" },
	};
	char path[PATH_SIZE];

	emit_changed(service, path_of_radio(radio, path), ADAPTER1_INTERFACE, properties,
		     ARRAY_SIZE(properties), changes);
}

const sd_bus_vtable adapter_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD_WITH_ARGS("GetDevices", SD_BUS_ARGS("a{sv}", filter), SD_BUS_RESULT("aa{sv}", devices),
				method_get_devices, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("GetBonds", SD_BUS_NO_ARGS, SD_BUS_RESULT("aa{sv}", bonds), method_bonds_get,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("SetPower", SD_BUS_ARGS("b", on, "a{sv}", options), SD_BUS_NO_RESULT,
				method_power_dbus_set, SD_BUS_VTABLE_UNPRIVILEGED),
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
	SD_BUS_PROPERTY("AdvertisingInstancesFree", "y", get_property, 0,
			SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SD_BUS_VTABLE_END
};
