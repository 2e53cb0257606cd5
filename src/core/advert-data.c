/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The data of an advertisement: what BlueZ and the radio send of it, and what they do not. */
#include "core/advert-data.h"

#include <errno.h>
#include <string.h>

#define FLAGS_SIZE 3
#define FLAG_GENERAL_DISCOVERABLE 0x02
#define FLAG_NO_BREDR 0x04
#define APPEARANCE_NONE 0xffff	/* BlueZ's value for "no appearance is given" */

/* --- structures --- */

static bool is_name(uint8_t type)
{
	return type == AD_NAME || type == AD_NAME_SHORT;
}

/* The length of the company or UUID with which the data of a structure begins; 0: it has none. */
static uint8_t key_length(uint8_t type)
{
	switch (type) {
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

/* Why BlueZ would not send the structure; NULL: it would. It rejects manufacturer and service data that are
 * empty behind the company or UUID, and leaves out an appearance of 0xffff. */
static const char *why_refused(const AdField *field)
{
	if (key_length(field->type) > 0 && field->length <= key_length(field->type))
		return "BlueZ does not send data without a byte of it";
	if (field->type == AD_APPEARANCE && field->length == 2 &&
	    (field->data[0] | field->data[1] << 8) == APPEARANCE_NONE)
		return "BlueZ takes 0xffff for no appearance";
	return NULL;
}

/* -EMSGSIZE: no room. data->bytes holds as much as an advertisement and a scan response together. */
static int append(AdvertData *data, const AdField *field)
{
	if (field->length + 2u > sizeof(data->bytes) - data->length)
		return -EMSGSIZE;
	data->bytes[data->length++] = (uint8_t)(field->length + 1);
	data->bytes[data->length++] = field->type;
	if (field->length > 0)
		memcpy(data->bytes + data->length, field->data, field->length);
	data->length = (uint8_t)(data->length + field->length);
	return 0;
}

int advert_data_add(AdvertData *data, uint8_t type, const void *bytes, size_t length, const char *what,
		    Reason *reason)
{
	const AdField field = { .type = type, .length = (uint8_t)length, .data = bytes };
	const char *why;

	if (length > UINT8_MAX || append(data, &field) < 0)
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "%s: %zu bytes, and an advertisement has room for %d", what, length,
				  AD_LEGACY_MAX);
	why = why_refused(&field);
	if (why) {
		data->length = (uint8_t)(data->length - length - 2);
		return reason_set(reason, E_NOT_SUPPORTED, "%s: %s", what, why);
	}
	return 0;
}

/* --- raw bytes --- */

/* Whether the structure has a length that its AD type does not allow. */
static bool is_malformed(const AdField *field)
{
	if (ad_list_width(field->type) > 0)
		return field->length % ad_list_width(field->type) != 0;
	if (field->type == AD_APPEARANCE)
		return field->length != 2;
	if (field->type == AD_TX_POWER)
		return field->length != 1;
	return field->length < key_length(field->type);
}

/* AD types that BlueZ keeps for itself and offers no property for. */
static bool is_reserved(uint8_t type)
{
	static const uint8_t types[] = { 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x12, 0x17, 0x18, 0x1a, 0x1b, 0x1c,
					 0x1d, 0x1e, 0x22, 0x23, 0x27, 0x28, 0x29, 0x2a, 0x2b, 0x3d };

	return type == 0 || memchr(types, type, sizeof(types));
}

/* The place of an AD type in the order in which BlueZ sends structures. */
static unsigned rank(uint8_t type)
{
	static const uint8_t order[] = { AD_UUID16, AD_UUID32, AD_UUID128,
					 AD_SOLICIT16, AD_SOLICIT32, AD_SOLICIT128,
					 AD_MANUFACTURER, AD_SERVICE_DATA16, AD_APPEARANCE };
	const uint8_t *at;

	if (type == AD_SERVICE_DATA32 || type == AD_SERVICE_DATA128)
		type = AD_SERVICE_DATA16;
	at = memchr(order, type, sizeof(order));
	return at ? (unsigned)(at - order) : (unsigned)sizeof(order);
}

/* Whether a 128-bit UUID in the structure has a 16-bit form, which BlueZ would send instead. */
static bool has_short_uuid(const AdField *field)
{
	const bool is_list = ad_list_width(field->type) == 16;
	uint32_t number;
	Uuid uuid;

	if (!is_list && field->type != AD_SERVICE_DATA128)
		return false;
	for (size_t at = 0; at + 16 <= (is_list ? field->length : 16u); at += 16) {
		if (uuid_from_air(field->data + at, 16, &uuid) == 0 && uuid_short(&uuid, &number) &&
		    number <= UINT16_MAX)
			return true;
	}
	return false;
}

/* Whether both structures have the same AD type (and company, if any) or service: BlueZ sends only one. */
static bool is_twice(const AdField *a, const AdField *b)
{
	Uuid one, other;

	if (a->type == AD_MANUFACTURER || key_length(a->type) == 0)
		return a->type == b->type && memcmp(a->data, b->data, key_length(a->type)) == 0;
	if (b->type == AD_MANUFACTURER || key_length(b->type) == 0)
		return false;
	/* one service's UUID may be given in 16, 32 or 128 bits */
	return uuid_from_air(a->data, key_length(a->type), &one) == 0 &&
	       uuid_from_air(b->data, key_length(b->type), &other) == 0 && uuid_equal(&one, &other);
}

/* Why BlueZ would not send the structure behind those that data has already; NULL: it would. */
static const char *why_not_behind(const AdvertData *data, const AdField *field)
{
	AdField other;
	AdIter iter;

	ad_iter_init(&iter, data->bytes, data->length);
	while (ad_iter_next(&iter, &other)) {
		if (is_twice(&other, field))
			return "BlueZ sends one only";
		if (rank(other.type) > rank(field->type))
			return "BlueZ sends it before one that stands in front of it here";
	}
	return NULL;
}

static const char *why_not_in_advert(const AdvertData *data, const AdField *field)
{
	switch (field->type) {
	case AD_FLAGS:
		return data->has_flags ? "flags were given before" :
		       field->length != 1 ? "BlueZ sends one byte of flags" : NULL;
	case AD_NAME:
		return "BlueZ sends the name in the scan response; give it in scan_rsp";
	case AD_NAME_SHORT:
		return "BlueZ does not send a shortened name; give a complete one (0x09) in scan_rsp";
	case AD_UUID16_PART:
	case AD_UUID32_PART:
	case AD_UUID128_PART:
		return "BlueZ sends complete lists only (0x03, 0x05, 0x07)";
	case AD_TX_POWER:
		return "what it says is the controller's; SetAdvertisement's tx_power adds it";
	default:
		break;
	}
	if (is_reserved(field->type))
		return "BlueZ does not send that type for others";
	if (field->length == 0)
		return "BlueZ does not send an empty one";
	if (has_short_uuid(field))
		return "BlueZ sends that UUID in 16 bits";
	return why_refused(field) ? why_refused(field) : why_not_behind(data, field);
}

static const char *why_not_in_response(const AdvertData *data, const AdField *field)
{
	AdField other;
	AdIter iter;

	if (field->type == AD_NAME_SHORT)
		return "BlueZ does not send a shortened name, only a complete one (0x09)";
	if (field->type != AD_NAME)
		return "BlueZ sends nothing but the name in a scan response; give it in adv";
	if (field->length == 0)
		return "BlueZ does not send an empty one";
	if (!ad_name_is_text(field->data, field->length))
		return "BlueZ takes a name in UTF-8, and without NUL";
	ad_iter_init(&iter, data->bytes, data->length);
	while (ad_iter_next(&iter, &other))
		if (is_name(other.type))
			return "BlueZ sends one only";
	return NULL;
}

typedef int (*Visit)(AdvertData *data, const AdField *field, size_t at, const char *what, Reason *reason);

static int walk_raw(AdvertData *data, const uint8_t *bytes, size_t length, const char *what, Visit visit,
		    Reason *reason)
{
	size_t at = 0;
	AdField field;
	AdIter iter;
	int r;

	ad_iter_init(&iter, bytes, length);
	for (; ad_iter_next(&iter, &field); at = (size_t)(iter.at - bytes)) {
		r = visit(data, &field, at, what, reason);
		if (r != 0)
			return r;
	}
	if (at != length)
		return reason_set(reason, E_INVALID_ARGUMENTS, "%s: no AD structure at byte %zu", what, at);
	return 0;
}

static int visit_form(AdvertData *data UNUSED, const AdField *field, size_t at, const char *what,
		      Reason *reason)
{
	if (!is_malformed(field))
		return 0;
	return reason_set(reason, E_INVALID_ARGUMENTS,
			  "%s: AD type 0x%02x at byte %zu: of %u bytes, it is not well-formed", what,
			  field->type, at, field->length);
}

static int refuse(const AdField *field, size_t at, const char *what, const char *why, Reason *reason)
{
	return reason_set(reason, E_NOT_SUPPORTED, "%s: AD type 0x%02x at byte %zu: %s", what, field->type,
			  at, why);
}

static int visit_advert(AdvertData *data, const AdField *field, size_t at, const char *what, Reason *reason)
{
	const char *why = why_not_in_advert(data, field);

	if (why)
		return refuse(field, at, what, why, reason);
	if (field->type != AD_FLAGS)
		return append(data, field);
	data->has_flags = true;
	data->flags = field->data[0];
	data->flags_at = (uint8_t)at;
	data->discoverable = data->flags & FLAG_GENERAL_DISCOVERABLE;
	return 0;
}

static int visit_response(AdvertData *data, const AdField *field, size_t at, const char *what, Reason *reason)
{
	const char *why = why_not_in_response(data, field);

	return why ? refuse(field, at, what, why, reason) : append(data, field);
}

static int add_raw(AdvertData *data, const uint8_t *bytes, size_t length, const char *what, Visit visit,
		   Reason *reason)
{
	int r;

	if (length > AD_LEGACY_MAX)
		return reason_set(reason, E_INVALID_ARGUMENTS, "%s: %zu bytes, at most %d", what, length,
				  AD_LEGACY_MAX);
	r = walk_raw(data, bytes, length, what, visit_form, reason);
	return r != 0 ? r : walk_raw(data, bytes, length, what, visit, reason);
}

int advert_data_from_raw(AdvertData *data, const uint8_t *adv, size_t adv_length, const uint8_t *rsp,
			 size_t rsp_length, Reason *reason)
{
	AdvertData result = { 0 };
	int r;

	r = add_raw(&result, adv, adv_length, "adv", visit_advert, reason);
	if (r == 0)
		r = add_raw(&result, rsp, rsp_length, "scan_rsp", visit_response, reason);
	if (r == 0)
		*data = result;
	return r;
}

/* --- what the radio makes of it --- */

/* The flags on air: BlueZ's own if the advertisement is discoverable, else those that the kernel adds.
 * 0: none. */
static uint8_t flags_on_air(const AdvertRadio *radio, bool connectable, bool discoverable)
{
	uint8_t flags = radio->bredr ? 0 : FLAG_NO_BREDR;

	if (connectable && (discoverable || radio->discoverable))
		flags |= FLAG_GENERAL_DISCOVERABLE;
	if (connectable && discoverable && !radio->discoverable)
		flags |= FLAG_NO_BREDR;
	return flags;
}

/* Bytes in the advertisement itself: without flags, and without the name, which is in the scan response. */
static size_t advert_length(const AdvertData *data)
{
	size_t length = 0;
	AdField field;
	AdIter iter;

	ad_iter_init(&iter, data->bytes, data->length);
	while (ad_iter_next(&iter, &field))
		if (!is_name(field.type))
			length += 2u + field.length;
	return length;
}

static int check_flags(const AdvertData *data, const AdvertRadio *radio, bool connectable, Reason *reason)
{
	const uint8_t quiet = flags_on_air(radio, connectable, false),
		      loud = flags_on_air(radio, connectable, true);

	if (!data->has_flags)
		return 0;
	/* on a controller with advertising sets the kernel sends no data that is nothing but its own flags */
	if (!data->discoverable && radio->sets && advert_length(data) == 0)
		return reason_set(reason, E_NOT_SUPPORTED,
				  "adv: AD type 0x01 at byte %u: this radio is not told of flags without "
				  "anything else",
				  data->flags_at);
	if (data->flags != 0 && data->flags == (data->discoverable && connectable ? loud : quiet))
		return 0;
	return reason_set(reason, E_NOT_SUPPORTED,
			  "adv: AD type 0x01 at byte %u: flags of 0x%02x; %s 0x%02x or 0x%02x "
			  "(discoverable)",
			  data->flags_at, data->flags,
			  connectable ? "this radio sends"
				      : "for what nobody can connect to (adv_type), this radio sends",
			  quiet, loud);
}

int advert_data_check(const AdvertData *data, const AdvertRadio *radio, bool connectable, Reason *reason)
{
	/* where we give no flags the kernel adds its own: on a controller with advertising sets without
	 * checking that there is room; on others it leaves them out if there is none */
	const bool with_flags = data->has_flags || (data->discoverable && connectable) || radio->sets;
	const size_t length = advert_length(data) + (with_flags ? FLAGS_SIZE : 0);
	AdField field;
	AdIter iter;

	ad_iter_init(&iter, data->bytes, data->length);
	while (ad_iter_next(&iter, &field)) {
		if (is_name(field.type) && field.length > ADVERT_NAME_MAX)
			return reason_set(reason, E_INVALID_ARGUMENTS,
					  "name: %u bytes, the scan response has room for %d", field.length,
					  ADVERT_NAME_MAX);
		if (field.type == AD_TX_POWER && !radio->tx_power)
			return reason_set(reason, E_NOT_SUPPORTED,
					  "tx_power: this bluetoothd does not put the power in");
	}
	if (length > AD_LEGACY_MAX)
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "%zu bytes without the name (which goes into the scan response)"
				  "%s, and an advertisement has room for %d",
				  length, with_flags ? ", with 3 for the flags" : "", AD_LEGACY_MAX);
	return check_flags(data, radio, connectable, reason);
}
