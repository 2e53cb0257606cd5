/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A UUID, kept in its 128-bit form (Core Specification Vol 3 Part B 2.5.1). */
#pragma once

#include <stdbool.h>

#include "util/macros.h"

#define UUID_STRING_SIZE 37

/* What every entry that takes a UUID accepts, for error messages. */
#define UUID_FORMS "an integer, 1 to 8 hex digits, a 36-character UUID, 16 characters, or 2, 4 or 16 bytes"

/* bytes: big-endian, as printed. width: 2, 4 or 16 bytes, the form in which it was given. Comparison ignores
 * width. */
typedef struct Uuid {
	uint8_t bytes[16];
	uint8_t width;
} Uuid;

/* 16-bit if value <= 0xFFFF, else 32-bit. */
void uuid_from_int(uint32_t value, Uuid *ret);

/* The string forms of the contract: 1 to 8 hex digits with or without 0x (up to 4: 16-bit, more: 32-bit), the
 * 36-character form in any case, or exactly 16 bytes of text taken raw. -EINVAL for anything else. A 16-byte
 * text is always raw bytes. */
int uuid_parse(const char *text, Uuid *ret);

/* 2, 4 or 16 bytes, big-endian; -EINVAL for other lengths. */
int uuid_from_bytes(const uint8_t *bytes, size_t length, Uuid *ret);

/* The same for little-endian bytes, as they are on air. */
int uuid_from_air(const uint8_t *bytes, size_t length, Uuid *ret);
/* Writes the UUID little-endian in its shortest form, and returns its length: 2, 4 or 16. */
size_t uuid_to_air(const Uuid *uuid, uint8_t air[static 16]);

/* Lower case, 36 characters. Returns buffer. */
const char *uuid_format(const Uuid *uuid, char buffer[static UUID_STRING_SIZE]);

bool uuid_equal(const Uuid *a, const Uuid *b);

/* Whether the UUID is built on the Bluetooth base UUID; then *ret_value is its 16- or 32-bit number. */
bool uuid_short(const Uuid *uuid, uint32_t *ret_value);
