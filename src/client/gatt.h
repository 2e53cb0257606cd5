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
	GBytes *value;		/* what was read; NULL: not read */
	char *failure;		/* why reading failed, or NULL */
} GattAttr;

/* Whether an object is below another one, by their paths. */
bool gatt_is_below(const char *path, const char *parent);

/* The attributes below the path link. objects: those of GetManagedObjects (a{oa{sa{sv}}}). They are sorted
 * by handle, so a service comes before its characteristics, and a characteristic before its descriptors. */
GPtrArray *gatt_tree_new(GVariant *objects, const char *link);

/* 0 if text has the form of a handle or a UUID, else E_INVALID_ARGUMENTS and reason. */
int gatt_check_name(const char *text, GString *reason);

/*
 * Finds the one attribute of these kinds (a mask) that text names: by handle (0x and up to 4 hex digits) or
 * UUID in any form. E_DOES_NOT_EXIST (none) or E_INVALID_ARGUMENTS (several, or no such form), and reason
 * lists the candidates. *ret belongs to the tree.
 */
int gatt_tree_find(const GPtrArray *tree, const char *text, unsigned kinds, GattAttr **ret, GString *reason);

/* The assigned name of the attribute's UUID; NULL if it is not known. */
const char *gatt_attr_name(const GattAttr *attr);

/* Appends the UUID, short if it can be: "2a37", "00abc123", or all 36 characters. */
void gatt_append_uuid(GString *out, const Uuid *uuid);

/* "service", "characteristic", "descriptor". */
const char *gatt_kind_name(GattKind kind);
