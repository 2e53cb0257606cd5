/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may be in a line of the log. */
#include <check.h>
#include <glib.h>
#include <string.h>

#include "unit.h"
#include "util/log.h"

START_TEST(test_printable)
{
	static const struct {
		const char *text, *expected;
	} rows[] = {
		{ "", "" },
		{ "LoPy: \"Gr\u00fcn\" \u20ac \U0001f600 \u65e5",
		  "LoPy: \"Gr\u00fcn\" \u20ac \U0001f600 \u65e5" },
		{ "a\nb\rc\td\x1b[31m\x7f", "a?b?c?d?[31m?" },
		/* C1: CSI, and next line; as characters, and as bytes */
		{ "a\xc2\x9b" "31m", "a?31m" }, { "a\xc2\x85z", "a?z" }, { "a\x9b" "31m", "a?31m" },
		/* the direction of writing, invisible characters, lines and paragraphs */
		{ "\u202e\u2066x\u2069\u200f\u061c", "??x???" }, { "a\u2028b\u2029c", "a?b?c" },
		{ "a\u200bb\ufeffc\u00ad", "a?b?c?" }, { "\U000e0041", "?" }, { "\ue000", "?" },
		/* no UTF-8: cut off, too long, surrogates, above the last */
		{ "a\xc3", "a?" }, { "\xe2\x82z", "??z" }, { "\xc0\x80\xc1\xbf", "????" },
		{ "\xe0\x80\x8a", "???" }, { "\xed\xa0\x80", "?" }, { "\xf5\x80\x80\x80", "????" },
		{ "\xf4\x90\x80\x80", "????" },
		{ "\xf0\x80\x80\x8a", "????" }, { "\xff\xfe", "??" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[64];

		g_strlcpy(text, rows[i].text, sizeof(text));
		log_make_printable(text);
		ck_assert_str_eq(text, rows[i].expected);
	}
}
END_TEST

static bool may_stay(gunichar c)
{
	switch (g_unichar_type(c)) {
	case G_UNICODE_CONTROL:
	case G_UNICODE_LINE_SEPARATOR:
	case G_UNICODE_PARAGRAPH_SEPARATOR:
	case G_UNICODE_SURROGATE:
		return false;
	default:
		break;
	}
	/* those that turn the direction of writing, or hide in it */
	return c != 0x061c && c != 0x200e && c != 0x200f && !(c >= 0x202a && c <= 0x202e) &&
	       !(c >= 0x2066 && c <= 0x2069);
}

/* Every character there is, and every start of a text. */
START_TEST(test_all)
{
	for (gunichar c = 1; c < 0x110000; c++) {
		char text[8] = { 0 };
		const bool valid = c < 0xd800 || c > 0xdfff;

		if (!valid)
			continue;
		g_unichar_to_utf8(c, text);
		log_make_printable(text);
		must(strcmp(text, "?") == 0 || (g_utf8_get_char(text) == c && may_stay(c)));
	}
	for (unsigned i = 0; i < 0x1000000; i += 7) {
		char text[5] = { (char)(i >> 16), (char)(i >> 8), (char)i, 'z', 0 };
		const size_t before = strlen(text);

		log_make_printable(text);
		must(strlen(text) <= before);
		must(g_utf8_validate(text, -1, NULL));
	}
}
END_TEST

UNIT_MAIN("log", test_printable, test_all)
