/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Facts, for people as words on a line, or for programs as members of a JSON object. The caller gives both
 * forms, and the writer uses the one that it is for.
 *
 * words: printf format for the one value; NULL: people do not see it. key: the member's name; NULL: no name,
 * as for an element of an array.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "client/json.h"
#include "meaning/uuid.h"
#include "util/macros.h"

/* Exactly one of the two is set. */
typedef struct FactWriter {
	GString *text;
	Json *json;
} FactWriter;

/* A line for people, or an object on a line for programs. */
typedef struct FactLine {
	FactWriter writer;
	Json json;
} FactLine;

/* Begins a line that is appended to out, as JSON or as words. Returns its writer. */
const FactWriter *fact_line_begin(FactLine *line, GString *out, bool json);
void fact_line_end(FactLine *line, GString *out);

void fact_int(const FactWriter *writer, const char *key, const char *words, long long value);
void fact_double(const FactWriter *writer, const char *key, const char *words, double value);
/* words of fact_bool() and fact_null(): the text itself, no format */
void fact_bool(const FactWriter *writer, const char *key, const char *words, bool value);
void fact_null(const FactWriter *writer, const char *key, const char *words);

/* text: any bytes, made safe for a terminal; length -1: up to the NUL. */
void fact_string(const FactWriter *writer, const char *key, const char *words, const char *text,
		 gssize length);

/* The same for a name that may be unknown: NULL writes nothing. */
void fact_name(const FactWriter *writer, const char *key, const char *words, const char *name);

/* The time, for programs as "time". */
void fact_now(const FactWriter *writer);

/* The bytes as hex. */
void fact_bytes(const FactWriter *writer, const char *key, const char *words, const uint8_t *bytes,
		size_t length);

/* For people in the shortest form, for programs in all 36 characters. */
void fact_uuid(const FactWriter *writer, const char *key, const char *words, const Uuid *uuid);

/* For people only. */
void fact_words(const FactWriter *writer, const char *format, ...) PRINTF_LIKE(2, 3);

/* For programs only. */
void fact_begin_object(const FactWriter *writer, const char *key);
void fact_end_object(const FactWriter *writer);
void fact_begin_array(const FactWriter *writer, const char *key);
void fact_end_array(const FactWriter *writer);
