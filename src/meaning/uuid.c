/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UUIDs: the forms in which programs and the air give them, and the one form in which we print them. */
#include "meaning/uuid.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#define HEX_DIGITS_MAX 8
#define RAW_LENGTH 16

/* 00000000-0000-1000-8000-00805f9b34fb (Vol 3 Part B 2.5.1); the number goes into the first four bytes. */
static const uint8_t base[16] = {
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0x80, 0x5f, 0x9b, 0x34, 0xfb,
};

static void set_short(Uuid *uuid, uint32_t value, uint8_t width)
{
	memcpy(uuid->bytes, base, sizeof(base));
	uuid->bytes[0] = (uint8_t)(value >> 24);
	uuid->bytes[1] = (uint8_t)(value >> 16);
	uuid->bytes[2] = (uint8_t)(value >> 8);
	uuid->bytes[3] = (uint8_t)value;
	uuid->width = width;
}

void uuid_from_int(uint32_t value, Uuid *ret)
{
	set_short(ret, value, value <= 0xffff ? 2 : 4);
}

static bool is_dash_place(size_t at)
{
	return at == 8 || at == 13 || at == 18 || at == 23;
}

static int parse_long(const char *text, Uuid *ret)
{
	uint8_t bytes[16];
	size_t digits = 0;

	for (size_t i = 0; i < UUID_STRING_SIZE - 1; i++) {
		int digit = g_ascii_xdigit_value(text[i]);

		if (is_dash_place(i)) {
			if (text[i] != '-')
				return -EINVAL;
			continue;
		}
		if (digit < 0)
			return -EINVAL;
		if (digits % 2 == 0)
			bytes[digits / 2] = (uint8_t)(digit << 4);
		else
			bytes[digits / 2] |= (uint8_t)digit;
		digits++;
	}
	return uuid_from_bytes(bytes, sizeof(bytes), ret);
}

static int parse_short(const char *text, size_t length, Uuid *ret)
{
	uint32_t value = 0;

	if (length > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		text += 2;
		length -= 2;
	}
	if (length == 0 || length > HEX_DIGITS_MAX)
		return -EINVAL;

	for (size_t i = 0; i < length; i++) {
		int digit = g_ascii_xdigit_value(text[i]);

		if (digit < 0)
			return -EINVAL;
		value = value << 4 | (uint32_t)digit;
	}
	set_short(ret, value, length <= 4 ? 2 : 4);
	return 0;
}

int uuid_parse(const char *text, Uuid *ret)
{
	size_t length = strnlen(text, UUID_STRING_SIZE);

	if (length == RAW_LENGTH)
		return uuid_from_bytes((const uint8_t *)text, length, ret);
	if (length == UUID_STRING_SIZE - 1)
		return parse_long(text, ret);
	return parse_short(text, length, ret);
}

int uuid_from_bytes(const uint8_t *bytes, size_t length, Uuid *ret)
{
	switch (length) {
	case 2:
		set_short(ret, (uint32_t)bytes[0] << 8 | bytes[1], 2);
		return 0;
	case 4:
		set_short(ret, (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
			  bytes[3], 4);
		return 0;
	case 16:
		memcpy(ret->bytes, bytes, 16);
		ret->width = 16;
		return 0;
	default:
		return -EINVAL;
	}
}

int uuid_from_air(const uint8_t *bytes, size_t length, Uuid *ret)
{
	uint8_t turned[16];

	if (length > sizeof(turned))
		return -EINVAL;
	for (size_t i = 0; i < length; i++)
		turned[i] = bytes[length - 1 - i];
	return uuid_from_bytes(turned, length, ret);
}

size_t uuid_to_air(const Uuid *uuid, uint8_t air[static 16])
{
	size_t width = sizeof(uuid->bytes);
	uint32_t number;

	if (uuid_short(uuid, &number)) {
		width = number <= UINT16_MAX ? 2 : 4;
		for (size_t i = 0; i < width; i++)
			air[i] = (uint8_t)(number >> (8 * i));
	} else {
		for (size_t i = 0; i < width; i++)
			air[i] = uuid->bytes[width - 1 - i];
	}
	return width;
}

const char *uuid_format(const Uuid *uuid, char buffer[static UUID_STRING_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	char *at = buffer;

	for (size_t i = 0; i < sizeof(uuid->bytes); i++) {
		if (is_dash_place((size_t)(at - buffer)))
			*at++ = '-';
		*at++ = digits[uuid->bytes[i] >> 4];
		*at++ = digits[uuid->bytes[i] & 0xf];
	}
	*at = '\0';
	return buffer;
}

bool uuid_equal(const Uuid *a, const Uuid *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

bool uuid_short(const Uuid *uuid, uint32_t *ret_value)
{
	const uint8_t *b = uuid->bytes;

	if (memcmp(b + 4, base + 4, sizeof(base) - 4) != 0)
		return false;
	*ret_value = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
	return true;
}
