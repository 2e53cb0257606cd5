/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of attributes, shown: as text, and as JSON. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "client/json.h"
#include "meaning/uuid.h"
#include "meaning/value.h"

/* Whether the bytes are text that can be shown as it is. */
bool value_print_is_text(const uint8_t *bytes, size_t length);

/*
 * Appends the value, made safe for a terminal. uuid: of the attribute, or NULL. With VALUE_ANY, what the
 * Bluetooth SIG says that such a value means stands behind it in parentheses, or after ! why it is none; an
 * empty one means nothing. False, and nothing is appended: the format is integers, and the value is not a
 * whole number of them.
 */
bool value_print(GString *out, ValueFormat format, const Uuid *uuid, const uint8_t *bytes, size_t length);

/* Appends only what would stand behind the bytes there: nothing, a text in quotes, or a blank and more. */
void value_print_meaning(GString *out, const Uuid *uuid, const uint8_t *bytes, size_t length);

/*
 * Writes the members "value" (hex), "text" (or null) and, for integers, "numbers" (or null) into the object
 * that is open. With VALUE_ANY also "decoded": an object with what the value means, by the SIG's fields, or
 * null; then "units" of its members, where they have one; or "malformed": why it is none of that attribute.
 */
void value_print_json(Json *json, ValueFormat format, const Uuid *uuid, const uint8_t *bytes,
		      size_t length);
