/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the radio can be asked for by air control. */

#include "radio-air.h"
#include "request.h"

extern const char commands_help[];
extern const Verb *const verbs[]; /* all of them */

/* A radio that is plugged in, or all. */
bool parse_target(Request *request, const char *word, Target *ret);
bool parse_address(Request *request, const char *word, bdaddr_t *ret);
/* public or random */
bool parse_address_type(Request *request, const char *word, uint8_t *ret);
