/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Name patterns, and that no pattern takes long. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/glob.h"
#include "exact.h"
#include "unit.h"

START_TEST(test_table)
{
	static const struct {
		const char *pattern;
		const char *text;
		bool matches;
	} table[] = {
		{ "", "", true }, { "", "a", false }, { "a", "", false }, { "a", "a", true },
		{ "a", "A", false }, { "abc", "abc", true }, { "abc", "ab", false }, { "ab", "abc", false },
		{ "*", "", true }, { "*", "anything at all", true }, { "**", "", true }, { "**", "ab", true },
		{ "a*", "a", true }, { "a*", "abc", true }, { "a*", "ba", false },
		{ "*a", "a", true }, { "*a", "bba", true }, { "*a", "ab", false },
		{ "*a*", "bab", true }, { "*a*", "bbb", false },
		{ "a*b*c", "aXbYc", true }, { "a*b*c", "abc", true }, { "a*b*c", "acb", false },
		{ "a*b*c", "abcbcbc", true }, { "a*bc", "abcabc", true }, { "*ab*ab", "abab", true },
		{ "*ab*ab", "ab", false }, { "*aab", "aaaab", true }, { "*.*.*", "a.b", false },
		{ "?", "", false }, { "?", "a", true }, { "?", "ab", false }, { "??", "ab", true },
		{ "*?", "", false }, { "?*", "abc", true }, { "*??", "a", false }, { "*??", "ab", true },
		{ "Heart Rate", "Heart Rate", true }, { "Heart*", "Heart Rate", true },
		{ "heart*", "Heart Rate", false },

		/* sets */
		{ "[abc]", "b", true }, { "[abc]", "d", false }, { "[abc]", "", false },
		{ "[abc]", "ab", false }, { "[a-c]", "b", true }, { "[a-c]", "c", true },
		{ "[a-c]", "d", false }, { "[c-a]", "b", false }, { "[!a-c]", "d", true },
		{ "[!a-c]", "b", false }, { "[!a-c]", "", false }, { "[a-cx-z]", "y", true },
		{ "[a-cx-z]", "m", false }, { "x[0-9]y", "x5y", true }, { "[-a]", "-", true },
		{ "[a-]", "-", true }, { "[a-]", "b", false }, { "[!-]", "a", true }, { "[]]", "]", true },
		{ "[]a]", "a", true }, { "[!]]", "]", false }, { "[!]]", "a", true }, { "[]-a]", "^", true },
		{ "[*]", "*", true }, { "[*]", "a", false }, { "[?]", "?", true }, { "[\\]]", "]", true },
		{ "[\\]]", "\\", false }, { "[\\a-\\c]", "b", true }, { "[a!]", "!", true },
		{ "[^a]", "^", true }, { "[^a]", "b", false }, { "[[]", "[", true },
		{ "[a-\\]]", "]", false }, { "[A-\\]]", "[", true }, { "*[0-9]", "sensor 7", true },
		{ "*[!0-9]", "sensor 7", false },

		/* a set that is not closed stands for itself */
		{ "[", "[", true }, { "[a", "[a", true }, { "[a", "a", false }, { "[!", "[!", true },
		{ "[]", "[]", true }, { "[!]", "[!]", true }, { "[a-", "[a-", true }, { "[]a", "[]a", true },
		{ "[\\]", "[]", true }, { "*[", "ab[", true }, { "[[[", "[[[", true },
		{ "[a][b", "a[b", true }, { "[ab*", "[abcd", true }, { "[?", "[x", true },

		/* quoting */
		{ "\\*", "*", true }, { "\\*", "a", false }, { "\\?", "?", true }, { "\\?", "a", false },
		{ "\\[a]", "[a]", true }, { "\\\\", "\\", true }, { "a\\", "a\\", true },
		{ "\\a", "a", true }, { "\\a", "\\a", false }, { "*\\", "b\\", true },

		/* UTF-8: one character each, however many bytes */
		{ "?", "\u00e4", true }, { "??", "\u00e4", false }, { "?", "\u20ac", true },
		{ "?", "\U0001f600", true }, { "\u00e4", "\u00e4", true }, { "\u00e4", "\u00f6", false },
		{ "*\u20ac", "10 \u20ac", true }, { "[\u00e0-\u00ff]", "\u00e4", true },
		{ "[\u00e0-\u00ff]", "a", false }, { "[!\u00e4]", "\u00f6", true },
		{ "[!\u00e4]", "\u00e4", false }, { "\\\u00e4", "\u00e4", true },
		{ "[\u4e00-\u9fff]*", "\u6e29\u5ea6", true },

		/* bad UTF-8: each byte a character of its own, equal only to the same byte */
		{ "?", "\xff", true }, { "??", "\xff\xfe", true }, { "?", "\xc3", true },
		{ "??", "\xc3(", true }, { "\xff", "\xff", true }, { "\xff", "\xfe", false },
		{ "\xc3", "\u00e4", false }, { "\u00e4", "\xc3", false }, { "???", "\xe2\x82" "a", true },
		{ "??", "\xc0\x80", true }, { "???", "\xed\xa0\x80", true },
		{ "????", "\xf4\x90\x80\x80", true }, { "?", "\xf4\x8f\xbf\xbf", true },
		{ "???", "\xe0\x80\x80", true }, { "*\x80", "a\x80", true }, { "[\xff]", "\xff", true },
		{ "\\\xff", "\xff", true }, { "*\xa4", "\u00e4", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		size_t length = strlen(table[i].text);
		char *text = exact_copy(table[i].text, length);

		ck_assert_msg(glob_match(table[i].pattern, text, length) == table[i].matches,
			      "\"%s\" on \"%s\"", table[i].pattern, table[i].text);
		free(text);
	}
}
END_TEST

START_TEST(test_text_may_hold_nul)
{
	ck_assert(glob_match("a?b", "a\0b", 3));
	ck_assert(glob_match("a*", "a\0b", 3));
	ck_assert(!glob_match("a", "a\0b", 3));
	ck_assert(glob_match("a", "ab", 1));
	ck_assert(glob_match("*", NULL, 0));
	ck_assert(!glob_match("?", NULL, 0));
}
END_TEST

/* CPU seconds of many matches that fail: *, then filler over and over, and b, on a text of fills. The pattern
 * is half as long as the text, so that as many walks as can be go all the way. */
static double seconds(const char *filler, char fill)
{
	char pattern[128], text[255];
	clock_t start;

	for (size_t i = 1; i < sizeof(pattern) - 2; i++)
		pattern[i] = filler[(i - 1) % strlen(filler)];
	pattern[0] = '*';
	pattern[sizeof(pattern) - 2] = 'b';
	pattern[sizeof(pattern) - 1] = '\0';
	memset(text, fill, sizeof(text));

	start = clock();
	for (unsigned round = 0; round < 60; round++)
		ck_assert(!glob_match(pattern, text, sizeof(text)));
	return (double)(clock() - start) / CLOCKS_PER_SEC;
}

/* Patterns that make simple matchers try all the ways there are, or look for the end of a set again and
 * again. They may take some times as long as plain characters do, which is pattern length times text length;
 * not hundreds of times. */
START_TEST(test_hostile_patterns_are_cheap)
{
	static const char *const fillers[] = {
		"*a", "*?", "a*", "*", "?", "?*", "*[a-z]", "[a-z]", "*[!b]", "[!b]", "[", "*[", "[]", "[!",
		"*[\\]", "[\\]", "\\", "*\\a", "[a", "*[a", "[a-", "[]*", "[[[[[[]",
	};
	static const char fills[] = { 'a', '[', ']', '\\', '\xc3' };
	double plain = seconds("a", 'a');

	for (size_t i = 0; i < ARRAY_SIZE(fillers); i++) {
		for (size_t fill = 0; fill < sizeof(fills); fill++) {
			double took = seconds(fillers[i], fills[fill]);

			ck_assert_msg(took < 200 * plain + 0.5, "\"%s\" on %02x: %f s, plain characters %f s",
				      fillers[i], (unsigned char)fills[fill], took, plain);
		}
	}
}
END_TEST

UNIT_MAIN("glob", test_table, test_text_may_hold_nul, test_hostile_patterns_are_cheap)
