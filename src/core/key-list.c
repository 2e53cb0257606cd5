/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Identity keys as text. */
#include "core/key-list.h"

#include <glib.h>
#include <string.h>

#define ADDRESS_LENGTH (ADDR_STRING_SIZE - 1)
#define TYPE_LENGTH (sizeof("public") - 1)	/* random is as long */
#define KEY_AT (2 * (ADDRESS_LENGTH + 1) + TYPE_LENGTH + 1)
#define LINE_LENGTH (KEY_AT + 2 * IRK_SIZE)

static bool read_addr(const char *text, Addr *ret)
{
	char address[ADDR_STRING_SIZE] = "";

	memcpy(address, text, ADDRESS_LENGTH);
	return text[ADDRESS_LENGTH] == ' ' && addr_parse(address, ret) == 0;
}

static bool read_line(const char *line, const Addr *adapter, IdentityKey *ret)
{
	const char *type = line + 2 * (ADDRESS_LENGTH + 1);
	Addr whose;

	if (!read_addr(line, &whose) || !addr_equal(&whose, adapter) ||
	    !read_addr(line + ADDRESS_LENGTH + 1, &ret->identity))
		return false;
	if (strncmp(type, "public ", TYPE_LENGTH + 1) == 0)
		ret->identity.type = ADDR_PUBLIC;
	else if (strncmp(type, "random ", TYPE_LENGTH + 1) == 0)
		ret->identity.type = ADDR_RANDOM;
	else
		return false;
	for (size_t i = 0; i < IRK_SIZE; i++) {
		int high = g_ascii_xdigit_value(line[KEY_AT + 2 * i]),
		    low = g_ascii_xdigit_value(line[KEY_AT + 2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		ret->irk[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

size_t key_list_read(const char *text, size_t length, const Addr *adapter, IdentityKey *ret, size_t max)
{
	const char *end = text + length;
	size_t n = 0;

	while (text < end && n < max) {
		const char *line_end = memchr(text, '\n', (size_t)(end - text));

		if (!line_end)
			break;	/* the last line is cut off */
		if ((size_t)(line_end - text) == LINE_LENGTH && read_line(text, adapter, &ret[n]))
			n++;
		text = line_end + 1;
	}
	return n;
}
