/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Our AdvertisementMonitor1 at one radio. Its pattern matches nothing: we register it for what the kernel
 * does while there is any monitor. It scans passively when nobody discovers, and never asks the controller to
 * leave out duplicates.
 */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "bluez/call.h"
#include "util/macros.h"

#define MONITOR_MANAGER_INTERFACE "org.bluez.AdvertisementMonitorManager1"

typedef struct Adapter Adapter;

typedef enum AdvertMonitorState {
	ADVERT_MONITOR_OFF,
	ADVERT_MONITOR_STARTING,
	ADVERT_MONITOR_ON,
} AdvertMonitorState;

typedef struct AdvertMonitor {
	Adapter *adapter;
	AdvertMonitorState state;
	bool offered;		/* BlueZ supports advertisement monitors here */
	bool failed;		/* BlueZ refused ours: not tried again before the radio is next switched on */
	char root[64];		/* the application, which bluetoothd asks for its objects */
	char path[80];
	sd_bus_slot *root_object;
	sd_bus_slot *object;
	BluezCall *call;
} AdvertMonitor;

void advert_monitor_init(AdvertMonitor *monitor, Adapter *adapter);
void advert_monitor_deinit(AdvertMonitor *monitor);	/* for when BlueZ has dropped it too */

/* Begins to register the monitor; scan_settle() is called when it is on, or has failed. */
void advert_monitor_start(AdvertMonitor *monitor);
void advert_monitor_stop(AdvertMonitor *monitor);
