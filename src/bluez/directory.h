/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BlueZ's devices of an adapter by address. A device object keeps the address of its path for ever, but its
 * Address becomes the identity when the device bonds; after a restart of bluetoothd the path has the identity
 * as well. Here a device is found by either, and by any other address that core knows it by.
 */
#pragma once

#include <stdbool.h>

#include "meaning/addr.h"

typedef struct Adapter Adapter;
typedef struct Device Device;

Device *directory_find(const Adapter *adapter, const Addr *addr);
/* Whether that is the object by which the device is reached. It may have another one, from before it
 * bonded. */
bool directory_has(const Device *device);

/* The device is listed under its Address from now on; it has a new one; it goes (no harm if it is not
 * listed). */
void directory_add(Device *device);
void directory_move(Device *device, const Addr *to);
void directory_remove(const Device *device);
