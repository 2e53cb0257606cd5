/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Facts, told to people in words on a line, or to programs as members of a JSON object: who tells them says
 * both, and the writer takes what is for it.
 *
 * words: printf format for the one value; NULL: not for people. key: of the member; NULL: an element of the
 * array, or the object, that is open.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "client/json.h"
#include "meaning/uuid.h"
#include "util/macros.h"

/* One of them is there. */
typedef struct FactWriter {
	GString *text;
	Json *json;
} FactWriter;

/* A line for people, or an object on a line for programs. */
typedef struct FactLine {
	FactWriter writer;
	Json json;
} FactLine;

/* Begins it, appending to out. Returns the writer. */
const FactWriter *fact_line_begin(FactLine *line, GString *out, bool json);
void fact_line_end(FactLine *line, GString *out);

void fact_int(const FactWriter *writer, const char *key, const char *words, long long value);
void fact_double(const FactWriter *writer, const char *key, const char *words, double value);
/* words: without the value; so is that of the next */
void fact_bool(const FactWriter *writer, const char *key, const char *words, bool value);
void fact_null(const FactWriter *writer, const char *key, const char *words);

/* Any bytes, made fit for a terminal; length -1: up to the NUL. */
void fact_string(const FactWriter *writer, const char *key, const char *words, const char *text,
		 gssize length);

/* The same of a name that may not be known: nothing is told of NULL. */
void fact_name(const FactWriter *writer, const char *key, const char *words, const char *name);

/* In hex. */
void fact_bytes(const FactWriter *writer, const char *key, const char *words, const uint8_t *bytes,
		size_t length);

/* To people as short as it can be said. */
void fact_uuid(const FactWriter *writer, const char *key, const char *words, const Uuid *uuid);

/* For people only. */
void fact_words(const FactWriter *writer, const char *format, ...) PRINTF_LIKE(2, 3);

/* For programs only. */
void fact_begin_object(const FactWriter *writer, const char *key);
void fact_end_object(const FactWriter *writer);
void fact_begin_array(const FactWriter *writer, const char *key);
void fact_end_array(const FactWriter *writer);
