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

/* Calls a method without arguments of the link's Device1. The callback is called later in any case, where the call cannot
 * be made with an error; its userdata finds the link again, if it is still there, by link_of_answer. */
void call_device(Bluez *bluez, const Link *link, const char *member, sd_bus_message_handler_t callback, uint64_t timeout);
Link *link_of_answer(void *userdata);
const char *path_of_answer(void *userdata);	/* of the device; "": there was none */
Bluez *bluez_of_answer(void *userdata);

/* The link to the device, or NULL: nobody wants one, or another object stands for the device now. */
Link *link_of_device(const struct Device *device);

/* The mirror of a device changed, or it is new. */
void bluez_link_sync(Device *device);
/* Its object is gone. */
void bluez_link_gone(Device *device);
