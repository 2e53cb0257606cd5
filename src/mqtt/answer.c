/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers to commands. */
#include "mqtt/answer.h"

#include <string.h>

#include "client/text.h"

static const char *const format_words[] = {
	[VALUE_ANY] = "hex", [VALUE_HEX] = "hex", [VALUE_TEXT] = "text",
	[VALUE_U8] = "u8",   [VALUE_U16] = "u16", [VALUE_U32] = "u32",
	[VALUE_I8] = "i8",   [VALUE_I16] = "i16", [VALUE_I32] = "i32",
};

void answer_add_text(json_object *answer, const char *key, const char *text)
{
	if (text)
		json_object_object_add(answer, key, json_object_new_string(text));
}

json_object *answer_new(const Request *request)
{
	json_object *answer = json_object_new_object();
	char address[ADDR_STRING_SIZE];

	answer_add_text(answer, "command", request_kind_name(request->kind));
	answer_add_text(answer, "address",
			request->has_address ? addr_format(&request->addr, address) : NULL);
	answer_add_text(answer, "requester", *request->requester != '\0' ? request->requester : NULL);
	answer_add_text(answer, "correlation", request->correlation);
	return answer;
}

json_object *answer_failure(const Request *request, const Failure *failure)
{
	json_object *answer = answer_new(request);

	answer_add_text(answer, "error", failure->name);
	answer_add_text(answer, "message", failure->words);
	return answer;
}

json_object *answer_hex(const uint8_t *bytes, size_t length)
{
	g_autoptr(GString) text = g_string_new(NULL);

	text_append_hex(text, bytes, length);
	return json_object_new_string(text->str);
}

/* NULL: they are none. */
static json_object *integers(ValueFormat format, const uint8_t *bytes, size_t length)
{
	unsigned width = value_width(format);
	json_object *list;

	if (width == 0 || length == 0 || length % width != 0)
		return NULL;
	if (length == width)
		return json_object_new_int64(value_integer(format, bytes));
	list = json_object_new_array();
	for (size_t i = 0; i < length; i += width)
		json_object_array_add(list, json_object_new_int64(value_integer(format, bytes + i)));
	return list;
}

void answer_add_value(json_object *answer, ValueFormat format, const uint8_t *bytes, size_t length)
{
	json_object *value = integers(format, bytes, length);

	if (format == VALUE_TEXT && g_utf8_validate_len((const char *)bytes, length, NULL))
		value = json_object_new_string_len((const char *)bytes, (int)length);
	answer_add_text(answer, "format", format_words[value ? format : VALUE_HEX]);
	json_object_object_add(answer, "value", value ? value : answer_hex(bytes, length));
}
