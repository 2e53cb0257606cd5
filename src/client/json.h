/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes JSON (RFC 8259) on one line. Strings may be any bytes: what comes out is always valid UTF-8 and
 * ASCII-safe for terminals. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "util/macros.h"

#define JSON_DEPTH_MAX 64

typedef struct Json {
	GString *out;
	unsigned depth;
	uint64_t filled;	/* bit per depth: something stands there already, so a comma comes first */
	bool after_key;
} Json;

/* Appends to out, which must outlive json. */
void json_init(Json *json, GString *out);

void json_begin_object(Json *json);
void json_end_object(Json *json);
void json_begin_array(Json *json);
void json_end_array(Json *json);

void json_key(Json *json, const char *key);
void json_string(Json *json, const char *text, gssize length);	/* length -1: up to the NUL */
void json_hex(Json *json, const uint8_t *bytes, size_t length);
void json_int(Json *json, int64_t value);
void json_uint(Json *json, uint64_t value);
void json_double(Json *json, double value);
void json_bool(Json *json, bool value);
void json_null(Json *json);

/* Any D-Bus value: byte arrays as hex, dictionaries as objects, structures and other arrays as arrays. */
void json_variant(Json *json, GVariant *value);
/* A dictionary's entries, as members of the object that is open. */
void json_members(Json *json, GVariant *value);
