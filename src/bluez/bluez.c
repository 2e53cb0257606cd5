/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluetoothd: its name, and what it has. */
#include "bluez/bluez.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bluez/adapter.h"
#include "bluez/agent.h"
#include "bluez/application.h"
#include "bluez/call-queue.h"
#include "bluez/device.h"
#include "bluez/directory.h"
#include "bluez/gatt.h"
#include "bluez/keys.h"
#include "bluez/mirror.h"
#include "bluez/msg.h"
#include "bluez/tree.h"
#include "bluez/trust.h"
#include "util/log.h"
#include "util/siphash.h"

#define BLUEZ_NAME "org.bluez"
#define RELOAD_WAIT (1 * USEC_PER_SEC)

#define MATCH_SIGNAL "type='signal',sender='" BLUEZ_NAME "',"
#define MATCH_CHANGES(interface)								\
	MATCH_SIGNAL "interface='org.freedesktop.DBus.Properties',member='PropertiesChanged',"	\
	"path_namespace='/org/bluez',arg0='" interface "'"

static void bluez_load(Bluez *bluez);

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
	sd_bus_message *m = NULL;
	int r;

	if (!bluez->owner)
		return -ENOTCONN;
	r = sd_bus_message_new_method_call(bluez->bus, &m, bluez->owner, "/", "org.freedesktop.DBus.Peer", "Ping");
	if (r >= 0)
		r = sd_bus_call_async(bluez->bus, ret, m, callback, userdata, UINT64_MAX);
	sd_bus_message_unref(m);
	return r;
}

/* Whatever object of ours it is for: there is nothing on this connection for anybody else. */
static int on_any_call(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	uint8_t type = 0;

	if (sd_bus_message_get_type(m, &type) < 0 || type != SD_BUS_MESSAGE_METHOD_CALL || bluez_is_sender(userdata, m))
		return 0;
	log_limited(LOG_NOTICE, "%s called an object that is for bluetoothd", sd_bus_message_get_sender(m));
	(void)sd_bus_reply_method_errorf(m, SD_BUS_ERROR_ACCESS_DENIED, "this object is for bluetoothd");
	return 1;
}

/* --- coming and going --- */

static void bluez_settled(Bluez *bluez)
{
	BluezSettled settled = bluez->settled;

	bluez->settled = NULL;
	if (settled)
		settled(bluez->userdata);
}

void bluez_keys_known(Bluez *bluez)
{
	if (bluez->loaded)
		bluez_settled(bluez);
}

static void bluez_lost(Bluez *bluez)
{
	bluez->load = bluez_call_forget(bluez->load);
	bluez->tree = bluez_call_forget(bluez->tree);
	bluez->tree_again = bluez->refreshing = false;
	bluez->reload = sd_event_source_disable_unref(bluez->reload);
	if (!bluez->owner)
		return;

	log_notice("bluetoothd is gone; scans go on when it is back");
	g_clear_pointer(&bluez->owner, free);
	bluez->loaded = false;
	applications_forget(bluez);
	broker_bluez_changed(bluez->broker, false);
	mirror_clear(bluez);
	call_queue_lost(bluez->calls);
}

static void bluez_found(Bluez *bluez, const char *owner)
{
	if (bluez->owner && strcmp(bluez->owner, owner) == 0)
		return;
	bluez_lost(bluez);
	bluez->owner = strdup(owner);
	if (!bluez->owner) {
		log_error("out of memory");
		return;
	}
	log_info("bluetoothd is there (%s)", owner);
	bluez_load(bluez);
}

static int on_reload(sd_event_source *source UNUSED, uint64_t now UNUSED, void *userdata)
{
	Bluez *bluez = userdata;

	bluez->reload = sd_event_source_disable_unref(bluez->reload);
	bluez_load(bluez);
	return 0;
}

static int on_loaded(sd_bus_message *m, void *userdata, sd_bus_error *ret_error UNUSED)
{
	Bluez *bluez = userdata;
	const sd_bus_error *error = sd_bus_message_get_error(m);
	int r;

	bluez->load = bluez_call_forget(bluez->load);
	if (!error) {
		broker_bluez_changed(bluez->broker, true);
		r = mirror_load(bluez, m);
		if (r < 0)
			log_warning("bluetoothd's objects cannot be read: %s", strerror(-r));
		bluez->loaded = true;
		agent_register(bluez);
		keys_want(bluez->keys);
		/* programs come after that: an address could be taken for somebody else's before */
		if (keys_are_known(bluez->keys))
			bluez_settled(bluez);
		return 0;
	}

	broker_upstream_failed(bluez->broker);
	log_limited(LOG_WARNING, "bluetoothd does not list its objects (%s), asking again", error->name);
	bluez->reload = sd_event_source_disable_unref(bluez->reload);
	(void)sd_event_add_time_relative(bluez->event, &bluez->reload, CLOCK_BOOTTIME, RELOAD_WAIT, 0, on_reload, bluez);
	return 0;
}

static void bluez_load(Bluez *bluez)
{
	int r = bluez_call(bluez, "/", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", &bluez->load, on_loaded,
			   bluez, NULL);

	if (r < 0)
		log_error("cannot call bluetoothd: %s", strerror(-r));
}

static int on_owner_changed(sd_bus_message *m, void *userdata, sd_bus_error *ret_error UNUSED)
{
	Bluez *bluez = userdata;
	const char *name, *old, *new;
	const char *sender = sd_bus_message_get_sender(m);

	if (!sender || strcmp(sender, "org.freedesktop.DBus") != 0 ||
	    sd_bus_message_read(m, "sss", &name, &old, &new) < 0 || strcmp(name, BLUEZ_NAME) != 0)
		return 0;
	if (*old)
		bluez_lost(bluez);
	if (*new)
		bluez_found(bluez, new);
	return 0;
}

static int on_owner(sd_bus_message *m, void *userdata, sd_bus_error *ret_error UNUSED)
{
	Bluez *bluez = userdata;
	const char *owner;

	bluez->find = sd_bus_slot_unref(bluez->find);
	if (sd_bus_message_is_method_error(m, NULL)) {
		log_notice("bluetoothd is not running yet; waiting for it");
		bluez_settled(bluez);
	} else if (sd_bus_message_read(m, "s", &owner) >= 0) {
		bluez_found(bluez, owner);
	}
	return 0;
}

static int on_match_installed(sd_bus_message *m, void *userdata UNUSED, sd_bus_error *ret_error UNUSED)
{
	if (sd_bus_message_is_method_error(m, NULL))
		log_error("the bus refuses a match on bluetoothd: %s", msg_error_words(sd_bus_message_get_error(m)));
	return 0;
}

static int match_devices(Bluez *bluez)
{
	return sd_bus_add_match_async(bluez->bus, &bluez->device_match, MATCH_CHANGES(DEVICE_INTERFACE), mirror_on_properties,
				      on_match_installed, bluez);
}

void bluez_settle_devices(Bluez *bluez)
{
	bool ignore = bluez->adapters->len > 0;
	int r;

	for (guint i = 0; i < bluez->adapters->len; i++)
		ignore = ignore && ((Adapter *)g_ptr_array_index(bluez->adapters, i))->scan.wish.ignore_devices;
	if (ignore == !bluez->device_match)
		return;
	log_debug("changes of bluetoothd's devices are %s", ignore ? "ignored" : "followed");
	if (ignore) {
		bluez->device_match = sd_bus_slot_unref(bluez->device_match);
		return;
	}
	r = match_devices(bluez);
	if (r < 0)
		log_error("cannot ask the bus for changes of devices: %s", strerror(-r));
	else
		tree_refresh(bluez);
}

bool bluez_knows_devices(const Bluez *bluez)
{
	return bluez->device_match && !bluez->refreshing;
}

static void device_free_void(void *device)
{
	device_free(device);
}

int bluez_new(Bluez **ret, sd_event *event, sd_bus *bus, Broker *broker, const char *keys, BluezSettled settled,
	      void *userdata)
{
	static const struct {
		const char *rule;
		sd_bus_message_handler_t callback;
	} matches[] = {
		{ "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',"
		  "member='NameOwnerChanged',arg0='" BLUEZ_NAME "'", on_owner_changed },
		{ MATCH_SIGNAL "interface='org.freedesktop.DBus.ObjectManager',path='/'", mirror_on_objects },
		{ MATCH_CHANGES(ADAPTER_INTERFACE), mirror_on_properties },
		{ MATCH_CHANGES(ADVERTISING_INTERFACE), mirror_on_properties },
		{ MATCH_CHANGES(SERVICE_INTERFACE), mirror_on_properties },
		{ MATCH_CHANGES(CHARACTERISTIC_INTERFACE), mirror_on_properties },
		{ MATCH_CHANGES(DESCRIPTOR_INTERFACE), mirror_on_properties },
	};
	Bluez *bluez;
	int r;

	bluez = calloc(1, sizeof(*bluez));
	if (!bluez)
		return -ENOMEM;
	bluez->event = sd_event_ref(event);
	bluez->bus = sd_bus_ref(bus);
	bluez->broker = broker;
	bluez->settled = settled;
	bluez->userdata = userdata;
	bluez->adapters = g_ptr_array_new();
	bluez->leaving = g_ptr_array_new();
	bluez->devices = g_hash_table_new_full(siphash_string, g_str_equal, g_free, device_free_void);
	r = keys_new(&bluez->keys, bluez, keys);

	r = call_queue_new(&bluez->calls, bluez);
	for (size_t i = 0; i < ARRAY_SIZE(matches) && r >= 0; i++)
		r = sd_bus_add_match_async(bus, &bluez->matches[i], matches[i].rule, matches[i].callback,
					   on_match_installed, bluez);
	if (r >= 0)
		r = match_devices(bluez);
	if (r >= 0)
		r = sd_bus_add_filter(bus, &bluez->strangers, on_any_call, bluez);
	if (r >= 0)
		r = agent_new(bluez);
	/* after the matches, so that nothing falls in between */
	if (r >= 0)
		r = sd_bus_call_method_async(bus, &bluez->find, "org.freedesktop.DBus", "/org/freedesktop/DBus",
					     "org.freedesktop.DBus", "GetNameOwner", on_owner, bluez, "s", BLUEZ_NAME);
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

Bluez *bluez_free(Bluez *bluez)
{
	if (!bluez)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(bluez->matches); i++)
		sd_bus_slot_unref(bluez->matches[i]);
	sd_bus_slot_unref(bluez->device_match);
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
	g_hash_table_destroy(bluez->devices);
	while (bluez->adapters->len > 0)
		adapter_free(g_ptr_array_steal_index(bluez->adapters, 0));
	g_ptr_array_free(bluez->adapters, TRUE);
	applications_forget(bluez);
	g_ptr_array_free(bluez->leaving, TRUE);
	call_queue_free(bluez->calls);
	free(bluez->owner);
	sd_bus_unref(bluez->bus);
	sd_event_unref(bluez->event);
	free(bluez);
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

const char *bluez_device_path(const Bluez *bluez, const Radio *radio, const Addr *addr, char path[static BLUEZ_PATH_SIZE])
{
	const Adapter *adapter = bluez_adapter(bluez, radio);
	const Device *device;

	if (!adapter)
		return NULL;
	device = directory_find(adapter, addr);
	return bluez_path_of(adapter, device ? &device->path_addr : addr, path);
}

void bluez_scan(Bluez *bluez, Radio *radio, const ScanWish *wish)
{
	Adapter *adapter = bluez_adapter(bluez, radio);

	if (adapter)
		scan_want(&adapter->scan, wish);
}

void bluez_scan_restart(Bluez *bluez, Radio *radio)
{
	Adapter *adapter = bluez_adapter(bluez, radio);

	if (!adapter)
		return;
	log_notice("hci%u: nothing heard for a while, starting the scan again", adapter->index);
	scan_restart(&adapter->scan);
}

void bluez_power(Bluez *bluez, Radio *radio, bool on)
{
	Adapter *adapter = bluez_adapter(bluez, radio);

	if (adapter)
		adapter_set_power(adapter, on);
}
