/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One request of the air-control protocol: its words, and what they mean. */
#include <string.h>

#include "request.h"

bool fail(Request *request, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	g_free(request->reply);
	request->reply = g_strconcat("error ", text, NULL);
	return false;
}

bool parse_number(Request *request, const char *word, unsigned int least, unsigned int most,
			 unsigned int *ret)
{
	uint64_t value;

	if (!g_ascii_string_to_unsigned(word, 10, least, most, &value, NULL))
		return fail(request, "number out of range %u..%u: %s", least, most, word);
	*ret = (unsigned int)value;
	return true;
}

bool parse_addr(Request *request, const char *word, uint64_t *ret)
{
	return addr_parse(word, ret) || fail(request, "not an address: %s", word);
}

bool parse_target(Request *request, const char *word, uint64_t *ret)
{
	if (g_str_equal(word, "*")) {
		*ret = AIR_ALL;
		return true;
	}
	return parse_addr(request, word, ret) &&
	       (air_find(request->sim->air, *ret) || fail(request, "no such radio: %s", word));
}

static bool parse_hex_bytes(const char *word, size_t max, uint8_t *ret, size_t *ret_len)
{
	size_t len = strlen(word);

	*ret_len = 0;
	if (g_str_equal(word, "-"))
		return true;
	if (len % 2 != 0 || len / 2 > max || strspn(word, "0123456789abcdefABCDEF") != len)
		return false;
	for (size_t i = 0; i < len; i += 2)
		ret[(*ret_len)++] = (uint8_t)(g_ascii_xdigit_value(word[i]) << 4 |
					      g_ascii_xdigit_value(word[i + 1]));
	return true;
}

bool parse_bytes(Request *request, const char *word, size_t max, uint8_t *ret, size_t *ret_len)
{
	return parse_hex_bytes(word, max, ret, ret_len) ||
	       fail(request, "not up to %zu bytes in hex: %s", max, word);
}

bool parse_hex(Request *request, const char *word, unsigned int most, unsigned int *ret)
{
	uint64_t value;

	if (!g_ascii_string_to_unsigned(word, 16, 0, most, &value, NULL))
		return fail(request, "no hex number up to %x: %s", most, word);
	*ret = (unsigned int)value;
	return true;
}

bool parse_either(Request *request, const char *word, const char *yes, const char *no, bool *ret)
{
	*ret = g_str_equal(word, yes);
	return *ret || g_str_equal(word, no) || fail(request, "neither %s nor %s: %s", yes, no, word);
}
