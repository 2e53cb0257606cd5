/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A Bluetooth device address with its type. */
#pragma once

#include <stdbool.h>

#include "util/macros.h"

#define ADDR_STRING_SIZE 18	/* "AA:BB:CC:DD:EE:FF" and the terminator */

/* The numbers of the D-Bus contract (Pycom's PUBLIC_ADDR …). */
typedef enum AddrType {
	ADDR_PUBLIC = 0,
	ADDR_RANDOM = 1,
	ADDR_PUBLIC_RPA = 2,
	ADDR_RANDOM_RPA = 3,
} AddrType;

/* bytes: in the order in which they are printed (most significant first). */
typedef struct Addr {
	uint8_t bytes[6];
	uint8_t type;
} Addr;

/* Takes AA:BB:CC:DD:EE:FF and aabbccddeeff, any case; -EINVAL for anything else. Sets the bytes, leaves the
 * type. */
int addr_parse(const char *text, Addr *addr);

/* Always AA:BB:CC:DD:EE:FF. Returns buffer. */
const char *addr_format(const Addr *addr, char buffer[static ADDR_STRING_SIZE]);

/* The same with another separator, for object paths (AA_BB_…). */
const char *addr_format_with(const Addr *addr, char separator, char buffer[static ADDR_STRING_SIZE]);

/* Compares the bytes only: sources may tell different types for the same device. */
bool addr_equal(const Addr *a, const Addr *b);

/* For hash tables whose keys are Addr *. The hash is keyed (SipHash), because strangers choose the
 * addresses on air. */
unsigned addr_hash(const void *addr);
int addr_same(const void *a, const void *b);

/* "public" or "random", BlueZ's words (Device1.AddressType). */
const char *addr_type_name(uint8_t type);
