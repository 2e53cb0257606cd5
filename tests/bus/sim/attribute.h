/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The attributes of a peripheral, as its GATT server keeps them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#define ATTR_VALUE_MAX 512
#define ATTR_UUID_LEN 36
#define ATTR_UUID_SERVICE_CHANGED "00002a05-0000-1000-8000-00805f9b34fb"
#define ATTR_UUID_CCC "00002902-0000-1000-8000-00805f9b34fb"

/* ATT error codes (Bluetooth Core, volume 3, part F, 3.4.1.1) */
enum {
	ATT_INVALID_HANDLE = 0x01,
	ATT_READ_NOT_PERMITTED = 0x02,
	ATT_WRITE_NOT_PERMITTED = 0x03,
	ATT_INSUFFICIENT_AUTHENTICATION = 0x05,
	ATT_REQUEST_NOT_SUPPORTED = 0x06,
	ATT_INVALID_OFFSET = 0x07,
	ATT_INSUFFICIENT_AUTHORIZATION = 0x08,
	ATT_KEY_SIZE = 0x0c,
	ATT_INVALID_LENGTH = 0x0d,
	ATT_UNLIKELY = 0x0e,
	ATT_INSUFFICIENT_ENCRYPTION = 0x0f,
};

typedef enum {
	ATTR_SERVICE,
	ATTR_CHARACTERISTIC,
	ATTR_DESCRIPTOR,
} AttrKind;

/* In the order in which BlueZ lists them. */
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
	/* What the other side cannot see: */
	ATTR_ENCRYPT_READ = 1 << 10,
	ATTR_ENCRYPT_WRITE = 1 << 11,
	ATTR_AUTHENTICATED_READ = 1 << 12,
	ATTR_AUTHENTICATED_WRITE = 1 << 13,
};

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
	GByteArray *value;
	unsigned int reads, writes, commands; /* requests that have arrived */
	uint8_t read_error, write_error; /* 0: none */
} Attr;

typedef struct AttrTable {
	GPtrArray *list; /* of Attr, by handle */
} AttrTable;

AttrTable *attrs_new(void);
AttrTable *attrs_free(AttrTable *table);
/* NULL: the handle is taken. */
Attr *attrs_add(AttrTable *table, AttrKind kind, uint16_t handle, const char *uuid);
/* With all that is in it. False: there is none. */
bool attrs_remove_service(AttrTable *table, uint16_t handle);
Attr *attrs_find(const AttrTable *table, uint16_t handle); /* by declaration; or NULL */
Attr *attrs_find_value(const AttrTable *table, uint16_t handle); /* by ATT handle of the value */
Attr *attrs_find_uuid(const AttrTable *table, const char *uuid); /* the first one */
uint16_t attr_value_handle(const Attr *attr);
/* The client configuration of a characteristic, or NULL. */
Attr *attrs_find_ccc(const AttrTable *table, const Attr *characteristic);

/* Four, eight or 36 characters → the long form in lower case. */
bool attr_uuid_parse(const char *text, char ret[ATTR_UUID_LEN + 1]);
/* "read,notify" */
bool attr_flags_parse(const char *text, uint32_t *ret);
/* The names BlueZ shows, n of them. */
unsigned int attr_flags_names(uint32_t flags, const char *ret[16]);

/* ATT errors, or 0. */
uint8_t attr_read(const Attr *attr, uint16_t offset, size_t max, AttrSecurity security,
		  GByteArray *ret);
/* Whether a write is granted; and the write. */
uint8_t attr_check_write(const Attr *attr, bool command, AttrSecurity security);
uint8_t attr_write(Attr *attr, uint16_t offset, const void *value, size_t len);
