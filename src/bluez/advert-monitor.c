/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Our AdvertisementMonitor1. bluetoothd reads it from GetManagedObjects of its application, once. */
#include "bluez/advert-monitor.h"

#include <stdio.h>
#include <string.h>

#include "bluez/adapter.h"
#include "bluez/bluez.h"
#include "bus/msg.h"
#include "util/log.h"

#define MONITOR_INTERFACE "org.bluez.AdvertisementMonitor1"

/* An AD type for 3D television, with bytes that nobody sends. */
#define PATTERN_TYPE 0x3d
#define PATTERN_LENGTH 4
#define PATTERN 0xb7, 0x1c, 0x5e, 0x93

static void advert_monitor_forget(AdvertMonitor *monitor)
{
	monitor->call = bluez_call_forget(monitor->call);
	monitor->object = sd_bus_slot_unref(monitor->object);
	monitor->root_object = sd_bus_slot_unref(monitor->root_object);
	monitor->state = ADVERT_MONITOR_OFF;
}

static void advert_monitor_failed(AdvertMonitor *monitor, const char *why)
{
	log_warning("hci%u: bluetoothd does not take an advertisement monitor (%s): discovery alone will do",
		    monitor->adapter->index, why);
	broker_upstream_failed(monitor->adapter->bluez->broker);
	monitor->failed = true;
}

/* --- the objects --- */

static int append_properties(sd_bus_message *m)
{
	return sd_bus_message_append(m, "a{sv}", 2, "Type", "s", "or_patterns", "Patterns", "a(yyay)", 1, 0,
				     PATTERN_TYPE, PATTERN_LENGTH, PATTERN);
}

static int append_objects(sd_bus_message *m, void *userdata)
{
	const AdvertMonitor *monitor = userdata;
	int r;

	r = sd_bus_message_open_container(m, 'a', "{oa{sa{sv}}}");
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'e', "oa{sa{sv}}");
	if (r >= 0)
		r = sd_bus_message_append(m, "o", monitor->path);
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'a', "{sa{sv}}");
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'e', "sa{sv}");
	if (r >= 0)
		r = sd_bus_message_append(m, "s", MONITOR_INTERFACE);
	if (r >= 0)
		r = append_properties(m);
	for (int i = 0; i < 4 && r >= 0; i++)
		r = sd_bus_message_close_container(m);
	return r;
}

static int on_root_call(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	if (sd_bus_message_is_method_call(m, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects"))
		return msg_reply(m, append_objects, userdata);
	return 0;
}

/* Activate, Release; DeviceFound and DeviceLost if somebody does send that pattern. */
static int on_call(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	AdvertMonitor *monitor = userdata;
	Adapter *adapter = monitor->adapter;
	int r;

	if (!sd_bus_message_is_method_call(m, MONITOR_INTERFACE, NULL))
		return 0;
	r = sd_bus_reply_method_return(m, NULL);
	if (sd_bus_message_is_method_call(m, MONITOR_INTERFACE, "Release")) {
		advert_monitor_failed(monitor, "released");
		scan_settle(&adapter->scan);
	}
	return r < 0 ? r : 1;
}

/* --- registration --- */

static int on_registered(sd_bus_message *m, void *userdata, sd_bus_error *ret_error UNUSED)
{
	AdvertMonitor *monitor = userdata;
	const sd_bus_error *error = sd_bus_message_get_error(m);

	monitor->call = bluez_call_forget(monitor->call);
	if (error) {
		advert_monitor_failed(monitor, error->name);
		advert_monitor_forget(monitor);
	} else {
		monitor->state = ADVERT_MONITOR_ON;
		log_debug("hci%u: an advertisement monitor is on", monitor->adapter->index);
	}
	scan_settle(&monitor->adapter->scan);
	return 0;
}

void advert_monitor_start(AdvertMonitor *monitor)
{
	Bluez *bluez = monitor->adapter->bluez;
	int r;

	snprintf(monitor->root, sizeof(monitor->root), "/com/example/Bluetooth/monitors%u",
		 bluez->next_object++);
	snprintf(monitor->path, sizeof(monitor->path), "%s/monitor", monitor->root);
	r = sd_bus_add_object(bluez->bus, &monitor->root_object, monitor->root, on_root_call, monitor);
	if (r >= 0)
		r = sd_bus_add_object(bluez->bus, &monitor->object, monitor->path, on_call, monitor);
	if (r >= 0)
		r = bluez_call_with(bluez, monitor->adapter->path, MONITOR_MANAGER_INTERFACE,
				    "RegisterMonitor", &monitor->call, on_registered, monitor,
				    msg_append_path, monitor->root);
	if (r < 0) {
		advert_monitor_forget(monitor);
		advert_monitor_failed(monitor, strerror(-r));
		return;
	}
	monitor->state = ADVERT_MONITOR_STARTING;
}

void advert_monitor_stop(AdvertMonitor *monitor)
{
	if (monitor->state == ADVERT_MONITOR_OFF)
		return;
	(void)bluez_call_floating(monitor->adapter->bluez, monitor->adapter->path, MONITOR_MANAGER_INTERFACE,
				  "UnregisterMonitor", NULL, msg_append_path, monitor->root);
	advert_monitor_forget(monitor);
}

void advert_monitor_init(AdvertMonitor *monitor, Adapter *adapter)
{
	*monitor = (AdvertMonitor){ .adapter = adapter };
}

void advert_monitor_deinit(AdvertMonitor *monitor)
{
	advert_monitor_forget(monitor);
}
