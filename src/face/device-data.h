/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a device's advertisements tell, as properties of Device1: rows of face/device.h. */
#pragma once

#include <systemd/sd-bus.h>

#include "face/view.h"

bool device_data_has(const DeviceView *device, unsigned row);
/* A byte of the first structure; false: it has none there. */
bool device_data_byte(const DeviceView *device, unsigned row, size_t at, uint8_t *ret);
int device_data_append_flags(const DeviceView *device, sd_bus_message *m);	/* ay */
int device_data_append_uuids(const DeviceView *device, sd_bus_message *m);	/* s, for each in its lists */
/* a{qv}, a{sv}, a{yv}: manufacturer data, service data, all structures */
int device_data_append(const DeviceView *device, unsigned row, sd_bus_message *m);
