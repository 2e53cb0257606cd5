/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluetoothd: its name, and what it has. */
#include "bluez/bluez.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bluez/adapter.h"
#include "bluez/agent.h"
#include "bluez/application.h"
#include "bluez/call-queue.h"
#include "bluez/device.h"
#include "bluez/directory.h"
#include "bluez/keys.h"
#include "bluez/mirror.h"
#include "bluez/presence.h"
#include "bluez/radio-side.h"
#include "bluez/trust.h"
#include "core/broker-events.h"
#include "util/log.h"
#include "util/siphash.h"

uint64_t bluez_now(const Bluez *bluez)
{
	uint64_t now = 0;

	(void)sd_event_now(bluez->event, CLOCK_BOOTTIME, &now);
	return now;
}

bool bluez_is_sender(const Bluez *bluez, sd_bus_message *m)
{
	const char *sender = sd_bus_message_get_sender(m);

	return bluez->owner && sender && strcmp(sender, bluez->owner) == 0;
}

int bluez_ping(const Bluez *bluez, sd_bus_slot **ret, sd_bus_message_handler_t callback, void *userdata)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	int r;

	if (!bluez->owner)
		return -ENOTCONN;
	r = sd_bus_message_new_method_call(bluez->bus, &m, bluez->owner, "/", "org.freedesktop.DBus.Peer",
					   "Ping");
	return r < 0 ? r : sd_bus_call_async(bluez->bus, ret, m, callback, userdata, UINT64_MAX);
}

/* Refuses calls from anybody but bluetoothd, to whatever object: this connection serves nobody else. */
static int on_any_call(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	uint8_t type = 0;

	if (sd_bus_message_get_type(m, &type) < 0 || type != SD_BUS_MESSAGE_METHOD_CALL ||
	    bluez_is_sender(userdata, m))
		return 0;
	log_limited(LOG_NOTICE, "%s called an object that is for bluetoothd", sd_bus_message_get_sender(m));
	(void)sd_bus_reply_method_errorf(m, SD_BUS_ERROR_ACCESS_DENIED, "this object is for bluetoothd");
	return 1;
}

/* --- start and end --- */

static void device_free_void(void *device)
{
	device_free(device);
}

static int bluez_start(Bluez *bluez)
{
	int r;

	r = call_queue_new(&bluez->calls, bluez);
	if (r >= 0)
		r = mirror_listen(bluez);
	if (r >= 0)
		r = sd_bus_add_filter(bluez->bus, &bluez->strangers, on_any_call, bluez);
	if (r >= 0)
		r = agent_new(bluez);
	return r < 0 ? r : presence_watch(bluez);
}

int bluez_new(Bluez **ret, sd_event *event, sd_bus *bus, Broker *broker, const char *keys,
	      BluezSettled settled, void *userdata)
{
	Bluez *bluez = g_new0(Bluez, 1);
	int r;

	bluez->event = sd_event_ref(event);
	bluez->bus = sd_bus_ref(bus);
	bluez->broker = broker;
	broker_set_radio_side(broker, &radio_side, bluez);
	bluez->settled = settled;
	bluez->userdata = userdata;
	bluez->adapters = g_ptr_array_new();
	bluez->leaving = g_ptr_array_new();
	bluez->devices = g_hash_table_new_full(siphash_string, g_str_equal, g_free, device_free_void);
	bluez->keys = keys_new(bluez, keys);
	r = bluez_start(bluez);
	if (r < 0) {
		bluez_free(bluez);
		return r;
	}
	*ret = bluez;
	return 0;
}

void bluez_end(Bluez *bluez)
{
	trust_return_all(bluez);
	call_queue_flush(bluez->calls);
}

void bluez_forget_radios(Bluez *bluez)
{
	g_hash_table_remove_all(bluez->devices);
	while (bluez->adapters->len > 0)
		adapter_free(g_ptr_array_steal_index(bluez->adapters, 0));
}

Bluez *bluez_free(Bluez *bluez)
{
	if (!bluez)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(bluez->matches); i++)
		sd_bus_slot_unref(bluez->matches[i]);
	sd_bus_slot_unref(bluez->device_match);
	sd_bus_slot_unref(bluez->owner_match);
	sd_bus_slot_unref(bluez->strangers);
	sd_bus_slot_unref(bluez->agent);
	sd_bus_slot_unref(bluez->flow);
	sd_bus_message_unref(bluez->refused);
	sd_bus_slot_unref(bluez->find);
	bluez_call_forget(bluez->load);
	bluez_call_forget(bluez->tree);
	sd_event_source_disable_unref(bluez->reload);
	if (bluez->lent)
		g_hash_table_destroy(bluez->lent);
	keys_free(bluez->keys);
	bluez_forget_radios(bluez);
	g_hash_table_destroy(bluez->devices);
	g_ptr_array_free(bluez->adapters, TRUE);
	applications_forget(bluez);
	g_ptr_array_free(bluez->leaving, TRUE);
	call_queue_free(bluez->calls);
	g_free(bluez->owner);
	sd_bus_unref(bluez->bus);
	sd_event_unref(bluez->event);
	g_free(bluez);
	return NULL;
}

/* --- what core wants --- */

Adapter *bluez_adapter(const Bluez *bluez, const Radio *radio)
{
	for (guint i = 0; i < bluez->adapters->len; i++) {
		Adapter *adapter = g_ptr_array_index(bluez->adapters, i);

		if (adapter->radio == radio)
			return adapter;
	}
	return NULL;
}

Adapter *bluez_adapter_at(const Bluez *bluez, const char *path, size_t length)
{
	for (guint i = 0; i < bluez->adapters->len; i++) {
		Adapter *adapter = g_ptr_array_index(bluez->adapters, i);

		if (strlen(adapter->path) == length && memcmp(adapter->path, path, length) == 0)
			return adapter;
	}
	return NULL;
}

const char *bluez_path_of(const Adapter *adapter, const Addr *addr, char path[static BLUEZ_PATH_SIZE])
{
	char text[ADDR_STRING_SIZE];

	snprintf(path, BLUEZ_PATH_SIZE, "%s/dev_%s", adapter->path, addr_format_with(addr, '_', text));
	return path;
}

const char *bluez_device_path(const Bluez *bluez, const Radio *radio, const Addr *addr,
			      char path[static BLUEZ_PATH_SIZE])
{
	const Adapter *adapter = bluez_adapter(bluez, radio);
	const Device *device;

	if (!adapter)
		return NULL;
	device = directory_find(adapter, addr);
	return bluez_path_of(adapter, device ? &device->path_addr : addr, path);
}

void bluez_scan(void *userdata, Radio *radio, const DesiredScan *wanted)
{
	Bluez *bluez = userdata;
	Adapter *adapter = bluez_adapter(bluez, radio);

	if (adapter)
		scan_want(&adapter->scan, wanted);
}

void bluez_scan_restart(void *userdata, Radio *radio)
{
	Bluez *bluez = userdata;
	Adapter *adapter = bluez_adapter(bluez, radio);

	if (!adapter)
		return;
	log_notice("hci%u: nothing heard for a while, starting the scan again", adapter->index);
	scan_restart(&adapter->scan);
}

void bluez_power(void *userdata, Radio *radio, bool on)
{
	Bluez *bluez = userdata;
	Adapter *adapter = bluez_adapter(bluez, radio);

	if (adapter)
		adapter_set_power(adapter, on);
}
