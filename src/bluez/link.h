/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Links at bluetoothd: opened and closed for core, and told of as they change. */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "bluez/bluez.h"
#include "core/link.h"

typedef struct Device Device;

/* What core wants (BrokerOps). */
bool bluez_link_look(Bluez *bluez, Radio *radio, const Addr *addr, LinkMirror *ret);
void bluez_link_connect(Bluez *bluez, Link *link);
void bluez_link_disconnect(Bluez *bluez, Link *link);
void bluez_client_left(const Device *device);	/* a central, which may be back */
void bluez_client_disconnect(Bluez *bluez, Radio *radio, const Addr *addr);	/* a central */

/* The link to the device, or NULL: nobody wants one, or another object stands for the device now. */
Link *link_of_device(const struct Device *device);

/* The mirror of a device changed, or it is new. */
void bluez_link_sync(Device *device);
/* Its object is gone. */
void bluez_link_gone(Device *device);
