/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The air-control protocol: one line is one request, and is answered by one line, "ok", "ok TEXT" or "error
 * TEXT". Here: how a line is cut into words, how words are read, and who carries them out. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

struct Air;

/* Who gets the reply to a request, once. */
typedef struct Answer {
	void (*give)(void *data, const char *reply); /* NULL: nobody waits */
	void *data;
} Answer;

typedef struct Request {
	struct Air *air;
	char **words;
	unsigned int n; /* of words */
	GString *reply; /* "ok" at first */
	Answer answer; /* for a late reply: copied by request_late() */
	bool late;
} Request;

typedef struct Verb {
	const char *name;
	unsigned int least, most; /* number of words, including the name */
	bool (*run)(Request *request); /* false: it failed, and the reply says why */
} Verb;

/* The requests that an air understands. */
typedef struct Language {
	struct Air *air;
	const Verb *const *verbs; /* lists, whose last verb has no name; the last list is NULL */
	bool quit; /* "quit" has been requested */
} Language;

/* Carries out a line. The reply has no line end, and may be given before this returns. */
void language_run(Language *language, const char *line, const Answer *answer);
/* The same for requests that are answered at once. Returns the reply; free with g_free. */
char *language_ask(Language *language, const char *line);
/* Plugs these radios in (NULL-terminated, or NULL). False: one failed, which is printed on standard error. */
bool language_plug(Language *language, char **addrs);

/* Gives the whole reply, and clears the answer. */
void answer_give(Answer *answer, const char *format, ...) G_GNUC_PRINTF(2, 3);
Answer *request_late(Request *request); /* the reply comes later: copy this, and give it then */

/* These return false after they have set the reply to an error. */
bool fail(Request *request, const char *format, ...) G_GNUC_PRINTF(2, 3);
bool fail_errno(Request *request, int error); /* negative errno */
bool parse_number(Request *request, const char *word, unsigned int least, unsigned int most,
		  unsigned int *ret);
bool parse_hex(Request *request, const char *word, unsigned int most, unsigned int *ret);
bool parse_addr(Request *request, const char *word, uint64_t *ret); /* 48 bits, as printed */
/* Up to max bytes in hex; "-" is none. */
bool parse_bytes(Request *request, const char *word, size_t max, uint8_t *ret, size_t *ret_len);
/* One word or the other: true for the first. */
bool parse_either(Request *request, const char *word, const char *yes, const char *no, bool *ret);

bool addr_parse(const char *text, uint64_t *ret);
void addr_format(char *ret, uint64_t addr, char separator); /* 18 bytes */
void hex_append(GString *text, const uint8_t *bytes, size_t len); /* "-" for none */
