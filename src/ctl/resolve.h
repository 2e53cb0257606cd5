/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AD bytes that the user typed, and what they say, structure by structure. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "util/macros.h"

/* Appends a line for each structure of that type (-1: all), and one that says how the data ends if it does
 * not end cleanly. Returns the number of structures. */
unsigned resolve_append(GString *out, const uint8_t *data, size_t length, int type);

/* The same as one JSON object. */
unsigned resolve_append_json(GString *out, const uint8_t *data, size_t length, int type);
