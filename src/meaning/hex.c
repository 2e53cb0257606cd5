/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes in hex, as people type them. */
#include "meaning/hex.h"

#include "meaning/ad.h"

static bool is_separator(char c)
{
	return g_ascii_isspace(c) || c == ':' || c == '-' || c == ',';
}

int hex_parse(const char *text, GByteArray *bytes, Reason *reason)
{
	const char *at = text;

	for (;;) {
		uint8_t byte;

		while (is_separator(*at))
			at++;
		if (*at == '\0')
			break;
		/* "0x" may stand before each byte, or once before all of them */
		if (at[0] == '0' && (at[1] == 'x' || at[1] == 'X'))
			at += 2;
		if (!g_ascii_isxdigit(at[0]))
			return reason_set(reason, E_INVALID_ARGUMENTS,
					  "character %zu (\"%.20s\") is not a hex digit; say bytes as "
					  "0201060302aafe, 02 01 06, 02:01:06 or 0x02 0x01",
					  (size_t)(at - text) + 1, at);
		if (!g_ascii_isxdigit(at[1]))
			return reason_set(reason, E_INVALID_ARGUMENTS,
					  "half a byte at character %zu: a byte is two hex digits",
					  (size_t)(at - text) + 1);
		byte = (uint8_t)(g_ascii_xdigit_value(at[0]) << 4 | g_ascii_xdigit_value(at[1]));
		if (bytes->len >= AD_MAX)
			return reason_set(reason, E_INVALID_ARGUMENTS,
					  "more than %d bytes; no advertisement is longer", AD_MAX);
		g_byte_array_append(bytes, &byte, 1);
		at += 2;
	}
	return 0;
}
