/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers that people type. */
#include "meaning/number.h"

#include <errno.h>
#include <glib.h>

bool number_parse(const char *text, int64_t min, int64_t max, int64_t *ret)
{
	const char *digits = text + (*text == '-' || *text == '+');
	bool hex = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
	char *end;
	int64_t value;

	/* g_ascii_strtoll() would skip leading blanks */
	if (!g_ascii_isdigit(*digits) || (hex && !g_ascii_isxdigit(digits[2])))
		return false;
	errno = 0;
	value = g_ascii_strtoll(text, &end, hex ? 16 : 10);
	if (errno != 0 || *end != '\0' || value < min || value > max)
		return false;
	*ret = value;
	return true;
}
