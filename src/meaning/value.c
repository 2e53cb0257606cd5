/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of attributes, in and out. */
#include "meaning/value.h"

#include <string.h>

#include "meaning/hex.h"
#include "meaning/number.h"

typedef struct Shape {
	const char *name;
	unsigned width;		/* bytes of an integer; 0: no integer format */
	int64_t min;
	int64_t max;
} Shape;

static const Shape shapes[] = {
	[VALUE_HEX] = { "hex", 0, 0, 0 },
	[VALUE_TEXT] = { "text", 0, 0, 0 },
	[VALUE_U8] = { "u8", 1, 0, UINT8_MAX },
	[VALUE_U16] = { "u16", 2, 0, UINT16_MAX },
	[VALUE_U32] = { "u32", 4, 0, UINT32_MAX },
	[VALUE_I8] = { "i8", 1, INT8_MIN, INT8_MAX },
	[VALUE_I16] = { "i16", 2, INT16_MIN, INT16_MAX },
	[VALUE_I32] = { "i32", 4, INT32_MIN, INT32_MAX },
};

int value_parse_format(const char *text, ValueFormat *ret, Reason *reason)
{
	for (size_t i = VALUE_HEX; i < ARRAY_SIZE(shapes); i++) {
		if (strcmp(shapes[i].name, text) == 0) {
			*ret = (ValueFormat)i;
			return 0;
		}
	}
	return reason_refuse(reason, text, "a format (" VALUE_FORMATS ")");
}

static int too_long(Reason *reason)
{
	return reason_set(reason, E_INVALID_ARGUMENTS, "more than %d bytes; no attribute has more",
			  VALUE_MAX);
}

static int parse_integers(const char *text, const Shape *shape, GByteArray *bytes, Reason *reason)
{
	g_auto(GStrv) words = g_strsplit_set(text, ", \t", -1);

	for (char **word = words; *word; word++) {
		uint8_t raw[4];
		int64_t number;

		if (**word == '\0')
			continue;
		if (!number_parse(*word, shape->min, shape->max, &number))
			return reason_set(reason, E_INVALID_ARGUMENTS,
					  "\"%.40s\" is not %s (%" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
					  ", or hex with 0x)", *word, shape->name, shape->min, shape->max);
		for (unsigned i = 0; i < shape->width; i++)
			raw[i] = (uint8_t)((uint64_t)number >> 8 * i);
		if (bytes->len + shape->width > VALUE_MAX)
			return too_long(reason);
		g_byte_array_append(bytes, raw, shape->width);
	}
	return 0;
}

int value_parse(const char *text, ValueFormat format, GByteArray *bytes, Reason *reason)
{
	int r;

	switch (format) {
	case VALUE_ANY:
	case VALUE_HEX:
		r = hex_parse(text, bytes, reason);
		return bytes->len > VALUE_MAX ? too_long(reason) : r;
	case VALUE_TEXT:
		if (strlen(text) > VALUE_MAX)
			return too_long(reason);
		g_byte_array_append(bytes, (const uint8_t *)text, (guint)strlen(text));
		return 0;
	default:
		return parse_integers(text, &shapes[format], bytes, reason);
	}
}

int value_parse_typed(const char *text, GByteArray *bytes, Reason *reason)
{
	if (g_str_has_prefix(text, "0x") || g_str_has_prefix(text, "0X"))
		return value_parse(text, VALUE_HEX, bytes, reason);
	for (size_t i = VALUE_HEX; i < ARRAY_SIZE(shapes); i++) {
		size_t length = strlen(shapes[i].name);

		if (strncmp(text, shapes[i].name, length) == 0 && text[length] == ':')
			return value_parse(text + length + 1, (ValueFormat)i, bytes, reason);
	}
	return value_parse(text, VALUE_TEXT, bytes, reason);
}

unsigned value_width(ValueFormat format)
{
	return shapes[format].width;
}

int64_t value_integer(ValueFormat format, const uint8_t *bytes)
{
	const Shape *shape = &shapes[format];
	uint32_t raw = 0;

	for (unsigned i = 0; i < shape->width; i++)
		raw |= (uint32_t)bytes[i] << 8 * i;
	if (shape->min < 0 && raw > (uint32_t)shape->max)
		return (int64_t)raw - (INT64_C(1) << 8 * shape->width);
	return raw;
}
