/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The attributes of a device, as the daemon's ObjectManager tells them, and which of them a command means. */
#pragma once

#include <json-c/json.h>
#include <systemd/sd-bus.h>

#include "mqtt/request.h"

typedef enum AttrsKind {
	ATTRS_SERVICE = 1 << 0,
	ATTRS_CHARACTERISTIC = 1 << 1,
	ATTRS_DESCRIPTOR = 1 << 2,
} AttrsKind;

typedef struct AttrsItem {
	AttrsKind kind;
	uint16_t handle;
	bool primary;		/* of a service */
	Uuid uuid;
	char *path;
	GPtrArray *flags;	/* of a characteristic: BlueZ's words */
} AttrsItem;

/* The attributes below the path of a link, by handle. objects: an answer of GetManagedObjects. Negative
 * errno: it is broken. */
int attrs_read(sd_bus_message *objects, const char *link, GPtrArray **ret);

/* Finds the one that is meant, of these kinds (a mask). E_DOES_NOT_EXIST; or E_INVALID_ARGUMENTS: it may be
 * several, and reason has their handles. *ret is the list's. */
int attrs_find(const GPtrArray *attrs, const AttrName *name, unsigned kinds, const AttrsItem **ret,
	       Reason *reason);

bool attrs_has_flag(const AttrsItem *item, const char *flag);

/* [{"uuid","handle","primary","characteristics":
 *   [{"uuid","handle","flags","descriptors":[{"uuid","handle"}]}]}] */
json_object *attrs_to_json(const GPtrArray *attrs);
