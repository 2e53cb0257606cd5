/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may stand next in a command line, a line each for the shell: the word, a tab, and what it means. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "ctl/complete/words.h"

typedef struct Candidates {
	GString *out;
	const char *head;	/* stands before each word ("--format="); NULL: nothing */
	const char *start;	/* what is typed of the word after that */
	bool bash;		/* words are quoted for bash; else as they are */
	Quoting quoting;	/* then: how the typed word is */
	unsigned count;
} Candidates;

/*
 * Adds the word, if it begins with what is typed. One that a terminal does not show as it is may be a trap,
 * and is left out. meaning: any bytes; NULL: none.
 */
void candidates_add(Candidates *candidates, const char *word, const char *meaning);
/* The same without regard to case: what is typed stays, and what follows is in lower case as that is. */
void candidates_add_any_case(Candidates *candidates, const char *word, const char *meaning);

/* Words with blanks, commas, brackets or | between them. Those in upper case only stand for something
 * ("FILE"), and are left out. */
void candidates_add_list(Candidates *candidates, const char *list);

/* Lets the shell say what comes: "files", or "command N", a command of its own that begins at word N. */
void candidates_delegate(Candidates *candidates, const char *what);
