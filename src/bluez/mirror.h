/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mirror of bluetoothd's objects (adapters and devices), and the reports that its changes are. */
#pragma once

#include <systemd/sd-bus.h>

#include "util/macros.h"

typedef struct Bluez Bluez;

/* Takes over the reply of GetManagedObjects. Nothing of it is a report: it may be old. */
int mirror_load(Bluez *bluez, sd_bus_message *m);
void mirror_clear(Bluez *bluez);

/* The signals' callbacks (sd_bus_add_match); userdata is the Bluez. */
int mirror_on_objects(sd_bus_message *m, void *userdata, sd_bus_error *ret_error);
int mirror_on_properties(sd_bus_message *m, void *userdata, sd_bus_error *ret_error);
