/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words of a command line as they stand in bash. */
#include "ctl/complete/words.h"

#include <string.h>

char *words_unquote(const char *word, Quoting *ret_quoting)
{
	GString *out = g_string_new(NULL);
	Quoting quoting = QUOTING_NONE;
	const char *at = word;
	char quote = '\0';

	if (*at == '\'' || *at == '"') {
		quoting = *at == '"' ? QUOTING_DOUBLE : QUOTING_SINGLE;
		quote = *at++;
	}
	for (; *at; at++) {
		if (*at == quote) {
			quote = '\0';
			quoting = QUOTING_OTHER;
		} else if (!quote && (*at == '\'' || *at == '"')) {
			quote = *at;
			quoting = QUOTING_OTHER;
		} else if (*at == '\\' && quote != '\'' && at[1] &&
			   (!quote || strchr("\\\"$`", at[1]))) {
			g_string_append_c(out, *++at);
		} else {
			g_string_append_c(out, *at);
		}
	}
	if (ret_quoting)
		*ret_quoting = quoting;
	return g_string_free(out, FALSE);
}

static bool is_plain(char c)
{
	return g_ascii_isalnum(c) || (c & 0x80) || strchr("_./:=@%+,-", c);
}

bool words_append_quoted(GString *out, const char *text, Quoting quoting)
{
	/* no backslash takes history expansion out of double quotes, but it stays there itself */
	if (quoting == QUOTING_OTHER || (quoting == QUOTING_DOUBLE && strchr(text, '!')))
		return false;
	for (; *text; text++) {
		if (quoting == QUOTING_SINGLE && *text == '\'') {
			g_string_append(out, "'\\''");
			continue;
		}
		if (quoting == QUOTING_NONE ? !is_plain(*text) :
					      quoting == QUOTING_DOUBLE && strchr("\\\"$`", *text))
			g_string_append_c(out, '\\');
		g_string_append_c(out, *text);
	}
	return true;
}
