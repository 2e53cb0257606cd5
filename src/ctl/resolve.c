/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AD bytes as the user types them, and what they say. */
#include "ctl/resolve.h"

#include "client/describe.h"
#include "client/text.h"
#include "meaning/constants.h"
#include "meaning/names.h"
#include "meaning/number.h"

int resolve_parse_type(const char *text, uint8_t *ret, Reason *reason)
{
	int64_t number;

	if (number_parse(text, 0, UINT8_MAX, &number)) {
		*ret = (uint8_t)number;
		return 0;
	}
	for (const Constant *constant = constants; constant->name; constant++)
		if (g_str_has_prefix(constant->name, "ADV_") && g_ascii_strcasecmp(constant->name, text) == 0 &&
		    name_of_ad_type((uint8_t)constant->value) && !g_str_has_prefix(constant->name, "ADV_TYPE_") &&
		    !g_str_has_prefix(constant->name, "ADV_CHNL_") && !g_str_has_prefix(constant->name, "ADV_FILTER_")) {
			*ret = (uint8_t)constant->value;
			return 0;
		}
	return reason_set(reason, E_INVALID_ARGUMENTS,
			  "\"%.40s\" is not an AD type: 0 to 255, 0x00 to 0xff, or a name such as ADV_NAME_CMPL "
			  "(bluebrokerctl constants lists them)", text);
}

static void append_end(GString *out, const DecodeEnd *end, size_t length)
{
	switch (end->kind) {
	case END_CLEAN:
		break;
	case END_PADDING:
		g_string_append_printf(out, "at byte %zu: %zu zero bytes of padding\n", end->offset,
				       length - end->offset);
		break;
	case END_TERMINATED:
		g_string_append_printf(out, "at byte %zu: a zero length ends the data; %zu bytes after it are ignored\n",
				       end->offset, length - end->offset - 1);
		break;
	case END_TRUNCATED:
		g_string_append_printf(out, "at byte %zu: malformed tail: its length byte says %u, bytes left: %zu\n",
				       end->offset, end->claimed, end->left);
		break;
	}
}

unsigned resolve_append(GString *out, const uint8_t *data, size_t length, int type)
{
	DecodeEnd end = decode_end(data, length);
	unsigned found = 0;
	AdField field;
	AdIter iter;

	ad_iter_init(&iter, data, length);
	while (ad_iter_next(&iter, &field)) {
		const char *name = name_of_ad_type(field.type);
		Decoded decoded;

		if (type >= 0 && field.type != type)
			continue;
		found++;
		decode_field(&field, &decoded);
		g_string_append_printf(out, "0x%02x %-26s ", field.type, name ? name : "(unknown type)");
		describe_field(out, &decoded);
		g_string_append_c(out, '\n');
	}
	append_end(out, &end, length);
	return found;
}

static void append_end_json(Json *json, const DecodeEnd *end, size_t length)
{
	static const char *const kinds[] = {
		[END_CLEAN] = "clean",
		[END_PADDING] = "padding",
		[END_TERMINATED] = "terminated",
		[END_TRUNCATED] = "truncated",
	};

	json_key(json, "length");
	json_uint(json, length);
	json_key(json, "end");
	json_string(json, kinds[end->kind], -1);
	if (end->kind != END_CLEAN) {
		json_key(json, "end_offset");
		json_uint(json, end->offset);
	}
}

unsigned resolve_append_json(GString *out, const uint8_t *data, size_t length, int type)
{
	DecodeEnd end = decode_end(data, length);
	unsigned found = 0;
	AdField field;
	AdIter iter;
	Json json;

	json_init(&json, out);
	json_begin_object(&json);
	json_key(&json, "fields");
	json_begin_array(&json);
	ad_iter_init(&iter, data, length);
	while (ad_iter_next(&iter, &field)) {
		Decoded decoded;

		if (type >= 0 && field.type != type)
			continue;
		found++;
		decode_field(&field, &decoded);
		describe_field_json(&json, &decoded);
	}
	json_end_array(&json);
	append_end_json(&json, &end, length);
	json_end_object(&json);
	g_string_append_c(out, '\n');
	return found;
}
