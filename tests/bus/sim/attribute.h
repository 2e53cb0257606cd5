/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bluetoothd finds of a peripheral's attributes. */
#pragma once

#include <glib.h>

#include "att.h"

#define ATTR_UUID_LEN UUID_TEXT_LEN
#define ATTR_UUID_SERVICE_CHANGED "00002a05-0000-1000-8000-00805f9b34fb"
#define ATTR_UUID_CCC "00002902-0000-1000-8000-00805f9b34fb"

typedef enum {
	ATTR_SERVICE,
	ATTR_CHARACTERISTIC,
	ATTR_DESCRIPTOR,
} AttrKind;

/* Of a link */
typedef enum {
	ATTR_PLAIN,
	ATTR_ENCRYPTED,
	ATTR_AUTHENTICATED, /* by a passkey, and encrypted */
} AttrSecurity;

typedef struct Attr {
	AttrKind kind;
	uint16_t handle; /* of the declaration; the value of a characteristic has the next one */
	char uuid[ATTR_UUID_LEN + 1];
	bool primary; /* of a service */
	uint32_t flags;
} Attr;

typedef struct AttrTable {
	GPtrArray *list; /* of Attr, by handle */
} AttrTable;

AttrTable *attrs_new(const Database *database);
AttrTable *attrs_free(AttrTable *table);
Attr *attrs_find_uuid(const AttrTable *table, const char *uuid); /* the first one */
uint16_t attr_value_handle(const Attr *attr);
/* The client configuration of a characteristic, or NULL. */
Attr *attrs_find_ccc(const AttrTable *table, const Attr *characteristic);
