/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A JSON writer. */
#include "client/json.h"

#include <math.h>
#include <string.h>

#include "client/text.h"

void json_init(Json *json, GString *out)
{
	*json = (Json){ .out = out };
}

/* Called before each value: writes the comma that separates it from the one before. */
static void value_begins(Json *json)
{
	if (json->after_key) {
		json->after_key = false;
		return;
	}
	if (json->filled & (UINT64_C(1) << json->depth))
		g_string_append_c(json->out, ',');
	json->filled |= UINT64_C(1) << json->depth;
}

static void begin(Json *json, char bracket)
{
	value_begins(json);
	g_string_append_c(json->out, bracket);
	g_assert(json->depth + 1 < JSON_DEPTH_MAX);
	json->depth++;
	json->filled &= ~(UINT64_C(1) << json->depth);
}

static void end(Json *json, char bracket)
{
	g_assert(json->depth > 0);
	json->depth--;
	g_string_append_c(json->out, bracket);
}

void json_begin_object(Json *json)
{
	begin(json, '{');
}

void json_end_object(Json *json)
{
	end(json, '}');
}

void json_begin_array(Json *json)
{
	begin(json, '[');
}

void json_end_array(Json *json)
{
	end(json, ']');
}

static bool needs_escape(gunichar c)
{
	if (c < 0x20 || (c >= 0x7f && c < 0xa0))
		return true;
	switch (g_unichar_type(c)) {
	case G_UNICODE_FORMAT:
	case G_UNICODE_LINE_SEPARATOR:
	case G_UNICODE_PARAGRAPH_SEPARATOR:
		return true;
	default:
		return false;
	}
}

/* Appends what is more than plain text. */
static void append_careful(GString *out, const char *text, size_t length)
{
	g_autofree char *valid = g_utf8_make_valid(text, (gssize)length);

	for (const char *at = valid; *at; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);

		if (c == '"' || c == '\\')
			g_string_append_printf(out, "\\%c", (char)c);
		else if (!needs_escape(c))
			g_string_append_unichar(out, c);
		else
			text_append_escape(out, c);
	}
}

/* Stands for itself in JSON and on a terminal. */
static bool is_plain(char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static void append_quoted(GString *out, const char *text, gssize length)
{
	const size_t size = length < 0 ? strlen(text) : (size_t)length;
	size_t plain = 0;

	/* nearly all there is, and all keys: as it is */
	while (plain < size && is_plain(text[plain]))
		plain++;
	g_string_append_c(out, '"');
	if (plain > 0)	/* for length 0 text may be NULL, which GLib does not take */
		g_string_append_len(out, text, (gssize)plain);
	if (plain < size)
		append_careful(out, text + plain, size - plain);
	g_string_append_c(out, '"');
}

void json_key(Json *json, const char *key)
{
	value_begins(json);
	append_quoted(json->out, key, -1);
	g_string_append_c(json->out, ':');
	json->after_key = true;
}

void json_string(Json *json, const char *text, gssize length)
{
	value_begins(json);
	append_quoted(json->out, text, length);
}

void json_hex(Json *json, const uint8_t *bytes, size_t length)
{
	value_begins(json);
	g_string_append_c(json->out, '"');
	text_append_hex(json->out, bytes, length);
	g_string_append_c(json->out, '"');
}

/* printf() of a number costs as much as all else of a short object. */
static void append_number(GString *out, uint64_t value)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	g_string_append_len(out, digits + at, (gssize)(sizeof(digits) - at));
}

void json_int(Json *json, int64_t value)
{
	value_begins(json);
	if (value < 0)
		g_string_append_c(json->out, '-');
	append_number(json->out, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void json_uint(Json *json, uint64_t value)
{
	value_begins(json);
	append_number(json->out, value);
}

void json_double(Json *json, double value)
{
	char buffer[G_ASCII_DTOSTR_BUF_SIZE];

	value_begins(json);
	/* JSON has no infinity and no NaN; g_ascii_formatd() writes a decimal point in every locale */
	g_string_append(json->out,
			isfinite(value) ? g_ascii_formatd(buffer, sizeof(buffer), "%.10g", value) : "null");
}

void json_bool(Json *json, bool value)
{
	value_begins(json);
	g_string_append(json->out, value ? "true" : "false");
}

void json_null(Json *json)
{
	value_begins(json);
	g_string_append(json->out, "null");
}

void json_members(Json *json, GVariant *value)
{
	size_t n = g_variant_n_children(value);

	for (size_t i = 0; i < n; i++) {
		g_autoptr(GVariant) entry = g_variant_get_child_value(value, i);
		g_autoptr(GVariant) key = g_variant_get_child_value(entry, 0);
		g_autoptr(GVariant) item = g_variant_get_child_value(entry, 1);
		g_autofree char *printed = NULL;

		if (g_variant_is_of_type(key, G_VARIANT_TYPE_STRING) ||
		    g_variant_is_of_type(key, G_VARIANT_TYPE_OBJECT_PATH))
			printed = g_variant_dup_string(key, NULL);
		else
			printed = g_variant_print(key, FALSE);
		json_key(json, printed);
		json_variant(json, item);
	}
}

static void variant_dictionary(Json *json, GVariant *value)
{
	json_begin_object(json);
	json_members(json, value);
	json_end_object(json);
}

static void variant_container(Json *json, GVariant *value)
{
	size_t n = g_variant_n_children(value);

	json_begin_array(json);
	for (size_t i = 0; i < n; i++) {
		g_autoptr(GVariant) item = g_variant_get_child_value(value, i);

		json_variant(json, item);
	}
	json_end_array(json);
}

static void variant_array(Json *json, GVariant *value)
{
	if (g_variant_is_of_type(value, G_VARIANT_TYPE_BYTESTRING)) {
		size_t length;
		const uint8_t *bytes = g_variant_get_fixed_array(value, &length, 1);

		json_hex(json, bytes, length);
	} else if (g_variant_is_of_type(value, G_VARIANT_TYPE_DICTIONARY)) {
		variant_dictionary(json, value);
	} else {
		variant_container(json, value);
	}
}

void json_variant(Json *json, GVariant *value)
{
	switch (g_variant_classify(value)) {
	case G_VARIANT_CLASS_BOOLEAN:
		json_bool(json, g_variant_get_boolean(value));
		break;
	case G_VARIANT_CLASS_BYTE:
		json_uint(json, g_variant_get_byte(value));
		break;
	case G_VARIANT_CLASS_INT16:
		json_int(json, g_variant_get_int16(value));
		break;
	case G_VARIANT_CLASS_UINT16:
		json_uint(json, g_variant_get_uint16(value));
		break;
	case G_VARIANT_CLASS_INT32:
		json_int(json, g_variant_get_int32(value));
		break;
	case G_VARIANT_CLASS_UINT32:
		json_uint(json, g_variant_get_uint32(value));
		break;
	case G_VARIANT_CLASS_INT64:
		json_int(json, g_variant_get_int64(value));
		break;
	case G_VARIANT_CLASS_UINT64:
		json_uint(json, g_variant_get_uint64(value));
		break;
	case G_VARIANT_CLASS_DOUBLE:
		json_double(json, g_variant_get_double(value));
		break;
	case G_VARIANT_CLASS_STRING:
	case G_VARIANT_CLASS_OBJECT_PATH:
	case G_VARIANT_CLASS_SIGNATURE:
		json_string(json, g_variant_get_string(value, NULL), -1);
		break;
	case G_VARIANT_CLASS_HANDLE:
		json_int(json, g_variant_get_handle(value));
		break;
	case G_VARIANT_CLASS_VARIANT: {
		g_autoptr(GVariant) inner = g_variant_get_variant(value);

		json_variant(json, inner);
		break;
	}
	case G_VARIANT_CLASS_ARRAY:
		variant_array(json, value);
		break;
	case G_VARIANT_CLASS_TUPLE:
		variant_container(json, value);
		break;
	default:
		json_null(json);
	}
}
