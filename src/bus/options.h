/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading what programs say: option dictionaries by table, UUIDs in all their forms. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "meaning/addr.h"
#include "meaning/uuid.h"
#include "util/error.h"
#include "util/macros.h"

/* A key of an a{sv}. read is called inside the variant, whose type has been checked; where the signature is
 * NULL, read is called in front of the variant, and several types may do. */
typedef struct Option {
	const char *name;
	const char *signature;
	int (*read)(sd_bus_message *m, void *target, Reason *reason);
} Option;

/* Reads the dictionary that stands next. The table ends with a NULL name. E_INVALID_ARGUMENTS for an unknown
 * key, one given twice, and a value of the wrong type; what read says; a negative errno. At most 64 keys. */
int options_read(sd_bus_message *m, const Option *table, void *target, Reason *reason);

int options_read_flag(sd_bus_message *m, bool *ret);

/* Takes a device's address in any of its forms; its type stays. what: the argument's name, for
 * the message. */
int options_parse_addr(const char *text, const char *what, Addr *ret, Reason *reason);

/* Reads a variant that holds a UUID in one of the forms of the contract. what: the argument's name, for the
 * message. */
int options_read_uuid(sd_bus_message *m, const char *what, Uuid *ret, Reason *reason);

/* Reads a variant that holds a characteristic's value: ay or s raw, an integer (y q u t n i x) little-endian
 * in the width of its type. The caller owns ret. */
int options_read_value(sd_bus_message *m, GBytes **ret, Reason *reason);
