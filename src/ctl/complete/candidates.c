/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may stand next in a command line. */
#include "ctl/complete/candidates.h"

#include <string.h>

#include "client/text.h"

#define LOWER_CASE "abcdefghijklmnopqrstuvwxyz"

static bool is_shown_as_it_is(const char *word)
{
	g_autofree char *clean = text_clean(word, -1);

	return *word && strcmp(clean, word) == 0;
}

static void add(Candidates *candidates, const char *word, const char *meaning)
{
	g_autofree char *whole = g_strconcat(candidates->head ? candidates->head : "", word, NULL);
	g_autoptr(GString) line = g_string_new(NULL);

	if (!is_shown_as_it_is(word))
		return;
	if (!candidates->bash)
		g_string_append(line, whole);
	else if (!words_append_quoted(line, whole, candidates->quoting))
		return;
	g_string_append_c(line, '\t');
	if (meaning)
		text_append(line, meaning, -1);
	g_string_append_printf(candidates->out, "%s\n", line->str);
	candidates->count++;
}

void candidates_add(Candidates *candidates, const char *word, const char *meaning)
{
	if (g_str_has_prefix(word, candidates->start))
		add(candidates, word, meaning);
}

void candidates_add_any_case(Candidates *candidates, const char *word, const char *meaning)
{
	size_t typed = strlen(candidates->start);
	g_autofree char *rest = NULL, *as_typed = NULL;

	if (g_ascii_strncasecmp(word, candidates->start, typed) != 0)
		return;
	rest = strpbrk(candidates->start, LOWER_CASE) ? g_ascii_strdown(word + typed, -1) :
							g_strdup(word + typed);
	as_typed = g_strconcat(candidates->start, rest, NULL);
	add(candidates, as_typed, meaning);
}

void candidates_add_list(Candidates *candidates, const char *list)
{
	g_auto(GStrv) words = g_strsplit_set(list, " ,|[]", -1);

	for (char **word = words; *word; word++)
		if (**word && !g_ascii_isupper(**word) && strcmp(*word, "or") != 0)
			candidates_add(candidates, *word, NULL);
}

void candidates_delegate(Candidates *candidates, const char *what)
{
	g_string_append_printf(candidates->out, "\t%s\n", what);
	candidates->count++;
}
