/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bonds at bluetoothd: told to core as they come and go, and removed. */
#pragma once

#include <stdbool.h>

#include "bluez/device.h"
#include "core/radio.h"

typedef struct Bluez Bluez;

/* Tells core whether the device at that path is bonded. fresh: it has just been paired, and was not
 * before. */
void bluez_bond_sync(const Device *device, const char *path, bool fresh);
void bluez_bond_gone(const Device *device, const char *path);

/* Has bluetoothd forget the device, bonded or not. Nobody is told whether that worked. */
void bluez_bond_remove(Bluez *bluez, const Radio *radio, const Addr *addr);

/* RadioOps (core/ops.h), called by core. */
void bluez_bond_forget(void *userdata, Radio *radio, const Addr *addr);
