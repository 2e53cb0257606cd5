/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mirror of bluetoothd's objects (adapters and devices), and the reports that its changes are. */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "util/macros.h"

typedef struct Bluez Bluez;

/* Takes over the reply of GetManagedObjects. Nothing of it is a report: it may be old. */
int mirror_load(Bluez *bluez, sd_bus_message *m);
void mirror_clear(Bluez *bluez);

/* Listens to bluetoothd's signals from now on: all, but those of devices only while somebody cares. Negative
 * errno. */
int mirror_listen(Bluez *bluez);
/* Follows changes of devices, or not, as the radios want it. */
void mirror_settle_devices(Bluez *bluez);
/* Whether the mirrored devices are as BlueZ has them. If not, they will be as soon as somebody cares. */
bool mirror_knows_devices(const Bluez *bluez);

/* The bus answers to a match (sd_bus_add_match_async). */
int mirror_on_match(sd_bus_message *m, void *userdata, sd_bus_error *ret_error);
