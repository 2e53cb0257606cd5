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
/* Whether this is the object by which the device is reached. The device may have another object, from before
 * it bonded. */
bool directory_has(const Device *device);

/* The device is listed under its Address; gets the new Address to; is not listed any more (no harm if it was
 * not). */
void directory_add(Device *device);
void directory_move(Device *device, const Addr *to);
void directory_remove(const Device *device);
