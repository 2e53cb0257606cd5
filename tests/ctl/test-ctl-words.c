/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words as they stand in bash, and back; what is offered of them. */
#include <string.h>

#include "ctl/complete/candidates.h"
#include "unit.h"

START_TEST(test_unquote)
{
	static const struct {
		const char *word;
		const char *says;
		Quoting quoting;
	} cases[] = {
		{ "", "", QUOTING_NONE },
		{ "abc", "abc", QUOTING_NONE },
		{ "a\\ b", "a b", QUOTING_NONE },
		{ "a\\", "a\\", QUOTING_NONE },
		{ "\\$\\(x", "$(x", QUOTING_NONE },
		{ "$(x)", "$(x)", QUOTING_NONE },
		{ "\"a b", "a b", QUOTING_DOUBLE },
		{ "\"a\\\"b\\n\\$", "a\"b\\n$", QUOTING_DOUBLE },
		{ "\"", "", QUOTING_DOUBLE },
		{ "'a\\b\"", "a\\b\"", QUOTING_SINGLE },
		{ "'a b'", "a b", QUOTING_OTHER },
		{ "'it'\\''s'", "it's", QUOTING_OTHER },
		{ "a\"b c\"d", "ab cd", QUOTING_OTHER },
		{ "a'b", "ab", QUOTING_OTHER },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		Quoting quoting = QUOTING_NONE;
		g_autofree char *says = words_unquote(cases[i].word, &quoting);

		ck_assert_str_eq(says, cases[i].says);
		ck_assert_msg(quoting == cases[i].quoting, "%s: %d", cases[i].word, (int)quoting);
	}
}
END_TEST

/* Whatever the text: what is said with quotes says the same. */
START_TEST(test_quote)
{
	for (unsigned c = 1; c < 256; c++) {
		char text[] = { 'a', (char)c, (char)c, 'b', '\0' };

		for (Quoting quoting = QUOTING_NONE; quoting <= QUOTING_DOUBLE; quoting++) {
			static const char *const quotes[] = { "", "'", "\"" };
			const char *quote = quotes[quoting];
			g_autoptr(GString) word = g_string_new(quote);
			g_autofree char *back = NULL;
			bool possible = words_append_quoted(word, text, quoting);

			ck_assert(possible == !(quoting == QUOTING_DOUBLE && c == '!'));
			if (!possible)
				continue;
			g_string_append(word, quote);
			back = words_unquote(word->str, NULL);
			ck_assert_str_eq(back, text);
		}
	}
}
END_TEST

START_TEST(test_candidates)
{
	g_autoptr(GString) out = g_string_new(NULL);
	Candidates zsh = { .out = out, .start = "c4", .head = "--x=" };
	Candidates bash = { .out = out, .start = "a", .bash = true };

	candidates_add(&zsh, "C4:0A", "no");
	candidates_add_any_case(&zsh, "C4:0A", "a\tb\n\033[0mc");
	candidates_add_any_case(&zsh, "D4:0A", "no");
	ck_assert_str_eq(out->str, "--x=c4:0a\ta\xef\xbf\xbd" "b\xef\xbf\xbd\xef\xbf\xbd[0mc\n");
	g_string_truncate(out, 0);
	candidates_add(&bash, "a b$", NULL);
	candidates_add(&bash, "a\nb", "a newline");
	candidates_add(&bash, "a\tb", "a tab");
	candidates_add(&bash, "a\xe2\x80\xae" "b", "turns the line around");
	candidates_add(&bash, "a\xff", "no UTF-8");
	ck_assert_str_eq(out->str, "a\\ b\\$\t\n");
	g_string_truncate(out, 0);
	bash.start = "";
	candidates_add(&bash, "", "nothing");
	candidates_add_list(&bash, "hex, text or u8");
	candidates_add_list(&bash, "[on|off]");
	candidates_add_list(&bash, "FILE");
	ck_assert_str_eq(out->str, "hex\t\ntext\t\nu8\t\non\t\noff\t\n");
	ck_assert_uint_eq(bash.count, 6);
}
END_TEST

UNIT_MAIN("ctl-words", test_unquote, test_quote, test_candidates)
