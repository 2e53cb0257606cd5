/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of attributes, shown: as text, and as JSON. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "client/json.h"
#include "meaning/value.h"

/* Whether the bytes are text that can be shown as it is. */
bool value_print_is_text(const uint8_t *bytes, size_t length);

/* Appends the value, fit for a terminal. Integers that the value's length does not make: false, nothing is
 * appended. */
bool value_print(GString *out, ValueFormat format, const uint8_t *bytes, size_t length);

/* The members "value" (hex), "text" (or null) and, for integers, "numbers" (or null) of the object that is
 * open. */
void value_print_json(Json *json, ValueFormat format, const uint8_t *bytes, size_t length);
