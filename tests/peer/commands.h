/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The requests that every air understands. */
#pragma once

#include "air.h"
#include "request.h"

extern const char commands_help[];

extern const Verb air_verbs[]; /* radios, and what is sent to them */
extern const Verb peer_verbs[];
extern const Verb attribute_verbs[]; /* of peripherals */
extern const Verb central_verbs[];

/* The address of a radio that is plugged in, or AIR_ALL. */
bool parse_target(Request *request, const char *word, uint64_t *ret);
/* "public" or "random" */
bool parse_random(Request *request, const char *word, bool *ret);
Peer *parse_peer(Request *request); /* the one that the second word names; or NULL */
Central *parse_central(Request *request);
Central *parse_idle(Request *request); /* one with a link, and no procedure under way */
/* Reads the third word. */
bool parse_handle(Request *request, uint16_t *ret);
