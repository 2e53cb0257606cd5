/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Device1's Connect and Disconnect. */
#pragma once

#include "face/device.h"

/* Connect and Disconnect of Device1, and ConnectDevice of Adapter1, which answers with the device's path. */
int device_link_connect_called(Request *request);
int device_link_disconnect_called(Request *request);
int device_link_connect_for(Request *request, DeviceView *device);

/* Asks for the link, for a kept request that waits for it: as links_connect. */
int device_link_connect(DeviceView *device, Request *kept, Session *session, Reason *reason);
/* The program holds the link from now on; lets go of it; has lost it. */
void device_link_came(DeviceView *device);
void device_link_release(DeviceView *device, Link *link);
void device_link_lost(DeviceView *device, const Link *link);
/* Core has told all about the link. */
void device_link_removed(DeviceView *device, const Link *link);
