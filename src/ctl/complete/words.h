/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words of a command line as they stand in bash, with quotes and backslashes. Nothing is ever expanded. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "util/macros.h"

/* How a word that is not finished stands. */
typedef enum Quoting {
	QUOTING_NONE,		/* special characters have backslashes */
	QUOTING_SINGLE,
	QUOTING_DOUBLE,
	QUOTING_OTHER,		/* quotes that began within the word: such words are not completed */
} Quoting;

/* What the word says, without quotes and backslashes. ret_quoting: how it ends; may be NULL. Free with
 * g_free. */
char *words_unquote(const char *word, Quoting *ret_quoting);

/* Appends text so that bash, behind what QUOTING says, takes it for text and nothing else. False: it cannot
 * be said so. */
bool words_append_quoted(GString *out, const char *text, Quoting quoting);
