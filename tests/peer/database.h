/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The attributes of an emulated peripheral (Core Specification, Vol 3 Part G), in ascending order of
 * their handles, and how often each was asked for. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "uuid.h"

#define ATTR_VALUE_MAX 512

/* The low byte is the properties of a characteristic's declaration. In the order in which BlueZ lists the
 * flags. */
enum {
	ATTR_BROADCAST = 1 << 0,
	ATTR_READ = 1 << 1,
	ATTR_WRITE_COMMAND = 1 << 2,
	ATTR_WRITE = 1 << 3,
	ATTR_NOTIFY = 1 << 4,
	ATTR_INDICATE = 1 << 5,
	ATTR_SIGNED_WRITE = 1 << 6,
	ATTR_EXTENDED = 1 << 7,
	ATTR_RELIABLE = 1 << 8,
	ATTR_AUXILIARIES = 1 << 9,
	/* not shown to the central: */
	ATTR_ENCRYPT_READ = 1 << 10,
	ATTR_ENCRYPT_WRITE = 1 << 11,
	ATTR_AUTHENTICATED_READ = 1 << 12,
	ATTR_AUTHENTICATED_WRITE = 1 << 13,
};

typedef struct Attribute {
	uint16_t handle;
	Uuid type;
	uint32_t flags;
	uint16_t length;
	uint8_t value[ATTR_VALUE_MAX];
	uint8_t read_error, write_error;	/* the error to answer with; 0: none */
	uint64_t reads, writes, commands;	/* requests and commands that arrived */
} Attribute;

typedef struct Database {
	Attribute *attributes;
	size_t n;
} Database;

/* Reads flags like "read,notify"; "-" for none. */
bool flags_parse(const char *text, uint32_t *ret);
/* BlueZ's names of the flags; returns how many. */
unsigned int flags_names(uint32_t flags, const char *ret[16]);

void database_deinit(Database *database);
/* The three that add: -EEXIST if a handle is taken. */
int database_add_service(Database *database, uint16_t handle, const Uuid *uuid, bool primary);
/* The value gets the handle after the declaration's. */
int database_add_characteristic(Database *database, uint16_t handle, const Uuid *uuid, uint32_t attr_flags,
			    const uint8_t *value, size_t length);
int database_add_descriptor(Database *database, uint16_t handle, const Uuid *uuid, uint32_t attr_flags,
			const uint8_t *value, size_t length);
/* Removes a service with all that is in it. -ENOENT: no service is declared at that handle. */
int database_remove_service(Database *database, uint16_t handle);

/* The index of the first attribute with this handle or a higher one, or n. */
size_t database_from(const Database *database, uint16_t handle);
Attribute *database_find(const Database *database, uint16_t handle);
bool attribute_is_service(const Attribute *attribute);
/* The last handle of the service that is declared at index i. */
uint16_t database_service_end(const Database *database, size_t i);
/* The attribute that holds the value: of a characteristic by the handle of its declaration, of a
 * descriptor by its own handle. NULL: there is none. */
Attribute *database_value(const Database *database, uint16_t handle);
/* The Client Characteristic Configuration of the characteristic with that value (or NULL), and the setting
 * that is written there (0 if there is none). */
Attribute *database_cccd(const Database *database, uint16_t value_handle);
uint16_t database_subscription(const Database *database, uint16_t value_handle);
/* Clears all Client Characteristic Configurations. */
void database_unsubscribe(Database *database);
/* The value of the first characteristic of that type, or NULL. */
Attribute *database_find_type(const Database *database, uint16_t type);
