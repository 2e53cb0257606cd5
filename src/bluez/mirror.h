/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mirror of bluetoothd's objects (adapters and devices), and the reports that its changes are. */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "util/macros.h"

typedef struct Bluez Bluez;

/* Takes over the reply of GetManagedObjects. Makes no reports of it: it may be old. */
int mirror_load(Bluez *bluez, sd_bus_message *m);
void mirror_clear(Bluez *bluez);

/* Listens to bluetoothd's signals from now on; to those of devices only while somebody cares
 * (mirror_settle_devices). Negative errno. */
int mirror_listen(Bluez *bluez);
/* Begins or ends following changes of devices, as the radios need it. */
void mirror_settle_devices(Bluez *bluez);
/* Whether the mirrored devices are up to date. If not, they are read anew as soon as somebody cares. */
bool mirror_knows_devices(const Bluez *bluez);

/* The callback for the bus's answer to a match (sd_bus_add_match_async). */
int mirror_on_match(sd_bus_message *m, void *userdata, sd_bus_error *ret_error);
