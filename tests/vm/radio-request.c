/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the words of a request. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "radio-request.h"

bool fail(Request *request, const char *problem, const char *what)
{
	snprintf(request->reply, COMMAND_REPLY_MAX, "error %s: %.80s", problem, what);
	return false;
}

bool fail_errno(Request *request, const char *what, int error)
{
	return fail(request, what, strerror(-error));
}

bool parse_address(Request *request, const char *word, bdaddr_t *ret)
{
	uint8_t b[6];
	int end = -1;

	if (sscanf(word, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", &b[5], &b[4], &b[3], &b[2], &b[1],
		   &b[0], &end) != 6 || end != 17 || word[end])
		return fail(request, "not an address", word);
	memcpy(ret->b, b, sizeof(b));
	return true;
}

bool parse_target(Request *request, const char *word, Target *ret)
{
	if (!strcmp(word, "*")) {
		*ret = *BDADDR_ANY;
		return true;
	}
	if (!parse_address(request, word, ret))
		return false;
	return air_find(request->air, ret) ? true : fail(request, "no such radio", word);
}

bool parse_either(Request *request, const char *word, const char *yes, const char *no, bool *ret)
{
	char problem[64];

	if (strcmp(word, yes) && strcmp(word, no)) {
		snprintf(problem, sizeof(problem), "neither %s nor %s", yes, no);
		return fail(request, problem, word);
	}
	*ret = !strcmp(word, yes);
	return true;
}

bool parse_address_type(Request *request, const char *word, uint8_t *ret)
{
	bool random;

	if (!parse_either(request, word, "random", "public", &random))
		return false;
	*ret = random;
	return true;
}

static bool parse_base(Request *request, const char *word, int base, uint32_t least, uint32_t most,
		       uint32_t *ret)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(word, &end, base);
	if (errno || end == word || *end || *word == '-' || *word == '+' || value < least ||
	    value > most)
		return fail(request, "number out of range", word);
	*ret = (uint32_t)value;
	return true;
}

bool parse_number(Request *request, const char *word, uint32_t least, uint32_t most, uint32_t *ret)
{
	return parse_base(request, word, 10, least, most, ret);
}

bool parse_hex_number(Request *request, const char *word, uint32_t most, uint32_t *ret)
{
	return parse_base(request, word, 16, 0, most, ret);
}

bool parse_bytes(Request *request, const char *word, size_t most, uint8_t *ret, size_t *ret_length)
{
	size_t length = strlen(word) / 2;
	char problem[64];

	*ret_length = 0;
	if (!strcmp(word, "-"))
		return true;
	if (strlen(word) % 2 || length > most ||
	    strspn(word, "0123456789abcdefABCDEF") != strlen(word)) {
		snprintf(problem, sizeof(problem), "not up to %zu bytes in hex", most);
		return fail(request, problem, word);
	}
	for (size_t i = 0; i < length; i++)
		(void)sscanf(word + 2 * i, "%2hhx", &ret[i]);
	*ret_length = length;
	return true;
}
