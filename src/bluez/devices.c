/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mirrored devices, and what core is told of them. */
#include "bluez/devices.h"

#include <string.h>

#include "bluez/adapter.h"
#include "bluez/bluez.h"
#include "bluez/bond.h"
#include "bluez/client.h"
#include "bluez/device.h"
#include "bluez/directory.h"
#include "bluez/keys.h"
#include "bluez/link.h"
#include "bus/msg.h"
#include "bluez/trust.h"
#include "core/radios.h"
#include "util/log.h"

static Adapter *adapter_of_device(const Bluez *bluez, const char *path)
{
	const char *tail = strrchr(path, '/');

	return tail ? bluez_adapter_at(bluez, path, (size_t)(tail - path)) : NULL;
}

static void report_device(const Device *device)
{
	const Bluez *bluez = device->adapter->bluez;
	const uint64_t now = bluez_now(bluez);
	g_autoptr(Report) report = NULL;

	/* other programs' discoveries cause signals too, which are to cost little where nobody here scans */
	if (!device->adapter->radio || !radio_wants_signals(device->adapter->radio))
		return;
	if (device_report(device, now, &report) < 0)
		return;
	radios_report(device->adapter->radio, report, now);
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
 * Tells core who the device is: Address says it, which may differ from the address in the path. Where it does
 * not, that means something only if this object was heard just now, because BlueZ keeps an object under a
 * bonded device's former address as well.
 */
static void tell_identity(const Device *device, bool heard)
{
	Radio *radio = device->adapter->radio;

	if (radio && (heard || !addr_equal(&device->path_addr, &device->addr)))
		radios_learn_identity(radio, &device->path_addr, &device->addr,
				     bluez_now(device->adapter->bluez));
}

/* Whether the keys of bonded devices may have changed. */
static bool is_bond_news(const Device *device, const DeviceNews *news)
{
	return news->paired_changed || (news->addr_changed && !addr_equal(&device->path_addr, &device->addr));
}

/* False: there are too many devices, so this one is reported, but not kept. */
static bool add_device(Bluez *bluez, Device *device, const char *path)
{
	Adapter *adapter = device->adapter;

	if (adapter->n_devices >= bluez->broker->config.devices) {
		log_limited(LOG_WARNING,
			    "hci%u: more than %u devices at bluetoothd (Devices), not following %s",
			    adapter->index, bluez->broker->config.devices, path);
		return false;
	}
	g_hash_table_insert(bluez->devices, g_strdup(path), device);
	directory_add(device);
	adapter->n_devices++;
	return true;
}

/* Tells core of the device's link and bond, as they are now. */
static void tell_state(Device *device, const char *path, const DeviceNews *news, bool known)
{
	Bluez *bluez = device->adapter->bluez;

	if (news->connected_changed)
		count_link(device);
	bluez_bond_sync(device, path, known && news->paired_changed);
	/* a link may have waited for bluetoothd to come back with the device */
	if (bluez->loaded || bluez_link_of(device))
		bluez_link_sync(device);
}

int bluez_devices_load(Bluez *bluez, sd_bus_message *m, const char *path)
{
	Adapter *adapter = adapter_of_device(bluez, path);
	Device *device = g_hash_table_lookup(bluez->devices, path);
	g_autoptr(Device) stray = NULL;
	const bool known = device;
	DeviceNews news = { 0 };
	bool now;
	int r;

	if (!adapter || (!known && device_new(&device, adapter, path) < 0))
		return msg_skip_properties(m);
	if (!known && !add_device(bluez, device, path))
		stray = device;
	news.addr_changed = !known && !stray;

	if (bluez->refreshing)
		device_invalidate(device, "RSSI");
	r = device_read(device, m, &news);
	now = r >= 0 && bluez->loaded && !bluez->refreshing;
	if (!stray && (news.addr_changed || news.heard))
		tell_identity(device, now && news.heard);
	if (now && is_bond_news(device, &news))
		keys_want(bluez->keys);
	if (now && news.advertised)
		report_device(device);
	trust_seen(bluez, path);
	if (!stray)
		tell_state(device, path, &news, known);
	return r;
}

int bluez_devices_change(Bluez *bluez, sd_bus_message *m)
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
	while ((r = sd_bus_message_read_basic(m, 's', &gone)) > 0) {
		device_invalidate(device, gone);
		news.name_changed |= strcmp(gone, "Name") == 0;
	}

	if (news.addr_changed || news.heard)
		tell_identity(device, news.heard);
	if (is_bond_news(device, &news))
		keys_want(bluez->keys);
	if (news.advertised)
		report_device(device);
	if (news.connected_changed)
		count_link(device);
	if (news.connected_again)
		bluez_client_left(device);
	if (news.paired_changed || news.addr_changed || (news.name_changed && device->paired))
		bluez_bond_sync(device, sd_bus_message_get_path(m), news.paired_changed && device->paired);
	if (news.link_changed || news.connected_again || (news.name_changed && bluez_link_of(device)))
		bluez_link_sync(device);
	return r;
}

void bluez_devices_remove(Bluez *bluez, const char *path)
{
	Device *device = g_hash_table_lookup(bluez->devices, path);

	if (!device)
		return;
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
