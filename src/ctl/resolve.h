/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AD bytes that the user typed, and what they say, structure by structure. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "meaning/constants.h"
#include "util/error.h"
#include "util/macros.h"

/* Reads an AD type: a number, or one of the contract's ADV_ constants. 0, or E_INVALID_ARGUMENTS and
 * reason. */
int resolve_parse_type(const char *text, uint8_t *ret, Reason *reason);

/* Whether the constant is the name of an AD type. */
bool resolve_is_type(const Constant *constant);

/* Appends a line for each structure of that type (-1: all), and one that says how the data ends if it does
 * not end cleanly. Returns the number of structures. */
unsigned resolve_append(GString *out, const uint8_t *data, size_t length, int type);

/* The same as one JSON object. */
unsigned resolve_append_json(GString *out, const uint8_t *data, size_t length, int type);
