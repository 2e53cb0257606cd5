/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UUIDs as they are on air. */
#include <string.h>

#include <glib.h>

#include "uuid.h"

#define BASE "00000000-0000-1000-8000-00805f9b34fb"

Uuid uuid_short(uint16_t number)
{
	return (Uuid){ 2, { (uint8_t)number, (uint8_t)(number >> 8) } };
}

bool uuid_equal(const Uuid *a, const Uuid *b)
{
	return a->length == b->length && !memcmp(a->bytes, b->bytes, a->length);
}

bool uuid_is(const Uuid *uuid, uint16_t number)
{
	Uuid other = uuid_short(number);

	return uuid_equal(uuid, &other);
}

bool uuid_parse(const char *text, Uuid *ret)
{
	size_t len = strlen(text), at = 16;
	char whole[] = BASE;

	if (len != 4 && len != 8 && len != UUID_TEXT_LEN)
		return false;
	memcpy(whole + (len == 4 ? 4 : 0), text, len);
	if (!g_uuid_string_is_valid(whole))
		return false;
	for (const char *c = whole; *c; c++) {
		if (*c == '-')
			continue;
		ret->bytes[--at] = (uint8_t)(g_ascii_xdigit_value(c[0]) << 4 | g_ascii_xdigit_value(c[1]));
		c++;
	}
	ret->length = 16;
	if (g_str_has_prefix(whole, "0000") && g_ascii_strcasecmp(whole + 8, &BASE[8]) == 0)
		*ret = uuid_short((uint16_t)(ret->bytes[12] | ret->bytes[13] << 8));
	return true;
}

void uuid_format(const Uuid *uuid, char ret[UUID_TEXT_LEN + 1])
{
	const uint8_t *b = uuid->bytes;

	if (uuid->length == 2) {
		(void)g_snprintf(ret, UUID_TEXT_LEN + 1, "0000%02x%02x%s", b[1], b[0], &BASE[8]);
		return;
	}
	for (int i = 15; i >= 0; i--)
		ret += g_snprintf(ret, 4, i == 12 || i == 10 || i == 8 || i == 6 ? "%02x-" : "%02x", b[i]);
}
