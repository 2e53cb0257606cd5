/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of attributes as people write and read them: hex, text, little-endian integers. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "util/error.h"
#include "util/macros.h"

#define VALUE_FORMATS "hex, text, u8, u16, u32, i8, i16 or i32"
#define VALUE_MAX 512	/* the longest value of an attribute (Core Specification Vol 3 Part F 3.2.9) */

typedef enum ValueFormat {
	VALUE_ANY,	/* no format was given: shown as hex, and as text beside it if it is text */
	VALUE_HEX,
	VALUE_TEXT,
	VALUE_U8,
	VALUE_U16,
	VALUE_U32,
	VALUE_I8,
	VALUE_I16,
	VALUE_I32,
} ValueFormat;

/* Reads one of VALUE_FORMATS. 0, or E_INVALID_ARGUMENTS and reason. */
int value_parse_format(const char *text, ValueFormat *ret, Reason *reason);

/* Appends the bytes that text stands for, at most VALUE_MAX. Integers: one or several, with commas or
 * blanks between. 0, or E_INVALID_ARGUMENTS and reason. */
int value_parse(const char *text, ValueFormat format, GByteArray *bytes, Reason *reason);

/* The same, where the text itself tells its format: "u16:1234", "hex:0102" and so on, "0x0102" for hex, else
 * text. */
int value_parse_typed(const char *text, GByteArray *bytes, Reason *reason);

/* Bytes of an integer in that format; 0: it is no integer format. */
unsigned value_width(ValueFormat format);

/* The integer at the beginning of bytes, which has to have value_width() of them. */
int64_t value_integer(ValueFormat format, const uint8_t *bytes);
