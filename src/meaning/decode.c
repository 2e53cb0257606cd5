/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AD structures taken apart (Core Specification Supplement, Part A). Numbers in them are little-endian. */
#include "meaning/decode.h"

#include <glib.h>

enum {
	TYPE_CONN_INTERVALS = 0x12,
	TYPE_URI = 0x24,
	TYPE_INTERVAL_LONG = 0x2f,
	TYPE_BROADCAST_NAME = 0x30,
};

static uint32_t le(const uint8_t *at, size_t length)
{
	uint32_t value = 0;

	while (length-- > 0)
		value = value << 8 | at[length];
	return value;
}

bool decode_next_uuid(const Decoded *decoded, size_t *position, Uuid *ret)
{
	size_t width = ad_list_width(decoded->field.type);

	if (width == 0 || decoded->field.length < width || *position > decoded->field.length - width)
		return false;
	uuid_from_air(decoded->field.data + *position, width, ret);
	*position += width;
	return true;
}

static void set_rest(Decoded *ret, size_t skipped)
{
	ret->rest = ret->field.data + skipped;
	ret->rest_length = ret->field.length - skipped;
}

/* Decodes a structure that is one number of min to max bytes and nothing else. */
static void decode_number(Decoded *ret, DecodedKind kind, size_t min, size_t max)
{
	if (ret->field.length < min || ret->field.length > max) {
		ret->malformed = true;
		return;
	}
	ret->number = le(ret->field.data, ret->field.length);
	ret->kind = kind;
}

static void decode_name(Decoded *ret)
{
	ret->kind = DECODED_NAME;
	set_rest(ret, 0);
	ret->rest_length = strnlen((const char *)ret->rest, ret->rest_length);
}

static void decode_flags(Decoded *ret)
{
	if (ret->field.length == 0) {
		ret->malformed = true;
		return;
	}
	ret->number = ret->field.data[0];
	ret->kind = DECODED_FLAGS;
}

static void decode_tx_power(Decoded *ret)
{
	if (ret->field.length != 1) {
		ret->malformed = true;
		return;
	}
	ret->dbm = (int8_t)ret->field.data[0];
	ret->kind = DECODED_TX_POWER;
}

static void decode_conn_intervals(Decoded *ret)
{
	if (ret->field.length != 4) {
		ret->malformed = true;
		return;
	}
	ret->number = le(ret->field.data, 2);
	ret->number2 = le(ret->field.data + 2, 2);
	ret->kind = DECODED_CONN_INTERVALS;
}

/* The scheme is one UTF-8 encoded code point of the SIG's table. */
static void decode_uri(Decoded *ret)
{
	const char *text = (const char *)ret->field.data;
	gunichar scheme =
		ret->field.length > 0 ? g_utf8_get_char_validated(text, ret->field.length) : (gunichar)-1;

	if (scheme == (gunichar)-1 || scheme == (gunichar)-2 || scheme == 0) {
		ret->malformed = true;
		return;
	}
	ret->number = scheme;
	ret->kind = DECODED_URI;
	set_rest(ret, (size_t)(g_utf8_next_char(text) - text));
}

static void decode_service_data(Decoded *ret, size_t width)
{
	if (ret->field.length < width) {
		ret->malformed = true;
		return;
	}
	uuid_from_air(ret->field.data, width, &ret->uuid);
	ret->kind = DECODED_SERVICE_DATA;
	set_rest(ret, width);
	beacon_from_service(&ret->uuid, ret->rest, ret->rest_length, &ret->beacon);
}

static void decode_manufacturer(Decoded *ret)
{
	if (ret->field.length < 2) {
		ret->malformed = true;
		return;
	}
	ret->number = le(ret->field.data, 2);
	ret->kind = DECODED_MANUFACTURER;
	set_rest(ret, 2);
	beacon_from_manufacturer((uint16_t)ret->number, ret->rest, ret->rest_length, &ret->beacon);
}

void decode_field(const AdField *field, Decoded *ret)
{
	*ret = (Decoded){ .field = *field, .kind = DECODED_BYTES };
	set_rest(ret, 0);

	if (ad_list_width(field->type) != 0) {
		ret->malformed = field->length % ad_list_width(field->type) != 0;
		ret->kind = DECODED_UUIDS;
		return;
	}
	switch (field->type) {
	case AD_FLAGS:
		decode_flags(ret);
		break;
	case AD_NAME_SHORT:
	case AD_NAME:
	case TYPE_BROADCAST_NAME:
		decode_name(ret);
		break;
	case AD_TX_POWER:
		decode_tx_power(ret);
		break;
	case AD_DEVICE_CLASS:
		decode_number(ret, DECODED_CLASS, 3, 3);
		break;
	case AD_APPEARANCE:
		decode_number(ret, DECODED_APPEARANCE, 2, 2);
		break;
	case AD_INTERVAL:
		decode_number(ret, DECODED_INTERVAL, 2, 2);
		break;
	case TYPE_INTERVAL_LONG:
		decode_number(ret, DECODED_INTERVAL, 3, 4);
		break;
	case TYPE_CONN_INTERVALS:
		decode_conn_intervals(ret);
		break;
	case TYPE_URI:
		decode_uri(ret);
		break;
	case AD_SERVICE_DATA16:
		decode_service_data(ret, 2);
		break;
	case AD_SERVICE_DATA32:
		decode_service_data(ret, 4);
		break;
	case AD_SERVICE_DATA128:
		decode_service_data(ret, 16);
		break;
	case AD_MANUFACTURER:
		decode_manufacturer(ret);
		break;
	}
}

DecodeEnd decode_end(const uint8_t *data, size_t length)
{
	DecodeEnd end = { .kind = END_CLEAN };
	AdField field;
	AdIter iter;

	ad_iter_init(&iter, data, length);
	while (ad_iter_next(&iter, &field))
		end.offset = (size_t)(field.data - data) + field.length;
	if (end.offset >= length)
		return end;

	if (data[end.offset] != 0) {
		end.kind = END_TRUNCATED;
		end.claimed = data[end.offset];
		end.left = length - end.offset - 1;
		return end;
	}
	end.kind = END_PADDING;
	for (size_t i = end.offset; i < length; i++)
		if (data[i] != 0)
			end.kind = END_TERMINATED;
	return end;
}
