/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decoded AD structures as JSON. Keys are the same wherever a structure is shown (scan, devices, resolve). */
#include "client/describe.h"
#include "meaning/names.h"

static void write_name(Json *json, const char *key, const char *name)
{
	if (!name)
		return;
	json_key(json, key);
	json_string(json, name, -1);
}

static void write_number(Json *json, const char *key, int64_t number)
{
	json_key(json, key);
	json_int(json, number);
}

static void write_bytes(Json *json, const char *key, const uint8_t *bytes, size_t length)
{
	json_key(json, key);
	json_hex(json, bytes, length);
}

static void write_uuid(Json *json, const char *key, const Uuid *uuid)
{
	char buffer[UUID_STRING_SIZE];

	json_key(json, key);
	json_string(json, uuid_format(uuid, buffer), -1);
}

static void write_uuids(Json *json, const Decoded *decoded)
{
	char buffer[UUID_STRING_SIZE];
	size_t position = 0;
	Uuid uuid;

	json_key(json, "uuids");
	json_begin_array(json);
	while (decode_next_uuid(decoded, &position, &uuid))
		json_string(json, uuid_format(&uuid, buffer), -1);
	json_end_array(json);

	json_key(json, "services");
	json_begin_array(json);
	for (position = 0; decode_next_uuid(decoded, &position, &uuid);) {
		const char *name = name_of_service(&uuid);

		if (name)
			json_string(json, name, -1);
		else
			json_null(json);
	}
	json_end_array(json);
}

static void write_flags(Json *json, uint8_t flags)
{
	static const char *const keys[] = {
		"le_limited_discoverable", "le_general_discoverable", "br_edr_not_supported", "le_br_edr_controller",
		"le_br_edr_host",
	};

	write_number(json, "flags", flags);
	for (unsigned bit = 0; bit < ARRAY_SIZE(keys); bit++) {
		json_key(json, keys[bit]);
		json_bool(json, flags & 1U << bit);
	}
}

static void write_beacon(Json *json, const Beacon *beacon)
{
	if (beacon->kind == BEACON_NONE)
		return;
	json_key(json, "beacon");
	json_begin_object(json);
	json_key(json, "format");
	json_string(json, beacon_name(beacon->kind), -1);
	switch (beacon->kind) {
	case BEACON_IBEACON:
		write_uuid(json, "uuid", &beacon->uuid);
		write_number(json, "major", beacon->major);
		write_number(json, "minor", beacon->minor);
		write_number(json, "power", beacon->power);
		break;
	case BEACON_UID:
		write_bytes(json, "namespace", beacon->id, 10);
		write_bytes(json, "instance", beacon->id + 10, 6);
		write_number(json, "power", beacon->power);
		break;
	case BEACON_URL:
		write_name(json, "url", beacon->url);
		write_number(json, "power", beacon->power);
		break;
	case BEACON_TLM:
		json_key(json, "battery_mv");
		if (beacon->millivolts != 0)
			json_uint(json, beacon->millivolts);
		else
			json_null(json);
		json_key(json, "temperature");
		if (beacon->has_temperature)
			json_double(json, beacon->temperature / 256.0);
		else
			json_null(json);
		write_number(json, "advertisements", beacon->advertisements);
		json_key(json, "uptime_s");
		json_double(json, beacon->uptime / 10.0);
		break;
	case BEACON_TLM_ENCRYPTED:
		write_bytes(json, "encrypted", beacon->id, 12);
		break;
	case BEACON_EID:
		write_bytes(json, "eid", beacon->id, 8);
		write_number(json, "power", beacon->power);
		break;
	case BEACON_NONE:
		break;
	}
	json_end_object(json);
}

static void write_interval(Json *json, const char *key, uint32_t units)
{
	json_key(json, key);
	if (units == 0xffff)
		json_null(json);
	else
		json_double(json, units * 1.25);
}

static void write_kind(Json *json, const Decoded *decoded)
{
	switch (decoded->kind) {
	case DECODED_BYTES:
		break;
	case DECODED_FLAGS:
		write_flags(json, (uint8_t)decoded->number);
		break;
	case DECODED_UUIDS:
		write_uuids(json, decoded);
		break;
	case DECODED_NAME:
		json_key(json, "name");
		json_string(json, (const char *)decoded->rest, (gssize)decoded->rest_length);
		break;
	case DECODED_TX_POWER:
		write_number(json, "tx_power", decoded->dbm);
		break;
	case DECODED_CLASS:
		write_number(json, "class", decoded->number);
		break;
	case DECODED_APPEARANCE:
		write_number(json, "appearance", decoded->number);
		write_name(json, "appearance_name", name_of_appearance((uint16_t)decoded->number));
		break;
	case DECODED_INTERVAL:
		json_key(json, "interval_ms");
		json_double(json, decoded->number * 0.625);
		break;
	case DECODED_CONN_INTERVALS:
		write_interval(json, "min_interval_ms", decoded->number);
		write_interval(json, "max_interval_ms", decoded->number2);
		break;
	case DECODED_URI:
		write_number(json, "scheme", decoded->number);
		json_key(json, "uri");
		json_string(json, (const char *)decoded->rest, (gssize)decoded->rest_length);
		break;
	case DECODED_SERVICE_DATA:
		write_uuid(json, "uuid", &decoded->uuid);
		write_name(json, "service", name_of_service(&decoded->uuid));
		write_bytes(json, "service_data", decoded->rest, decoded->rest_length);
		write_beacon(json, &decoded->beacon);
		break;
	case DECODED_MANUFACTURER:
		write_number(json, "company", decoded->number);
		write_name(json, "company_name", name_of_company((uint16_t)decoded->number));
		write_bytes(json, "manufacturer_data", decoded->rest, decoded->rest_length);
		write_beacon(json, &decoded->beacon);
		break;
	}
}

void describe_field_json(Json *json, const Decoded *decoded)
{
	json_begin_object(json);
	write_number(json, "type", decoded->field.type);
	write_name(json, "type_name", name_of_ad_type(decoded->field.type));
	write_bytes(json, "data", decoded->field.data, decoded->field.length);
	write_kind(json, decoded);
	if (decoded->malformed) {
		json_key(json, "malformed");
		json_bool(json, true);
	}
	json_end_object(json);
}

void describe_data_json(Json *json, const uint8_t *data, size_t length)
{
	AdField field;
	AdIter iter;

	json_begin_array(json);
	ad_iter_init(&iter, data, length);
	while (ad_iter_next(&iter, &field)) {
		Decoded decoded;

		decode_field(&field, &decoded);
		describe_field_json(json, &decoded);
	}
	json_end_array(json);
}
