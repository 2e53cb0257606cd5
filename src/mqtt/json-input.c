/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON that strangers wrote. json-c reads it; what json-c lets pass is refused here. */
#include "mqtt/json-input.h"

#include <glib.h>
#include <string.h>

#include "client/text.h"
#include "util/siphash.h"

#define DEPTH_MAX 4	/* as json-c counts: an object, a list in it, a scalar in that */

/* The end of the string that begins at text[at], which is a '"': the index of its other one. */
static size_t string_end(const char *text, size_t at)
{
	for (at++; text[at] != '"'; at++)
		at += text[at] == '\\';
	return at;
}

/* The name of a key stands in the message; one with an escape in it would be another name for one that is
 * known. */
static int check_key(const char *key, size_t length, GHashTable *seen, Reason *reason)
{
	g_autofree char *name = g_strndup(key, length);

	if (strchr(name, '\\'))
		return reason_set(reason, E_INVALID_ARGUMENTS, "\"%.60s\" is no key that is known", name);
	if (g_hash_table_contains(seen, name))
		return reason_set(reason, E_INVALID_ARGUMENTS, "%.60s: is there twice", name);
	g_hash_table_add(seen, g_steal_pointer(&name));
	return 0;
}

/* Looks for keys that are there twice: json-c keeps the last one, and says nothing. text: an object that
 * json-c has read. */
static int check_keys(const char *text, size_t length, Reason *reason)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(siphash_string, g_str_equal, g_free, NULL);
	unsigned depth = 0;
	bool expected = false;	/* whether the next string is a key */
	int r = 0;

	for (size_t i = 0; i < length && r == 0; i++) {
		size_t begin = i + 1;

		switch (text[i]) {
		case '{':
		case '[':
			depth++;
			expected = depth == 1;
			break;
		case '}':
		case ']':
			depth--;
			break;
		case ',':
			expected = depth == 1;
			break;
		case '"':
			i = string_end(text, i);
			if (expected)
				r = check_key(text + begin, i - begin, seen, reason);
			expected = false;
			break;
		default:
			break;
		}
	}
	return r;
}

/* Writes all above ASCII as escapes: json-c 0.18 takes its bytes for control characters. text: UTF-8. Free
 * with g_free. */
static char *to_ascii(const char *text, size_t length)
{
	GString *ascii = g_string_sized_new(length);
	bool escaped = false;	/* by a backslash: what is no escape must not become one */

	for (const char *at = text; at < text + length; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);

		if (c < 0x80 || escaped)
			g_string_append_unichar(ascii, c);
		else
			text_append_escape(ascii, c);
		escaped = c == '\\' && !escaped;
	}
	return g_string_free(ascii, FALSE);
}

static int parse(json_tokener *tokener, const char *text, size_t length, json_object **ret, Reason *reason)
{
	g_autofree char *ascii = to_ascii(text, length);
	json_object *object;
	int r;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	object = json_tokener_parse_ex(tokener, ascii, (int)strlen(ascii));
	if (json_tokener_get_error(tokener) != json_tokener_success) {
		json_object_put(object);
		return reason_set(reason, E_INVALID_ARGUMENTS, "the payload is not JSON: %s at byte %zu",
				  json_tokener_get_error(tokener) == json_tokener_continue
					  ? "it ends too early"
					  : json_tokener_error_desc(json_tokener_get_error(tokener)),
				  json_tokener_get_parse_end(tokener));
	}
	if (!json_object_is_type(object, json_type_object)) {
		json_object_put(object);
		return reason_set(reason, E_INVALID_ARGUMENTS, "the payload is not an object");
	}
	r = check_keys(text, length, reason);
	if (r != 0)
		json_object_put(object);
	else
		*ret = object;
	return r;
}

int json_input_parse(const void *text, size_t length, json_object **ret, Reason *reason)
{
	json_tokener *tokener;
	int r;

	if (length > JSON_INPUT_MAX)
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "the payload has %zu bytes; at most %d are read", length, JSON_INPUT_MAX);
	if (length == 0 || memchr(text, '\0', length) || !g_utf8_validate_len(text, length, NULL))
		return reason_set(reason, E_INVALID_ARGUMENTS, "the payload is not text in UTF-8");
	tokener = json_tokener_new_ex(DEPTH_MAX);
	r = parse(tokener, text, length, ret, reason);
	json_tokener_free(tokener);
	return r;
}

int json_input_refuse(const char *key, json_object *value, const char *allowed, Reason *reason)
{
	return reason_set(reason, E_INVALID_ARGUMENTS, "%s: %.60s is not %s", key,
			  json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN |
									JSON_C_TO_STRING_NOSLASHESCAPE),
			  allowed);
}

const char *json_input_text(json_object *value, size_t min, size_t max)
{
	const char *text;
	size_t length;

	if (!json_object_is_type(value, json_type_string))
		return NULL;
	text = json_object_get_string(value);
	length = (size_t)json_object_get_string_len(value);
	return length >= min && length <= max && strlen(text) == length ? text : NULL;
}

bool json_input_number(json_object *value, int64_t min, int64_t max, int64_t *ret)
{
	int64_t number;

	if (!json_object_is_type(value, json_type_int))
		return false;
	number = json_object_get_int64(value);
	if (number < min || number > max)
		return false;
	*ret = number;
	return true;
}
