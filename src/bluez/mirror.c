/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mirror of bluetoothd's objects: filled by GetManagedObjects, kept up by signals. */
#include "bluez/mirror.h"

#include <errno.h>
#include <string.h>

#include "bluez/adapter.h"
#include "bluez/bluez.h"
#include "bluez/bond.h"
#include "bluez/device.h"
#include "bluez/directory.h"
#include "bluez/gatt.h"
#include "bluez/keys.h"
#include "bluez/link.h"
#include "bluez/msg.h"
#include "bluez/trust.h"
#include "util/log.h"

static Adapter *find_adapter(const Bluez *bluez, const char *path, size_t length)
{
	for (guint i = 0; i < bluez->adapters->len; i++) {
		Adapter *adapter = g_ptr_array_index(bluez->adapters, i);

		if (strlen(adapter->path) == length && memcmp(adapter->path, path, length) == 0)
			return adapter;
	}
	return NULL;
}

static Adapter *adapter_of_device(const Bluez *bluez, const char *path)
{
	const char *tail = strrchr(path, '/');

	return tail ? find_adapter(bluez, path, (size_t)(tail - path)) : NULL;
}

static void bluez_report(const Device *device)
{
	Bluez *bluez = device->adapter->bluez;
	uint64_t now = bluez_now(bluez);
	Report *report;

	/* other programs' discoveries are heard too: cheap as long as nobody here asked */
	if (!device->adapter->radio || !radio_wants_signals(device->adapter->radio))
		return;
	if (device_report(device, now, &report) < 0)
		return;
	radio_report(device->adapter->radio, report, now);
	report_unref(report);
}

static void count_link(Device *device)
{
	RadioState *state = &device->adapter->state;

	if (device->connected)
		state->links++;
	else if (state->links > 0)
		state->links--;
	adapter_publish(device->adapter);
}

/*
 * Who the device is: its Address says, which may be another than the one in its path. Where it is the same, that means
 * something only when the device is heard so now: BlueZ keeps a device under its former address as well.
 */
static void tell_identity(const Device *device, bool heard)
{
	Radio *radio = device->adapter->radio;

	if (radio && (heard || !addr_equal(&device->path_addr, &device->addr)))
		radio_learn_identity(radio, &device->path_addr, &device->addr, bluez_now(device->adapter->bluez));
}

/* Whether there may be another key to know devices by. */
static bool is_bond_news(const Device *device, const DeviceNews *news)
{
	return news->paired_changed || (news->addr_changed && !addr_equal(&device->path_addr, &device->addr));
}

static int load_device(Bluez *bluez, sd_bus_message *m, const char *path)
{
	Adapter *adapter = adapter_of_device(bluez, path);
	Device *device = g_hash_table_lookup(bluez->devices, path);
	DeviceNews news = { 0 };
	bool known = device, kept = true, now;
	int r;

	if (!adapter)
		return msg_skip_properties(m);
	if (!device) {
		r = device_new(&device, adapter, path);
		if (r == -EINVAL)
			return msg_skip_properties(m);
		if (r < 0)
			return r;
		kept = adapter->n_devices < bluez->broker->config.devices;
		if (kept) {
			g_hash_table_insert(bluez->devices, g_strdup(path), device);
			directory_add(device);
			news.addr_changed = true;
			adapter->n_devices++;
		} else {
			log_limited(LOG_WARNING, "hci%u: more than %u devices at bluetoothd (Devices), not following %s",
				    adapter->index, bluez->broker->config.devices, path);
		}
	}

	if (bluez->refreshing)
		device_invalidate(device, "RSSI");
	r = device_read(device, m, &news);
	now = r >= 0 && bluez->loaded && !bluez->refreshing;
	if (kept && (news.addr_changed || news.heard))
		tell_identity(device, now && news.heard);
	if (now && is_bond_news(device, &news))
		keys_want(bluez->keys);
	if (now && news.advertised)
		bluez_report(device);
	if (kept && news.connected_changed)
		count_link(device);
	trust_seen(bluez, path);
	if (kept)
		bluez_bond_sync(device, path, known && news.paired_changed);
	/* a link may have waited for bluetoothd to come back with the device */
	if (kept && (bluez->loaded || link_of_device(device)))
		bluez_link_sync(device);
	if (!kept)
		device_free(device);
	return r;
}

/* Takes over an interface of an adapter, whichever of them comes first. */
static int load_adapter(Bluez *bluez, sd_bus_message *m, const char *path, int (*read)(Adapter *adapter, sd_bus_message *m))
{
	Adapter *adapter = find_adapter(bluez, path, strlen(path));
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

static int on_device_interface(sd_bus_message *m, const char *path, const char *interface, void *userdata)
{
	if (strcmp(interface, DEVICE_INTERFACE) == 0)
		return load_device(userdata, m, path);
	if (gatt_is_interface(interface))
		return gatt_read(userdata, m, path, false);
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
	bluez_settle_devices(bluez);
}

/* --- signals --- */

/* Anybody may send us a signal of that form: only bluetoothd's count. */
static bool is_from_bluez(const Bluez *bluez, sd_bus_message *m)
{
	const char *sender = sd_bus_message_get_sender(m);

	return bluez->loaded && bluez->owner && sender && strcmp(sender, bluez->owner) == 0;
}

static int on_interfaces_added(Bluez *bluez, sd_bus_message *m)
{
	const char *path;
	int r;

	r = sd_bus_message_read_basic(m, 'o', &path);
	if (r < 0)
		return r;
	if (strstr(path, "/dev_"))
		return msg_walk_interfaces(m, path, on_device_interface, bluez);
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
		Adapter *adapter = find_adapter(bluez, path, strlen(path));
		Device *device = g_hash_table_lookup(bluez->devices, path);

		if (adapter && strcmp(interface, ADAPTER_INTERFACE) == 0)
			remove_adapter(bluez, adapter);
		if (device && strcmp(interface, DEVICE_INTERFACE) == 0) {
			device->adapter->n_devices--;
			if (device->connected) {
				device->connected = false;
				count_link(device);
			}
			bluez_link_gone(device);
			if (device->paired)
				keys_want(bluez->keys);
			trust_forget(bluez, path);
			bluez_bond_gone(device, path);
			g_hash_table_remove(bluez->devices, path);
		}
		if (gatt_is_interface(interface))
			gatt_removed(bluez, path);
	}
	return r;
}

int mirror_on_objects(sd_bus_message *m, void *userdata, sd_bus_error *ret_error UNUSED)
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
		log_limited(LOG_WARNING, "bluetoothd's %s cannot be read: %s", sd_bus_message_get_member(m), strerror(-r));
	return 0;
}

static int read_device_change(Bluez *bluez, sd_bus_message *m)
{
	Device *device = g_hash_table_lookup(bluez->devices, sd_bus_message_get_path(m));
	DeviceNews news = { 0 };
	const char *gone;
	int r;

	if (!device)
		return 0;
	r = device_read(device, m, &news);
	if (r < 0)
		return r;
	r = sd_bus_message_enter_container(m, 'a', "s");
	if (r < 0)
		return r;
	while ((r = sd_bus_message_read_basic(m, 's', &gone)) > 0)
		device_invalidate(device, gone);

	if (news.addr_changed || news.heard)
		tell_identity(device, news.heard);
	if (is_bond_news(device, &news))
		keys_want(bluez->keys);
	if (news.advertised)
		bluez_report(device);
	if (news.connected_changed)
		count_link(device);
	if (news.connected_again)
		bluez_client_left(device);
	if (news.paired_changed || news.addr_changed)
		bluez_bond_sync(device, sd_bus_message_get_path(m), news.paired_changed && device->paired);
	if (news.link_changed || news.connected_again)
		bluez_link_sync(device);
	return r;
}

int mirror_on_properties(sd_bus_message *m, void *userdata, sd_bus_error *ret_error UNUSED)
{
	Bluez *bluez = userdata;
	const char *interface;
	Adapter *adapter;
	int r;

	if (!is_from_bluez(bluez, m))
		return 0;
	r = sd_bus_message_read_basic(m, 's', &interface);
	if (r >= 0 && strcmp(interface, DEVICE_INTERFACE) == 0) {
		r = read_device_change(bluez, m);
	} else if (r >= 0 && gatt_is_interface(interface)) {
		r = gatt_read(bluez, m, sd_bus_message_get_path(m), true);
	} else if (r >= 0) {
		const char *path = sd_bus_message_get_path(m);

		adapter = find_adapter(bluez, path, strlen(path));
		if (adapter && strcmp(interface, ADAPTER_INTERFACE) == 0)
			r = adapter_read(adapter, m);
		else if (adapter && strcmp(interface, ADVERTISING_INTERFACE) == 0)
			r = adapter_read_advertising(adapter, m);
		if (adapter)
			adapter_publish(adapter);
	}
	if (r < 0)
		log_limited(LOG_WARNING, "bluetoothd's PropertiesChanged cannot be read: %s", strerror(-r));
	return 0;
}

static int on_gatt_interface(sd_bus_message *m, const char *path, const char *interface, void *userdata)
{
	if (gatt_is_interface(interface))
		return gatt_read(userdata, m, path, false);
	return msg_skip_properties(m);
}

static void end_refresh(Bluez *bluez)
{
	if (!bluez->refreshing)
		return;
	bluez->refreshing = false;
	for (guint i = 0; i < bluez->adapters->len; i++)
		scan_settle(&((Adapter *)g_ptr_array_index(bluez->adapters, i))->scan);
}

static int on_tree(sd_bus_message *m, void *userdata, sd_bus_error *ret_error UNUSED)
{
	Bluez *bluez = userdata;
	GPtrArray *read;
	GHashTableIter iter;
	void *value;
	int r;

	bluez->tree = bluez_call_forget(bluez->tree);
	if (bluez->tree_again) {
		/* a link was resolved after this was asked for */
		bluez->tree_again = false;
		mirror_read_tree(bluez);
		return 0;
	}
	if (sd_bus_message_is_method_error(m, NULL)) {
		log_limited(LOG_WARNING, "bluetoothd does not list its objects: %s", sd_bus_message_get_error(m)->name);
		end_refresh(bluez);
		return 0;
	}
	r = msg_walk_objects(m, bluez->refreshing ? on_device_interface : on_gatt_interface, bluez);
	if (r < 0)
		log_limited(LOG_WARNING, "bluetoothd's objects cannot be read: %s", strerror(-r));

	read = g_ptr_array_new();
	g_hash_table_iter_init(&iter, bluez->devices);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		Device *device = value;

		if (device->connected && device->resolved && !device->tree_read) {
			device->tree_read = true;
			g_ptr_array_add(read, device);
		}
	}
	for (guint i = 0; i < read->len; i++)
		bluez_link_sync(g_ptr_array_index(read, i));
	g_ptr_array_free(read, TRUE);
	end_refresh(bluez);
	return 0;
}

void mirror_read_tree(Bluez *bluez)
{
	int r;

	if (bluez->tree) {
		bluez->tree_again = true;
		return;
	}
	r = bluez_call(bluez, "/", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", &bluez->tree, on_tree, bluez,
		       NULL);
	if (r < 0) {
		log_error("cannot call bluetoothd: %s", strerror(-r));
		end_refresh(bluez);
	}
}

void mirror_refresh(Bluez *bluez)
{
	if (!bluez->loaded)
		return;
	bluez->refreshing = true;
	mirror_read_tree(bluez);
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
		r = msg_walk_objects(m, on_device_interface, bluez);
	return r;
}

void mirror_clear(Bluez *bluez)
{
	while (bluez->adapters->len > 0)
		remove_adapter(bluez, g_ptr_array_index(bluez->adapters, bluez->adapters->len - 1));
	g_hash_table_remove_all(bluez->devices);
}
