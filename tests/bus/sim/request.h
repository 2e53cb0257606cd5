/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One request of the air-control protocol while it is carried out: its words, its reply. The parsers
 * return false when they have set an error as the reply. */
#pragma once

#include "commands.h"

typedef struct Request {
	Sim *sim;
	char **words;
	unsigned int n;
	char *reply; /* NULL: ok */
	Answer answer; /* for who is late with the reply */
	bool late; /* the answer has it, now or later */
} Request;

typedef struct Verb {
	const char *name;
	unsigned int least, most; /* words, the name among them */
	void (*run)(Request *request);
} Verb;

/* Those that are about peripherals; the last one has no name. */
extern const Verb peer_verbs[];
extern const Verb central_verbs[]; /* about centrals, and what is on air */

bool fail(Request *request, const char *format, ...) G_GNUC_PRINTF(2, 3); /* returns false */
bool parse_number(Request *request, const char *word, unsigned int least, unsigned int most,
		  unsigned int *ret);
bool parse_hex(Request *request, const char *word, unsigned int most, unsigned int *ret);
bool parse_addr(Request *request, const char *word, uint64_t *ret);
bool parse_target(Request *request, const char *word, uint64_t *ret);
bool parse_bytes(Request *request, const char *word, size_t max, uint8_t *ret, size_t *ret_len);
bool parse_either(Request *request, const char *word, const char *yes, const char *no, bool *ret);
