/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UUIDs as they are on air. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define UUID_PRIMARY 0x2800
#define UUID_SECONDARY 0x2801
#define UUID_INCLUDE 0x2802
#define UUID_CHARACTERISTIC 0x2803
#define UUID_CCCD 0x2902
#define UUID_SERVICE_CHANGED 0x2a05
#define UUID_TEXT_LEN 36

typedef struct Uuid {
	uint8_t length; /* 2 or 16 */
	uint8_t bytes[16]; /* little endian */
} Uuid;

Uuid uuid_short(uint16_t number);
bool uuid_is(const Uuid *uuid, uint16_t number);
bool uuid_equal(const Uuid *a, const Uuid *b);
/* 4, 8 or 36 characters. If it is a 16-bit UUID, it becomes the short form whichever way it is given. */
bool uuid_parse(const char *text, Uuid *ret);
void uuid_format(const Uuid *uuid, char ret[UUID_TEXT_LEN + 1]); /* the long form in lower case */
