/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AD bytes as the user types them, and what they say, structure by structure. */
#pragma once

#include <glib.h>

#include "util/error.h"
#include "util/macros.h"

/* An AD type: a number, or one of the contract's ADV_ constants. */
int resolve_parse_type(const char *text, uint8_t *ret, Reason *reason);

/* Appends a line for each structure (of that type, or any for -1) and one that says how the data ends, if not
 * cleanly. Returns how many structures. */
unsigned resolve_append(GString *out, const uint8_t *data, size_t length, int type);

/* The same as one JSON object. */
unsigned resolve_append_json(GString *out, const uint8_t *data, size_t length, int type);
