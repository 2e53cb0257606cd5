/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The attributes of a device, as the daemon's ObjectManager tells them, and which of them a command means. */
#pragma once

#include <json-c/json.h>
#include <systemd/sd-bus.h>

#include "client/gatt.h"
#include "mqtt/request.h"

/* The attributes below the path of a link (GattAttr), by handle. objects: an answer of GetManagedObjects.
 * Negative errno: it is broken. */
int attrs_read(sd_bus_message *objects, const char *link, GPtrArray **ret);

/* Finds the one that is meant, of these kinds (a mask). E_DOES_NOT_EXIST; or E_INVALID_ARGUMENTS: it may be
 * several, and reason has their handles. *ret is the list's. */
int attrs_find(const GPtrArray *attrs, const AttrName *name, unsigned kinds, const GattAttr **ret,
	       Reason *reason);

bool attrs_has_flag(const GattAttr *item, const char *flag);

/* [{"uuid","handle","primary","characteristics":
 *   [{"uuid","handle","flags","descriptors":[{"uuid","handle"}]}]}] */
json_object *attrs_to_json(const GPtrArray *attrs);
