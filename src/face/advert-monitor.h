/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program's advertisement monitor: out of our own filter, with or without bluetoothd's. */
#pragma once

#include "face/monitor-data.h"
#include "face/view.h"

#define MONITOR_INTERFACE "org.bluez.AdvertisementMonitor1"

/* An application: a connection's monitors below a path. */
typedef struct MonitorApp {
	View *view;
	Connection *connection;
	char *path;
	Charge charge;
	sd_bus_slot *call;	/* its objects are being asked for */
	Request *registering;	/* NULL: it is registered */
	GPtrArray *monitors;	/* Monitor */
} MonitorApp;

typedef struct Monitor Monitor;

/* Makes one and begins to listen, or tells the program that it cannot (Release). Takes what data owns. */
void advert_monitor_add(MonitorApp *app, const char *path, MonitorData *data);
Monitor *advert_monitor_find(const MonitorApp *app, const char *path);	/* or NULL */
void advert_monitor_release(const Monitor *monitor);	/* the program is told that it ends */
void advert_monitor_free(Monitor *monitor);
void advert_monitor_ready(Monitor *monitor);		/* the program has read what it was sent */
void advert_monitor_forget(Monitor *monitor, const DeviceView *device);	/* the device goes: DeviceLost */
