/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The attributes of an emulated peripheral (Core Specification, Vol 3 Part G), in ascending order of
 * their handles, and how often each was asked for.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GATT_VALUE_MAX 512

#define UUID_PRIMARY 0x2800
#define UUID_SECONDARY 0x2801
#define UUID_INCLUDE 0x2802
#define UUID_CHARACTERISTIC 0x2803
#define UUID_CCCD 0x2902
#define UUID_SERVICE_CHANGED 0x2a05

/* the low byte is that of a characteristic's declaration */
enum {
	GATT_BROADCAST = 0x01,
	GATT_READ = 0x02,
	GATT_WRITE_WITHOUT_RESPONSE = 0x04,
	GATT_WRITE = 0x08,
	GATT_NOTIFY = 0x10,
	GATT_INDICATE = 0x20,
	GATT_SIGNED_WRITE = 0x40,
	GATT_EXTENDED = 0x80,
	GATT_ENCRYPT_READ = 0x100,
	GATT_ENCRYPT_WRITE = 0x200,
	GATT_AUTHENTICATED_READ = 0x400,
	GATT_AUTHENTICATED_WRITE = 0x800,
};

/* as on air: little endian, 2 or 16 bytes */
typedef struct Uuid {
	uint8_t length;
	uint8_t bytes[16];
} Uuid;

typedef struct Attribute {
	uint16_t handle;
	Uuid type;
	uint16_t flags;
	uint16_t length;
	uint8_t value[GATT_VALUE_MAX];
	uint8_t read_error, write_error;	/* what to answer instead, 0: nothing special */
	uint64_t reads, writes, commands;	/* requests and commands that arrived */
} Attribute;

typedef struct Database {
	Attribute *attributes;
	size_t n;
} Database;

Uuid uuid_short(uint16_t number);
bool uuid_is(const Uuid *uuid, uint16_t number);
bool uuid_equal(const Uuid *a, const Uuid *b);

void gatt_deinit(Database *database);
/* All three: -EEXIST when a handle is taken. */
int gatt_add_service(Database *database, uint16_t handle, const Uuid *uuid, bool primary);
/* its value gets the handle after */
int gatt_add_characteristic(Database *database, uint16_t handle, const Uuid *uuid, uint16_t flags,
			    const uint8_t *value, size_t length);
int gatt_add_descriptor(Database *database, uint16_t handle, const Uuid *uuid, uint16_t flags,
			const uint8_t *value, size_t length);
/* With all that is in it. -ENOENT: no service is declared there. */
int gatt_remove_service(Database *database, uint16_t handle);

/* The place of the first attribute that has this handle or a higher one, or n. */
size_t gatt_from(const Database *database, uint16_t handle);
Attribute *gatt_find(const Database *database, uint16_t handle);
bool gatt_is_service(const Attribute *attribute);
/* The last handle of the service that is declared at place i. */
uint16_t gatt_service_end(const Database *database, size_t i);
/* What holds the value: of a characteristic by the handle of its declaration, of a descriptor by its
 * own. NULL if there is no such thing. */
Attribute *gatt_value(const Database *database, uint16_t handle);
/* The Client Characteristic Configuration of the characteristic with that value, and what is
 * written there, 0 if it has none. */
Attribute *gatt_cccd(const Database *database, uint16_t value_handle);
uint16_t gatt_subscription(const Database *database, uint16_t value_handle);
/* Clears all Client Characteristic Configurations. */
void gatt_unsubscribe(Database *database);
/* The value of the first characteristic of that type, or NULL. */
Attribute *gatt_find_type(const Database *database, uint16_t type);
