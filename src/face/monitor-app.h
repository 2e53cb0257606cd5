/* SPDX-License-Identifier: GPL-2.0-or-later */
/* org.bluez.AdvertisementMonitorManager1: the applications whose objects are monitors
 * (AdvertisementMonitor1). */
#pragma once

#include "face/iface.h"
#include "face/view.h"

extern const Iface monitor_manager_iface;

/* A signal of a connection's ObjectManager: a monitor may have come or gone. */
void monitors_signal(Connection *connection, sd_bus_message *m);
void monitors_connection_gone(View *view, const Connection *connection);
void monitors_ready(View *view);	/* the program has read what it was sent */
void monitors_end(View *view);		/* all end, and are told so (Release) */
void monitors_forget(const DeviceView *device);	/* the device goes: DeviceLost */
