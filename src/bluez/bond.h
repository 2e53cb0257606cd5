/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bonds at bluetoothd: told to core as they come and go, and removed. */
#pragma once

#include <stdbool.h>

#include "bluez/device.h"
#include "core/radio.h"

typedef struct Bluez Bluez;

/* fresh: it was paired just now, and not before. */
void bluez_bond_sync(const Device *device, const char *path, bool fresh);
void bluez_bond_gone(const Device *device, const char *path);

/* bluetoothd forgets the device, bonded or not; what becomes of that, nobody is told. */
void bluez_bond_remove(Bluez *bluez, const Radio *radio, const Addr *addr);

/* What core wants (RadioOps). */
void bluez_bond_forget(void *userdata, Radio *radio, const Addr *addr);
