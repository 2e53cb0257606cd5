/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* One request of the air-control protocol, cut into words, and how words are read. What fails has
 * written its complaint to the reply. */

#include "radio-air.h"

#define COMMAND_LINE_MAX 2048
#define COMMAND_REPLY_MAX 2048
#define WORDS_MAX 16

typedef struct Request {
	Air *air;
	char *words[WORDS_MAX];
	size_t n_words;
	uint64_t now;
	char *reply;		/* COMMAND_REPLY_MAX */
	Promise *promise;	/* of what is to be the reply, NULL: it is there */
} Request;

typedef struct Verb {
	const char *name;
	size_t least, most;	/* words, the name among them */
	bool (*run)(Request *request);
} Verb;

/* Both return false. */
bool fail(Request *request, const char *problem, const char *what);
bool fail_errno(Request *request, const char *what, int error);

/* a radio that is plugged in, or all */
bool parse_target(Request *request, const char *word, Target *ret);
bool parse_address(Request *request, const char *word, bdaddr_t *ret);
/* public or random */
bool parse_address_type(Request *request, const char *word, uint8_t *ret);
bool parse_number(Request *request, const char *word, uint32_t least, uint32_t most, uint32_t *ret);
bool parse_hex_number(Request *request, const char *word, uint32_t most, uint32_t *ret);
/* Up to most bytes; - is none. */
bool parse_bytes(Request *request, const char *word, size_t most, uint8_t *ret, size_t *ret_length);
/* One word or the other: true for the first. */
bool parse_either(Request *request, const char *word, const char *yes, const char *no, bool *ret);
