/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The properties of our LEAdvertisement1 objects. */
#include "bluez/advert-properties.h"

#include <stdio.h>
#include <string.h>

#include "bus/msg.h"
#include "util/macros.h"

#define UNITS_TO_MSEC(units) ((uint32_t)(units) * 625 / 1000)

/* The UUID as text for BlueZ, which shortens 16-bit UUIDs by itself, but sends a 32-bit UUID short only if it
 * is given the short form. */
static const char *uuid_word(const Uuid *uuid, char text[static UUID_STRING_SIZE])
{
	uint32_t number;

	if (uuid->width != 4 || !uuid_short(uuid, &number))
		return uuid_format(uuid, text);
	snprintf(text, UUID_STRING_SIZE, "%08x", number);
	return text;
}

static int append_uuids(sd_bus_message *m, const AdvertData *data, const char *name, uint8_t first,
			uint8_t last)
{
	char text[UUID_STRING_SIZE];
	AdField field;
	AdIter iter;
	Uuid uuid;
	int r;

	r = msg_open_property(m, name, "as");
	ad_iter_init(&iter, data->bytes, data->length);
	while (r >= 0 && ad_iter_next(&iter, &field)) {
		size_t position = 0;

		if (field.type < first || field.type > last)
			continue;
		while (r >= 0 && ad_field_next_uuid(&field, &position, &uuid))
			r = sd_bus_message_append(m, "s", uuid_word(&uuid, text));
	}
	return r < 0 ? r : msg_close_property(m);
}

/* Solicited services are not services offered, so the parser of service UUIDs leaves them out: read here. */
static int append_solicited(sd_bus_message *m, const AdvertData *data)
{
	static const struct {
		uint8_t type;
		uint8_t width;
	} lists[] = { { AD_SOLICIT16, 2 }, { AD_SOLICIT128, 16 }, { AD_SOLICIT32, 4 } };
	char text[UUID_STRING_SIZE];
	AdField field;
	AdIter iter;
	Uuid uuid;
	int r;

	r = msg_open_property(m, "SolicitUUIDs", "as");
	ad_iter_init(&iter, data->bytes, data->length);
	while (r >= 0 && ad_iter_next(&iter, &field)) {
		for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
			if (lists[i].type != field.type)
				continue;
			for (size_t at = 0; r >= 0 && at + lists[i].width <= field.length;
			     at += lists[i].width) {
				(void)uuid_from_air(field.data + at, lists[i].width, &uuid);
				r = sd_bus_message_append(m, "s", uuid_word(&uuid, text));
			}
		}
	}
	return r < 0 ? r : msg_close_property(m);
}

static int append_entry(sd_bus_message *m, const void *bytes, size_t length)
{
	int r;

	r = sd_bus_message_open_container(m, 'v', "ay");
	if (r >= 0)
		r = sd_bus_message_append_array(m, 'y', bytes, length);
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_manufacturer(sd_bus_message *m, const AdvertData *data)
{
	AdField field;
	AdIter iter;
	int r;

	r = msg_open_property(m, "ManufacturerData", "a{qv}");
	ad_iter_init(&iter, data->bytes, data->length);
	while (r >= 0 && ad_iter_next(&iter, &field)) {
		if (field.type != AD_MANUFACTURER || field.length < 2)
			continue;
		r = sd_bus_message_open_container(m, 'e', "qv");
		if (r >= 0)
			r = sd_bus_message_append(m, "q", field.data[0] | field.data[1] << 8);
		if (r >= 0)
			r = append_entry(m, field.data + 2, field.length - 2u);
	}
	return r < 0 ? r : msg_close_property(m);
}

/* Width in bytes of the UUID at the front of service data; 0: the field is no service data. */
static size_t uuid_width(const AdField *field)
{
	const size_t width = field->type == AD_SERVICE_DATA16 ? 2 : field->type == AD_SERVICE_DATA32 ? 4 :
			     field->type == AD_SERVICE_DATA128 ? 16 : 0;

	return field->length >= width ? width : 0;
}

static int append_service_data(sd_bus_message *m, const AdvertData *data)
{
	char text[UUID_STRING_SIZE];
	AdField field;
	AdIter iter;
	Uuid uuid;
	int r;

	r = msg_open_property(m, "ServiceData", "a{sv}");
	ad_iter_init(&iter, data->bytes, data->length);
	while (r >= 0 && ad_iter_next(&iter, &field)) {
		const size_t width = uuid_width(&field);

		if (width == 0)
			continue;
		(void)uuid_from_air(field.data, width, &uuid);
		r = sd_bus_message_open_container(m, 'e', "sv");
		if (r >= 0)
			r = sd_bus_message_append(m, "s", uuid_word(&uuid, text));
		if (r >= 0)
			r = append_entry(m, field.data + width, field.length - width);
	}
	return r < 0 ? r : msg_close_property(m);
}

/* Whether BlueZ has a property for this AD type. Other types are given to it in Data. */
static bool has_property(uint8_t type)
{
	static const uint8_t types[] = {
		AD_FLAGS, AD_UUID16_PART, AD_UUID16, AD_UUID32_PART, AD_UUID32, AD_UUID128_PART, AD_UUID128,
		AD_NAME_SHORT, AD_NAME, AD_TX_POWER, AD_SOLICIT16, AD_SOLICIT32, AD_SOLICIT128,
		AD_SERVICE_DATA16, AD_SERVICE_DATA32, AD_SERVICE_DATA128, AD_APPEARANCE, AD_MANUFACTURER,
	};

	return memchr(types, type, sizeof(types));
}

static int append_rest(sd_bus_message *m, const AdvertData *data)
{
	AdField field;
	AdIter iter;
	int r;

	r = msg_open_property(m, "Data", "a{yv}");
	ad_iter_init(&iter, data->bytes, data->length);
	while (r >= 0 && ad_iter_next(&iter, &field)) {
		if (has_property(field.type))
			continue;
		r = sd_bus_message_open_container(m, 'e', "yv");
		if (r >= 0)
			r = sd_bus_message_append(m, "y", field.type);
		if (r >= 0)
			r = append_entry(m, field.data, field.length);
	}
	return r < 0 ? r : msg_close_property(m);
}

/* Appends the properties that are left out when they have nothing to say. */
static int append_single(sd_bus_message *m, const AdvertData *data)
{
	AdField field;
	AdIter iter;
	int r = 0;

	ad_iter_init(&iter, data->bytes, data->length);
	while (r >= 0 && ad_iter_next(&iter, &field)) {
		if (field.type == AD_NAME || field.type == AD_NAME_SHORT) {
			g_autofree char *name = ad_name_text(field.data, field.length);

			r = sd_bus_message_append(m, "{sv}", "LocalName", "s", name);
		} else if (field.type == AD_APPEARANCE && field.length == 2) {
			r = sd_bus_message_append(m, "{sv}", "Appearance", "q",
						  field.data[0] | field.data[1] << 8);
		} else if (field.type == AD_TX_POWER) {
			r = sd_bus_message_append(m, "{sv}", "Includes", "as", 1, "tx-power");
		}
	}
	return r;
}

int advert_properties_append(sd_bus_message *m, const Advert *advert)
{
	const AdvertData *data = &advert->sent.data;
	const AdvertParams *params = &advert->sent.params;
	int r;

	r = sd_bus_message_append(m, "{sv}", "Type", "s", params->connectable ? "peripheral" : "broadcast");
	if (r >= 0)
		r = append_uuids(m, data, "ServiceUUIDs", AD_UUID16_PART, AD_UUID128);
	if (r >= 0)
		r = append_solicited(m, data);
	if (r >= 0)
		r = append_manufacturer(m, data);
	if (r >= 0)
		r = append_service_data(m, data);
	if (r >= 0)
		r = append_rest(m, data);
	if (r >= 0)
		r = append_single(m, data);
	/* BlueZ refuses a broadcast that says it is discoverable */
	if (r >= 0 && data->discoverable && params->connectable)
		r = sd_bus_message_append(m, "{sv}", "Discoverable", "b", 1);
	if (r >= 0 && params->interval_set)
		r = sd_bus_message_append(m, "{sv}{sv}", "MinInterval", "u",
					  UNITS_TO_MSEC(params->interval_min), "MaxInterval", "u",
					  UNITS_TO_MSEC(params->interval_max));
	if (r >= 0 && params->power_set)
		r = sd_bus_message_append(m, "{sv}", "TxPower", "n", (int)params->power);
	return r;
}
