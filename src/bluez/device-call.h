/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls of methods of a link's device, whose answer finds the link again, if it is still there. */
#pragma once

#include <systemd/sd-bus.h>

#include "core/link.h"

typedef struct Bluez Bluez;

/*
 * Calls a method without arguments. The callback is called later in any case: where the call cannot be made,
 * with an error. timeout: in µs.
 */
void device_call(Bluez *bluez, const Link *link, const char *member, sd_bus_message_handler_t callback,
		 uint64_t timeout);

/* For the callback: what its userdata holds. */
Bluez *device_call_bluez(void *userdata);
Link *device_call_link(void *userdata);		/* NULL: it is gone */
const char *device_call_path(void *userdata);	/* of the device; "": there was none */
