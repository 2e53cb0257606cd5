/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing facts: as words, or as JSON. */
#include "client/fact.h"

#include <stdarg.h>

#include "client/boottime.h"
#include "client/text.h"

const FactWriter *fact_line_begin(FactLine *line, GString *out, bool json)
{
	*line = (FactLine){ 0 };
	json_init(&line->json, out);
	if (json)
		line->writer.json = &line->json;
	else
		line->writer.text = out;
	fact_begin_object(&line->writer, NULL);
	return &line->writer;
}

void fact_line_end(FactLine *line, GString *out)
{
	fact_end_object(&line->writer);
	g_string_append_c(out, '\n');
}

/* Writes the key, if there is one. Returns where to write the value as JSON; NULL: this writer is for
 * people. */
static Json *at_key(const FactWriter *writer, const char *key)
{
	if (writer->json && key)
		json_key(writer->json, key);
	return writer->json;
}

void fact_int(const FactWriter *writer, const char *key, const char *words, long long value)
{
	Json *json = at_key(writer, key);

	if (json)
		json_int(json, value);
	else if (words)
		g_string_append_printf(writer->text, words, value);
}

void fact_double(const FactWriter *writer, const char *key, const char *words, double value)
{
	Json *json = at_key(writer, key);

	if (json)
		json_double(json, value);
	else if (words)
		g_string_append_printf(writer->text, words, value);
}

void fact_bool(const FactWriter *writer, const char *key, const char *words, bool value)
{
	Json *json = at_key(writer, key);

	if (json)
		json_bool(json, value);
	else if (words)
		g_string_append(writer->text, words);
}

void fact_null(const FactWriter *writer, const char *key, const char *words)
{
	Json *json = at_key(writer, key);

	if (json)
		json_null(json);
	else if (words)
		g_string_append(writer->text, words);
}

void fact_string(const FactWriter *writer, const char *key, const char *words, const char *text,
		 gssize length)
{
	Json *json = at_key(writer, key);

	if (json) {
		json_string(json, text, length);
	} else if (words) {
		g_autofree char *clean = text_clean(text, length);

		g_string_append_printf(writer->text, words, clean);
	}
}

void fact_name(const FactWriter *writer, const char *key, const char *words, const char *name)
{
	if (name)
		fact_string(writer, key, words, name, -1);
}

void fact_now(const FactWriter *writer)
{
	int64_t wall_offset = boottime_to_wall();
	uint64_t now = boottime_now();
	g_autofree char *utc = boottime_format_utc(now, wall_offset);

	fact_string(writer, "time", NULL, utc, -1);
	if (writer->text)
		boottime_append_local(writer->text, now, wall_offset);
}

void fact_bytes(const FactWriter *writer, const char *key, const char *words, const uint8_t *bytes,
		size_t length)
{
	Json *json = at_key(writer, key);

	if (json) {
		json_hex(json, bytes, length);
	} else if (words) {
		g_autoptr(GString) hex = g_string_new(NULL);

		text_append_hex(hex, bytes, length);
		g_string_append_printf(writer->text, words, hex->str);
	}
}

void fact_uuid(const FactWriter *writer, const char *key, const char *words, const Uuid *uuid)
{
	Json *json = at_key(writer, key);
	char buffer[UUID_STRING_SIZE];
	uint32_t number;

	uuid_format(uuid, buffer);
	if (json) {
		json_string(json, buffer, -1);
	} else if (words) {
		g_autofree char *brief =
			uuid_short(uuid, &number) ? g_strdup_printf("0x%04x", number) : g_strdup(buffer);

		g_string_append_printf(writer->text, words, brief);
	}
}

void fact_words(const FactWriter *writer, const char *format, ...)
{
	va_list args;

	if (!writer->text)
		return;
	va_start(args, format);
	g_string_append_vprintf(writer->text, format, args);
	va_end(args);
}

void fact_begin_object(const FactWriter *writer, const char *key)
{
	Json *json = at_key(writer, key);

	if (json)
		json_begin_object(json);
}

void fact_end_object(const FactWriter *writer)
{
	if (writer->json)
		json_end_object(writer->json);
}

void fact_begin_array(const FactWriter *writer, const char *key)
{
	Json *json = at_key(writer, key);

	if (json)
		json_begin_array(json);
}

void fact_end_array(const FactWriter *writer)
{
	if (writer->json)
		json_end_array(writer->json);
}
