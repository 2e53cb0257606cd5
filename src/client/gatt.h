/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The attributes of a device, as the daemon's ObjectManager tells them. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "meaning/uuid.h"
#include "util/error.h"
#include "util/macros.h"

typedef enum GattKind {
	GATT_SERVICE = 1 << 0,
	GATT_CHARACTERISTIC = 1 << 1,
	GATT_DESCRIPTOR = 1 << 2,
} GattKind;

typedef struct GattAttr {
	GattKind kind;
	uint16_t handle;
	Uuid uuid;
	char *path;
	bool primary;		/* service */
	uint32_t properties;	/* characteristic: PROP_ bits */
	char **flags;		/* characteristic: BlueZ's words; else NULL */
	GBytes *value;		/* what was read; NULL: nothing */
	char *failure;		/* why it was not */
} GattAttr;

/* objects: of GetManagedObjects (a{oa{sa{sv}}}); link: the path under which the attributes stand. The
 * attributes, by handle: a service comes before its characteristics, a characteristic before its
 * descriptors. */
GPtrArray *gatt_tree_new(GVariant *objects, const char *link);

/* Whether text has the form of a handle or a UUID: E_INVALID_ARGUMENTS and reason. */
int gatt_check_name(const char *text, GString *reason);

/*
 * The attribute that text names, of one of the kinds (a mask): a handle (0x and up to 4 hex digits) or a UUID
 * in any form. Finds exactly one: else E_DOES_NOT_EXIST (none) or E_INVALID_ARGUMENTS (several, no such
 * form), and says which there are.
 */
int gatt_tree_find(const GPtrArray *tree, const char *text, unsigned kinds, GattAttr **ret, GString *reason);

/* The name of what the attribute is; NULL if it is not known. */
const char *gatt_attr_name(const GattAttr *attr);

/* Appends the UUID, short if it can be: "2a37", "00abc123", or all 36 characters. */
void gatt_append_uuid(GString *out, const Uuid *uuid);

/* "service", "characteristic", "descriptor". */
const char *gatt_kind_name(GattKind kind);
