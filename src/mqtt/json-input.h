/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON that strangers wrote: what is read of it, and what is refused. Pure. */
#pragma once

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"

#define JSON_INPUT_MAX 16384	/* bytes of a text */

/* Reads one object, whose values are scalars or lists of scalars. E_INVALID_ARGUMENTS: it is longer, deeper,
 * not UTF-8 or not JSON to the letter, has a NUL, or a key twice. *ret is let go of by json_object_put(). */
int json_input_parse(const void *text, size_t length, json_object **ret, Reason *reason);

/* Says that the value of key is not what is allowed ("a number of seconds (1 to 300)"). Returns
 * E_INVALID_ARGUMENTS. */
int json_input_refuse(const char *key, json_object *value, const char *allowed, Reason *reason);

/* A string of min to max bytes, without NUL: NULL for anything else. Lives as long as value. */
const char *json_input_text(json_object *value, size_t min, size_t max);
/* A whole number from min to max. False for anything else. */
bool json_input_number(json_object *value, int64_t min, int64_t max, int64_t *ret);
