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

/* What core wants (BrokerOps). */
void bluez_forget(Bluez *bluez, Radio *radio, const Addr *addr);
