/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The numbers of the D-Bus contract: those of Pycom's network.Bluetooth class and, where it has none,
 * those of the Bluetooth specification. */
#pragma once

#include "util/macros.h"

typedef struct Constant {
	const char *name;
	uint32_t value;
} Constant;

/* The constants by the names that Pycom documents. The table ends with a NULL name. */
extern const Constant constants[];
/* The properties of a characteristic by BlueZ's names. It ends likewise. */
extern const Constant property_names[];

/* adv_type of a report */
typedef enum AdvType {
	ADV_CONNECTABLE = 0,
	ADV_CONNECTABLE_DIRECTED = 1,
	ADV_SCANNABLE = 2,
	ADV_NON_CONNECTABLE = 3,
	ADV_SCAN_RESPONSE = 4,
	ADV_UNKNOWN = 255,	/* the source cannot tell */
} AdvType;

#define TX_POWER_UNKNOWN 127
#define RSSI_UNKNOWN 127
#define SID_NONE 0xff		/* no advertising set */

/* Properties of a characteristic, as in its declaration (Core Specification Vol 3 Part G 3.3.1.1). */
enum {
	PROP_BROADCAST = 0x01,
	PROP_READ = 0x02,
	PROP_WRITE_NR = 0x04,
	PROP_WRITE = 0x08,
	PROP_NOTIFY = 0x10,
	PROP_INDICATE = 0x20,
	PROP_AUTH = 0x40,
	PROP_EXT_PROP = 0x80,
};

/* Permissions of a characteristic or descriptor */
enum {
	PERM_READ = 0x001,
	PERM_READ_ENCRYPTED = 0x002,
	PERM_READ_ENCRYPTED_MITM = 0x004,
	PERM_WRITE = 0x010,
	PERM_WRITE_ENCRYPTED = 0x020,
	PERM_WRITE_ENCRYPTED_MITM = 0x040,
	PERM_WRITE_SIGNED = 0x080,
	PERM_WRITE_SIGNED_MITM = 0x100,
	PERM_ANY_READ = PERM_READ | PERM_READ_ENCRYPTED | PERM_READ_ENCRYPTED_MITM,
	PERM_ANY_WRITE = PERM_WRITE | PERM_WRITE_ENCRYPTED | PERM_WRITE_ENCRYPTED_MITM | PERM_WRITE_SIGNED |
			 PERM_WRITE_SIGNED_MITM,
};

#define ATTR_VALUE_MAX 512	/* bytes of an attribute (Vol 3 Part F 3.2.9) */

enum {
	EVENT_NEW_ADV = 0x01,
	EVENT_CLIENT_CONNECTED = 0x02,
	EVENT_CLIENT_DISCONNECTED = 0x04,
	EVENT_CHAR_READ = 0x08,
	EVENT_CHAR_WRITE = 0x10,
	EVENT_CHAR_NOTIFY = 0x20,
	EVENT_CHAR_SUBSCRIBE = 0x80,
};
