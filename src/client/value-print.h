/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of attributes, shown: as text, and as JSON. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "client/json.h"
#include "meaning/value.h"

/* Whether the bytes are text that can be shown as it is. */
bool value_print_is_text(const uint8_t *bytes, size_t length);

/* Appends the value, made safe for a terminal. False, and nothing is appended: the format is integers, and
 * the value is not a whole number of them. */
bool value_print(GString *out, ValueFormat format, const uint8_t *bytes, size_t length);

/* Writes the members "value" (hex), "text" (or null) and, for integers, "numbers" (or null) into the
 * object that is open. */
void value_print_json(Json *json, ValueFormat format, const uint8_t *bytes, size_t length);
