/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The documented constants of Pycom's network.Bluetooth class, by their documented names. */
#pragma once

#include "util/macros.h"

typedef struct Constant {
	const char *name;
	uint32_t value;
} Constant;

/* The table ends with a NULL name. */
extern const Constant constants[];

/* Event bits that the code itself uses. */
enum {
	EVENT_NEW_ADV = 0x01,
	EVENT_CLIENT_CONNECTED = 0x02,
	EVENT_CLIENT_DISCONNECTED = 0x04,
	EVENT_CHAR_READ = 0x08,
	EVENT_CHAR_WRITE = 0x10,
	EVENT_CHAR_NOTIFY = 0x20,
	EVENT_CHAR_SUBSCRIBE = 0x80,
};
