/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mirror of bluetoothd's objects: filled by GetManagedObjects, kept up by signals. */
#include "bluez/mirror.h"

#include <errno.h>
#include <string.h>

#include "bluez/adapter.h"
#include "bluez/bluez.h"
#include "bluez/device.h"
#include "bluez/devices.h"
#include "bluez/gatt.h"
#include "bus/msg.h"
#include "bluez/tree.h"
#include "util/log.h"

#define MATCH_SIGNAL "type='signal',sender='" BLUEZ_NAME "',"
#define MATCH_CHANGES(interface)								\
	MATCH_SIGNAL "interface='org.freedesktop.DBus.Properties',member='PropertiesChanged',"	\
	"path_namespace='/org/bluez',arg0='" interface "'"

/* Takes over the properties of one of an adapter's interfaces. The adapter is made with the first of them. */
static int load_adapter(Bluez *bluez, sd_bus_message *m, const char *path,
			int (*read)(Adapter *adapter, sd_bus_message *m))
{
	Adapter *adapter = bluez_adapter_at(bluez, path, strlen(path));
	int r;

	if (!adapter) {
		r = adapter_new(&adapter, bluez, path);
		if (r == -EINVAL)
			return msg_skip_properties(m);
		if (r < 0)
			return r;
		g_ptr_array_add(bluez->adapters, adapter);
	}
	return read(adapter, m);
}

static int read_monitor_manager(Adapter *adapter, sd_bus_message *m)
{
	adapter->scan.monitor.offered = true;
	scan_settle(&adapter->scan);
	return msg_skip_properties(m);
}

static int on_adapter_interface(sd_bus_message *m, const char *path, const char *interface, void *userdata)
{
	if (strcmp(interface, ADAPTER_INTERFACE) == 0)
		return load_adapter(userdata, m, path, adapter_read);
	if (strcmp(interface, ADVERTISING_INTERFACE) == 0)
		return load_adapter(userdata, m, path, adapter_read_advertising);
	if (strcmp(interface, MONITOR_MANAGER_INTERFACE) == 0)
		return load_adapter(userdata, m, path, read_monitor_manager);
	return msg_skip_properties(m);
}

static void publish_adapters(Bluez *bluez)
{
	for (guint i = 0; i < bluez->adapters->len; i++)
		adapter_publish(g_ptr_array_index(bluez->adapters, i));
}

static void remove_adapter(Bluez *bluez, Adapter *adapter)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, bluez->devices);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		if (((Device *)value)->adapter == adapter)
			g_hash_table_iter_remove(&iter);
	}
	g_ptr_array_remove(bluez->adapters, adapter);
	log_info("hci%u: radio is gone", adapter->index);
	adapter_free(adapter);
	mirror_settle_devices(bluez);
}

/* --- signals --- */

static bool is_from_bluez(const Bluez *bluez, sd_bus_message *m)
{
	return bluez->loaded && bluez_is_sender(bluez, m);
}

static int on_interfaces_added(Bluez *bluez, sd_bus_message *m)
{
	const char *path;
	int r;

	r = sd_bus_message_read_basic(m, 'o', &path);
	if (r < 0)
		return r;
	if (strstr(path, "/dev_"))
		return msg_walk_interfaces(m, path, tree_on_interface, bluez);
	r = msg_walk_interfaces(m, path, on_adapter_interface, bluez);
	publish_adapters(bluez);
	return r;
}

static int on_interfaces_removed(Bluez *bluez, sd_bus_message *m)
{
	const char *path, *interface;
	int r;

	r = sd_bus_message_read_basic(m, 'o', &path);
	if (r < 0)
		return r;
	r = sd_bus_message_enter_container(m, 'a', "s");
	if (r < 0)
		return r;
	while ((r = sd_bus_message_read_basic(m, 's', &interface)) > 0) {
		Adapter *adapter = bluez_adapter_at(bluez, path, strlen(path));

		if (adapter && strcmp(interface, ADAPTER_INTERFACE) == 0)
			remove_adapter(bluez, adapter);
		if (strcmp(interface, DEVICE_INTERFACE) == 0)
			bluez_devices_remove(bluez, path);
		if (gatt_is_interface(interface))
			gatt_removed(bluez, path);
	}
	return r;
}

static int on_objects(sd_bus_message *m, void *userdata, sd_bus_error *ret_error UNUSED)
{
	Bluez *bluez = userdata;
	int r = 0;

	if (!is_from_bluez(bluez, m))
		return 0;
	if (sd_bus_message_is_signal(m, NULL, "InterfacesAdded"))
		r = on_interfaces_added(bluez, m);
	else if (sd_bus_message_is_signal(m, NULL, "InterfacesRemoved"))
		r = on_interfaces_removed(bluez, m);
	if (r < 0)
		log_limited(LOG_WARNING, "bluetoothd's %s cannot be read: %s", sd_bus_message_get_member(m),
			    strerror(-r));
	return 0;
}

static int read_adapter_change(const Bluez *bluez, sd_bus_message *m, const char *interface)
{
	const char *path = sd_bus_message_get_path(m);
	Adapter *adapter = bluez_adapter_at(bluez, path, strlen(path));
	int r = 0;

	if (!adapter)
		return 0;
	if (strcmp(interface, ADAPTER_INTERFACE) == 0)
		r = adapter_read(adapter, m);
	else if (strcmp(interface, ADVERTISING_INTERFACE) == 0)
		r = adapter_read_advertising(adapter, m);
	adapter_publish(adapter);
	return r;
}

static int read_change(Bluez *bluez, sd_bus_message *m)
{
	const char *interface;
	int r;

	r = sd_bus_message_read_basic(m, 's', &interface);
	if (r < 0)
		return r;
	if (strcmp(interface, DEVICE_INTERFACE) == 0)
		return bluez_devices_change(bluez, m);
	if (gatt_is_interface(interface))
		return gatt_read(bluez, m, sd_bus_message_get_path(m), true);
	return read_adapter_change(bluez, m, interface);
}

static int on_properties(sd_bus_message *m, void *userdata, sd_bus_error *ret_error UNUSED)
{
	Bluez *bluez = userdata;
	int r;

	if (!is_from_bluez(bluez, m))
		return 0;
	r = read_change(bluez, m);
	if (r < 0)
		log_limited(LOG_WARNING, "bluetoothd's PropertiesChanged cannot be read: %s", strerror(-r));
	return 0;
}

int mirror_load(Bluez *bluez, sd_bus_message *m)
{
	int r;

	/* adapters first, whatever the order in the message: devices hang under them */
	r = msg_walk_objects(m, on_adapter_interface, bluez);
	publish_adapters(bluez);
	if (r >= 0)
		r = sd_bus_message_rewind(m, true);
	if (r >= 0)
		r = msg_walk_objects(m, tree_on_interface, bluez);
	return r;
}

void mirror_clear(Bluez *bluez)
{
	while (bluez->adapters->len > 0)
		remove_adapter(bluez, g_ptr_array_index(bluez->adapters, bluez->adapters->len - 1));
	g_hash_table_remove_all(bluez->devices);
}

/* --- what is heard --- */

int mirror_on_match(sd_bus_message *m, void *userdata UNUSED, sd_bus_error *ret_error UNUSED)
{
	if (sd_bus_message_is_method_error(m, NULL))
		log_error("the bus refuses a match on bluetoothd: %s",
			  msg_error_words(sd_bus_message_get_error(m)));
	return 0;
}

static int match_devices(Bluez *bluez)
{
	return sd_bus_add_match_async(bluez->bus, &bluez->device_match, MATCH_CHANGES(DEVICE_INTERFACE),
				      on_properties, mirror_on_match, bluez);
}

void mirror_settle_devices(Bluez *bluez)
{
	bool ignore = bluez->adapters->len > 0;
	int r;

	for (guint i = 0; i < bluez->adapters->len; i++)
		ignore = ignore &&
			 ((Adapter *)g_ptr_array_index(bluez->adapters, i))->scan.wanted.ignore_devices;
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

bool mirror_knows_devices(const Bluez *bluez)
{
	return bluez->device_match && !bluez->refreshing;
}

int mirror_listen(Bluez *bluez)
{
	static const struct {
		const char *rule;
		sd_bus_message_handler_t callback;
	} matches[MIRROR_MATCHES] = {
		{ MATCH_SIGNAL "interface='org.freedesktop.DBus.ObjectManager',path='/'", on_objects },
		{ MATCH_CHANGES(ADAPTER_INTERFACE), on_properties },
		{ MATCH_CHANGES(ADVERTISING_INTERFACE), on_properties },
		{ MATCH_CHANGES(SERVICE_INTERFACE), on_properties },
		{ MATCH_CHANGES(CHARACTERISTIC_INTERFACE), on_properties },
		{ MATCH_CHANGES(DESCRIPTOR_INTERFACE), on_properties },
	};
	int r = match_devices(bluez);

	for (size_t i = 0; i < ARRAY_SIZE(matches) && r >= 0; i++)
		r = sd_bus_add_match_async(bluez->bus, &bluez->matches[i], matches[i].rule,
					   matches[i].callback, mirror_on_match, bluez);
	return r;
}
