/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the objects of devices. */
#include "bluez/tree.h"

#include <string.h>

#include "bluez/adapter.h"
#include "bluez/bluez.h"
#include "bluez/device.h"
#include "bluez/devices.h"
#include "bluez/gatt.h"
#include "bluez/link.h"
#include "bus/msg.h"
#include "util/log.h"

static int on_gatt_interface(sd_bus_message *m, const char *path, const char *interface, void *userdata)
{
	if (gatt_is_interface(interface))
		return gatt_read(userdata, m, path, false);
	return msg_skip_properties(m);
}

int tree_on_interface(sd_bus_message *m, const char *path, const char *interface, void *userdata)
{
	if (strcmp(interface, DEVICE_INTERFACE) == 0)
		return bluez_devices_load(userdata, m, path);
	return on_gatt_interface(m, path, interface, userdata);
}

static void end_refresh(Bluez *bluez)
{
	if (!bluez->refreshing)
		return;
	bluez->refreshing = false;
	for (guint i = 0; i < bluez->adapters->len; i++)
		scan_settle(&((Adapter *)g_ptr_array_index(bluez->adapters, i))->scan);
}

/* Tells core of the links whose services are resolved, and whose attributes are all there now. */
static void tell_links(const Bluez *bluez)
{
	g_autoptr(GPtrArray) read = g_ptr_array_new();
	GHashTableIter iter;
	void *value;

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
}

static int on_tree(sd_bus_message *m, void *userdata, sd_bus_error *ret_error UNUSED)
{
	Bluez *bluez = userdata;
	int r;

	bluez->tree = bluez_call_forget(bluez->tree);
	if (bluez->tree_again) {
		/* a link was resolved after this reply was asked for */
		bluez->tree_again = false;
		tree_read(bluez);
		return 0;
	}
	if (sd_bus_message_is_method_error(m, NULL)) {
		log_limited(LOG_WARNING, "bluetoothd does not list its objects: %s",
			    sd_bus_message_get_error(m)->name);
		end_refresh(bluez);
		return 0;
	}
	r = msg_walk_objects(m, bluez->refreshing ? tree_on_interface : on_gatt_interface, bluez);
	if (r < 0)
		log_limited(LOG_WARNING, "bluetoothd's objects cannot be read: %s", strerror(-r));
	tell_links(bluez);
	end_refresh(bluez);
	return 0;
}

void tree_read(Bluez *bluez)
{
	int r;

	if (bluez->tree) {
		bluez->tree_again = true;
		return;
	}
	r = bluez_call(bluez, "/", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", &bluez->tree,
		       on_tree, bluez, NULL);
	if (r < 0) {
		log_error("cannot call bluetoothd: %s", strerror(-r));
		end_refresh(bluez);
	}
}

void tree_refresh(Bluez *bluez)
{
	if (!bluez->loaded)
		return;
	bluez->refreshing = true;
	tree_read(bluez);
}
