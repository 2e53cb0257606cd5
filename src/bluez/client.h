/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Centrals: devices that have a link to us that nobody here asked for. */
#pragma once

#include "core/radio.h"

typedef struct Bluez Bluez;
typedef struct Device Device;

/* The device is not connected (any more), or has been away and is back. */
void bluez_client_left(const Device *device);

/* RadioOps (core/ops.h), called by core. */
void bluez_client_disconnect(void *userdata, Radio *radio, const Addr *addr);
