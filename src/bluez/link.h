/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Links at bluetoothd: opened and closed for core, and told of as they change. */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "bluez/bluez.h"
#include "core/link.h"

typedef struct Device Device;

/* RadioOps (core/ops.h), called by core. */
bool bluez_link_look(void *userdata, Radio *radio, const Addr *addr, LinkMirror *ret);
void bluez_link_connect(void *userdata, Link *link);
void bluez_link_disconnect(void *userdata, Link *link);

/* The link to the device, or NULL: nobody wants one, or another object stands for the device now. */
Link *bluez_link_of(const Device *device);

/* The mirror of a device has changed, or is new: tells core of its link. */
void bluez_link_sync(Device *device);
/* The device's object is gone. */
void bluez_link_gone(Device *device);
