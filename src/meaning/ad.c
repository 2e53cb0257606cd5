/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walking and building AD structures. */
#include "meaning/ad.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

void ad_iter_init(AdIter *iter, const uint8_t *data, size_t length)
{
	iter->at = data;
	iter->end = length > 0 ? data + length : data;
}

bool ad_iter_next(AdIter *iter, AdField *ret)
{
	size_t left = (size_t)(iter->end - iter->at);
	uint8_t length;		/* of the type byte and the data */

	if (left == 0)
		return false;

	length = iter->at[0];
	if (length == 0 || length > left - 1)
		return false;

	ret->type = iter->at[1];
	ret->length = (uint8_t)(length - 1);
	ret->data = iter->at + 2;
	iter->at += (size_t)length + 1;
	return true;
}

bool ad_field_name(AdField *field)
{
	if (field->type != AD_NAME && field->type != AD_NAME_SHORT)
		return false;
	field->length = (uint8_t)strnlen((const char *)field->data, field->length);
	return field->length > 0;
}

bool ad_find_name(const uint8_t *data, size_t length, AdField *ret)
{
	AdField field, shortened = { 0 };
	AdIter iter;

	ad_iter_init(&iter, data, length);
	while (ad_iter_next(&iter, &field)) {
		if (!ad_field_name(&field))
			continue;
		if (field.type == AD_NAME) {
			*ret = field;
			return true;
		}
		if (shortened.length == 0)
			shortened = field;
	}
	if (shortened.length > 0)
		*ret = shortened;
	return shortened.length > 0;
}

/* Characters that Unicode promises never to assign. Valid UTF-8 for GLib and bluetoothd, not for sd-bus. */
static bool is_noncharacter(gunichar c)
{
	return (c >= 0xfdd0 && c <= 0xfdef) || (c & 0xfffe) == 0xfffe;
}

bool ad_name_is_text(const uint8_t *bytes, size_t length)
{
	const char *at = (const char *)bytes, *end = at + length;

	if (!g_utf8_validate_len(at, length, NULL))
		return false;
	for (; at < end; at = g_utf8_next_char(at))
		if (is_noncharacter(g_utf8_get_char(at)))
			return false;
	return true;
}

char *ad_name_text(const uint8_t *bytes, size_t length)
{
	char *valid = g_utf8_make_valid((const char *)bytes, (gssize)strnlen((const char *)bytes, length));
	GString *text;

	if (ad_name_is_text((const uint8_t *)valid, strlen(valid)))
		return valid;
	text = g_string_new(NULL);
	for (const char *at = valid; *at; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);

		g_string_append_unichar(text, is_noncharacter(c) ? 0xfffd : c);
	}
	g_free(valid);
	return g_string_free(text, FALSE);
}

void ad_replace_noncharacters(char *text)
{
	for (char *at = text; *at; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char_validated(at, -1);

		if (c >= (gunichar)-2)
			return;
		if (is_noncharacter(c))
			g_unichar_to_utf8((c & ~0xffffu) | 0xfffd, at);
	}
}

bool ad_find_tx_power(const uint8_t *data, size_t length, int8_t *ret)
{
	AdField field;
	AdIter iter;

	ad_iter_init(&iter, data, length);
	while (ad_iter_next(&iter, &field)) {
		if (field.type == AD_TX_POWER && field.length >= 1) {
			*ret = (int8_t)field.data[0];
			return true;
		}
	}
	return false;
}

size_t ad_list_width(uint8_t type)
{
	switch (type) {
	case AD_UUID16_PART:
	case AD_UUID16:
	case AD_SOLICIT16:
		return 2;
	case AD_UUID32_PART:
	case AD_UUID32:
	case AD_SOLICIT32:
		return 4;
	case AD_UUID128_PART:
	case AD_UUID128:
	case AD_SOLICIT128:
		return 16;
	default:
		return 0;
	}
}

bool ad_field_next_uuid(const AdField *field, size_t *position, Uuid *ret)
{
	bool is_list = true;
	size_t width;

	switch (field->type) {
	case AD_SERVICE_DATA16:
		is_list = false;
		/* fall through */
	case AD_UUID16_PART:
	case AD_UUID16:
		width = 2;
		break;
	case AD_SERVICE_DATA32:
		is_list = false;
		/* fall through */
	case AD_UUID32_PART:
	case AD_UUID32:
		width = 4;
		break;
	case AD_SERVICE_DATA128:
		is_list = false;
		/* fall through */
	case AD_UUID128_PART:
	case AD_UUID128:
		width = 16;
		break;
	default:
		return false;
	}

	/* What follows the last whole UUID of a list is ignored, as any malformed tail. */
	if ((!is_list && *position > 0) || *position >= field->length || field->length - *position < width)
		return false;
	if (uuid_from_air(field->data + *position, width, ret) < 0)
		return false;
	*position += width;
	return true;
}

void ad_builder_init(AdBuilder *builder)
{
	builder->length = 0;
}

int ad_builder_add(AdBuilder *builder, uint8_t type, const void *head, size_t head_length, const void *tail,
		   size_t tail_length)
{
	uint8_t *at = builder->data + builder->length;

	if (head_length > AD_FIELD_MAX || tail_length > AD_FIELD_MAX - head_length)
		return -EMSGSIZE;
	if (2 + head_length + tail_length > sizeof(builder->data) - builder->length)
		return -EMSGSIZE;

	*at++ = (uint8_t)(1 + head_length + tail_length);
	*at++ = type;
	if (head_length > 0)
		memcpy(at, head, head_length);
	if (tail_length > 0)
		memcpy(at + head_length, tail, tail_length);
	builder->length += 2 + head_length + tail_length;
	return 0;
}
