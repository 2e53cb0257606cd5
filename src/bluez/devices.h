/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluetoothd's devices as they come, change and go, and what core is told of that: reports, identities,
 * links, bonds. */
#pragma once

#include <systemd/sd-bus.h>

typedef struct Bluez Bluez;

/* Takes over an a{sv} of properties of the object at path, old or new. Makes no report of it before the
 * mirror is complete (Bluez.loaded). */
int bluez_devices_load(Bluez *bluez, sd_bus_message *m, const char *path);
/* Takes over a PropertiesChanged whose interface has been read already. */
int bluez_devices_change(Bluez *bluez, sd_bus_message *m);
/* The object is gone (no harm if it was not there). */
void bluez_devices_remove(Bluez *bluez, const char *path);
