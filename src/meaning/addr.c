/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Device addresses as text. */
#include "meaning/addr.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "util/siphash.h"

int addr_parse(const char *text, Addr *addr)
{
	size_t length = strnlen(text, ADDR_STRING_SIZE);
	uint8_t bytes[6];
	size_t step;

	if (length == ADDR_STRING_SIZE - 1)
		step = 3;
	else if (length == 2 * sizeof(bytes))
		step = 2;
	else
		return -EINVAL;

	for (size_t i = 0; i < sizeof(bytes); i++) {
		const char *pair = text + i * step;
		int high = g_ascii_xdigit_value(pair[0]), low = g_ascii_xdigit_value(pair[1]);

		if (high < 0 || low < 0)
			return -EINVAL;
		if (step == 3 && i > 0 && pair[-1] != ':')
			return -EINVAL;
		bytes[i] = (uint8_t)(high << 4 | low);
	}

	memcpy(addr->bytes, bytes, sizeof(bytes));
	return 0;
}

const char *addr_format(const Addr *addr, char buffer[static ADDR_STRING_SIZE])
{
	return addr_format_with(addr, ':', buffer);
}

const char *addr_format_with(const Addr *addr, char separator, char buffer[static ADDR_STRING_SIZE])
{
	static const char digits[] = "0123456789ABCDEF";
	char *at = buffer;

	for (size_t i = 0; i < sizeof(addr->bytes); i++) {
		if (i > 0)
			*at++ = separator;
		*at++ = digits[addr->bytes[i] >> 4];
		*at++ = digits[addr->bytes[i] & 0xf];
	}
	*at = '\0';
	return buffer;
}

bool addr_equal(const Addr *a, const Addr *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

unsigned addr_hash(const void *addr)
{
	return (unsigned)siphash_process(((const Addr *)addr)->bytes, sizeof(((const Addr *)addr)->bytes));
}

int addr_same(const void *a, const void *b)
{
	return addr_equal(a, b);
}

const char *addr_type_name(uint8_t type)
{
	return type == ADDR_RANDOM || type == ADDR_RANDOM_RPA ? "random" : "public";
}
