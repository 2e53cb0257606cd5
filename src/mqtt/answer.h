/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers to commands, as JSON. Pure. */
#pragma once

#include <json-c/json.h>

#include "mqtt/failure.h"
#include "mqtt/request.h"

/* {"command","address","requester","correlation"}: what of it the command said. */
json_object *answer_new(const Request *request);
json_object *answer_failure(const Request *request, const Failure *failure);

/* Adds "format" and "value" to it: integers as numbers, several as a list. What does not fit the format is
 * told in hex. */
void answer_add_value(json_object *answer, ValueFormat format, const uint8_t *bytes, size_t length);
void answer_add_text(json_object *answer, const char *key, const char *text);	/* text: NULL: nothing */

/* In hex, two digits a byte. */
json_object *answer_hex(const uint8_t *bytes, size_t length);
