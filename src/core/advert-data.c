/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an advertisement says. */
#include "core/advert-data.h"

#include <string.h>

#define FLAGS_SIZE 3
#define FLAG_GENERAL_DISCOVERABLE 0x02
#define FLAG_LIMITED_DISCOVERABLE 0x01

int advert_data_add(AdvertData *data, uint8_t type, const void *bytes, size_t length, const char *what, Reason *reason)
{
	if (length + 2 > sizeof(data->bytes) - data->length)
		return reason_set(reason, E_INVALID_ARGUMENTS, "%s: %zu bytes, and an advertisement has room for %d", what,
				  length, AD_LEGACY_MAX);
	data->bytes[data->length++] = (uint8_t)(length + 1);
	data->bytes[data->length++] = type;
	if (length > 0)
		memcpy(data->bytes + data->length, bytes, length);
	data->length = (uint8_t)(data->length + length);
	return 0;
}

static bool is_name(uint8_t type)
{
	return type == AD_NAME || type == AD_NAME_SHORT;
}

/* How many bytes of a structure say what it is about: two about the same thing BlueZ cannot send. */
static size_t key_length(const AdField *field)
{
	switch (field->type) {
	case AD_MANUFACTURER:
	case AD_SERVICE_DATA16:
		return 2;
	case AD_SERVICE_DATA32:
		return 4;
	case AD_SERVICE_DATA128:
		return 16;
	default:
		return 0;
	}
}

/* How many bytes each UUID of a list has. */
static size_t list_width(uint8_t type)
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
		return 1;
	}
}

static bool may_come_twice(uint8_t type)
{
	return type >= AD_UUID16_PART && type <= AD_UUID128;
}

static bool advert_data_has(const AdvertData *data, const AdField *field)
{
	size_t key = key_length(field);
	AdField other;
	AdIter iter;

	ad_iter_init(&iter, data->bytes, data->length);
	while (ad_iter_next(&iter, &other)) {
		if (is_name(field->type) && is_name(other.type))
			return true;
		if (other.type == field->type && memcmp(other.data, field->data, key) == 0)
			return true;
	}
	return false;
}

/* AD types that BlueZ keeps for itself and offers no property for. */
static bool is_reserved(uint8_t type)
{
	static const uint8_t types[] = { 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x12, 0x17, 0x18, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x22,
					 0x23, 0x27, 0x28, 0x29, 0x2a, 0x2b, 0x3d };

	return type == 0 || memchr(types, type, sizeof(types));
}

static int advert_data_add_raw(AdvertData *data, const uint8_t *bytes, size_t length, const char *what, Reason *reason)
{
	size_t at = 0;
	AdField field;
	AdIter iter;
	int r;

	if (length > AD_LEGACY_MAX)
		return reason_set(reason, E_INVALID_ARGUMENTS, "%s: %zu bytes, at most %d", what, length, AD_LEGACY_MAX);
	ad_iter_init(&iter, bytes, length);
	while (ad_iter_next(&iter, &field)) {
		at = (size_t)(iter.at - bytes);
		if (field.type == AD_FLAGS) {
			uint8_t flags = field.length > 0 ? field.data[0] : 0;

			if (flags & FLAG_LIMITED_DISCOVERABLE)
				return reason_set(reason, E_NOT_SUPPORTED, "%s: limited discoverable is nothing that lasts",
						  what);
			data->discoverable = flags & FLAG_GENERAL_DISCOVERABLE;
			continue;
		}
		if (is_reserved(field.type))
			return reason_set(reason, E_NOT_SUPPORTED, "%s: BlueZ does not send AD type 0x%02x for others", what,
					  field.type);
		if (field.length < key_length(&field) || field.length % list_width(field.type) != 0 ||
		    (field.type == AD_APPEARANCE && field.length != 2) || (field.type == AD_TX_POWER && field.length != 1))
			return reason_set(reason, E_INVALID_ARGUMENTS, "%s: AD type 0x%02x of %u bytes is not well-formed",
					  what, field.type, field.length);
		if (!may_come_twice(field.type) && advert_data_has(data, &field))
			return reason_set(reason, E_NOT_SUPPORTED, "%s: BlueZ does not send AD type 0x%02x twice for the "
					  "same thing", what, field.type);
		r = advert_data_add(data, field.type, field.data, field.length, what, reason);
		if (r != 0)
			return r;
	}
	if (at != length)
		return reason_set(reason, E_INVALID_ARGUMENTS, "%s: no AD structure at byte %zu", what, at);
	return 0;
}

int advert_data_from_raw(AdvertData *data, const uint8_t *adv, size_t adv_length, const uint8_t *rsp, size_t rsp_length,
			 Reason *reason)
{
	AdvertData result = { 0 };
	int r;

	r = advert_data_add_raw(&result, adv, adv_length, "adv", reason);
	if (r == 0)
		r = advert_data_add_raw(&result, rsp, rsp_length, "scan_rsp", reason);
	if (r == 0)
		*data = result;
	return r;
}

int advert_data_check(const AdvertData *data, bool sets, Reason *reason)
{
	/* a controller with sets of its own gets flags from the kernel where we give none, and it does not look whether
	 * there is room; without sets it leaves them out */
	size_t length = data->discoverable || sets ? FLAGS_SIZE : 0;
	AdField field;
	AdIter iter;

	ad_iter_init(&iter, data->bytes, data->length);
	while (ad_iter_next(&iter, &field)) {
		if (!is_name(field.type))
			length += 2u + field.length;
		else if (field.length > ADVERT_NAME_MAX)
			return reason_set(reason, E_INVALID_ARGUMENTS, "name: %u bytes, the scan response has room for %d",
					  field.length, ADVERT_NAME_MAX);
	}
	if (length > AD_LEGACY_MAX)
		return reason_set(reason, E_INVALID_ARGUMENTS, "%zu bytes without the name (which goes into the scan response)"
				  "%s, and an advertisement has room for %d", length,
				  data->discoverable || sets ? ", with 3 for the flags" : "", AD_LEGACY_MAX);
	return 0;
}
