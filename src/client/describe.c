/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Goes through what a structure holds once, for people and for programs; the FactWriter decides which is
 * written. */
#include "client/describe.h"

#include "meaning/names.h"

#define NO_INTERVAL 0xffff
#define MALFORMED " (malformed: its length does not fit the type)"

static void tell_flags(const FactWriter *writer, uint8_t flags)
{
	static const struct {
		const char *key;
		const char *words;
	} known[] = {
		{ "le_limited_discoverable", "LE limited discoverable" },
		{ "le_general_discoverable", "LE general discoverable" },
		{ "br_edr_not_supported", "BR/EDR not supported" },
		{ "le_br_edr_controller", "LE and BR/EDR (controller)" },
		{ "le_br_edr_host", "LE and BR/EDR (host)" },
	};
	const char *separator = "";

	fact_int(writer, "flags", flags == 0 ? "none set" : NULL, flags);
	for (unsigned bit = 0; bit < 8; bit++) {
		bool set = flags & 1U << bit;

		if (set) {
			fact_words(writer, "%s", separator);
			separator = ", ";
		}
		if (bit < ARRAY_SIZE(known))
			fact_bool(writer, known[bit].key, set ? known[bit].words : NULL, set);
		else if (set)
			fact_words(writer, "reserved bit %u", bit);
	}
}

static void tell_uuids(const FactWriter *writer, const Decoded *decoded)
{
	const char *separator = "";
	size_t position = 0;
	Uuid uuid;

	fact_begin_array(writer, "uuids");
	while (decode_next_uuid(decoded, &position, &uuid)) {
		const char *name = name_of_service(&uuid);

		fact_words(writer, "%s", separator);
		fact_uuid(writer, NULL, "%s", &uuid);
		if (name)
			fact_words(writer, " %s", name);
		separator = ", ";
	}
	fact_end_array(writer);
	if (position == 0)
		fact_words(writer, "none");

	fact_begin_array(writer, "services");
	for (position = 0; decode_next_uuid(decoded, &position, &uuid);) {
		const char *name = name_of_service(&uuid);

		if (name)
			fact_string(writer, NULL, NULL, name, -1);
		else
			fact_null(writer, NULL, NULL);
	}
	fact_end_array(writer);
}

static void tell_tlm(const FactWriter *writer, const Beacon *beacon)
{
	if (beacon->millivolts != 0)
		fact_int(writer, "battery_mv", " %lld mV", beacon->millivolts);
	else
		fact_null(writer, "battery_mv", NULL);
	if (beacon->has_temperature)
		fact_double(writer, "temperature", " %.2f degC", beacon->temperature / 256.0);
	else
		fact_null(writer, "temperature", NULL);
	fact_int(writer, "advertisements", " %lld advertisements", beacon->advertisements);
	fact_double(writer, "uptime_s", ", up %.1f s", beacon->uptime / 10.0);
}

static void tell_beacon(const FactWriter *writer, const Beacon *beacon)
{
	char buffer[UUID_STRING_SIZE];

	fact_begin_object(writer, "beacon");
	fact_string(writer, "format", "%s", beacon_name(beacon->kind), -1);
	switch (beacon->kind) {
	case BEACON_IBEACON:
		fact_string(writer, "uuid", " %s", uuid_format(&beacon->uuid, buffer), -1);
		fact_int(writer, "major", " major %lld", beacon->major);
		fact_int(writer, "minor", " minor %lld", beacon->minor);
		fact_int(writer, "power", ", %lld dBm at 1 m", beacon->power);
		break;
	case BEACON_UID:
		fact_bytes(writer, "namespace", " namespace %s", beacon->id, 10);
		fact_bytes(writer, "instance", " instance %s", beacon->id + 10, 6);
		fact_int(writer, "power", ", %lld dBm at 0 m", beacon->power);
		break;
	case BEACON_URL:
		fact_string(writer, "url", " %s", beacon->url, -1);
		fact_int(writer, "power", ", %lld dBm at 0 m", beacon->power);
		break;
	case BEACON_TLM:
		tell_tlm(writer, beacon);
		break;
	case BEACON_TLM_ENCRYPTED:
		fact_bytes(writer, "encrypted", " %s", beacon->id, 12);
		break;
	case BEACON_EID:
		fact_bytes(writer, "eid", " %s", beacon->id, 8);
		fact_int(writer, "power", ", %lld dBm at 0 m", beacon->power);
		break;
	case BEACON_NONE:
		break;
	}
	fact_end_object(writer);
}

/* The payload's bytes, and the beacon if it is one. People get the beacon instead of the bytes. */
static void tell_payload(const FactWriter *writer, const char *key, const Decoded *decoded)
{
	bool beacon = decoded->beacon.kind != BEACON_NONE;

	fact_bytes(writer, key, beacon ? NULL : decoded->rest_length > 0 ? "%s" : "no data", decoded->rest,
		   decoded->rest_length);
	if (beacon)
		tell_beacon(writer, &decoded->beacon);
}

static void tell_service_data(const FactWriter *writer, const Decoded *decoded)
{
	/* the name of the beacon's format already names the service */
	bool named = decoded->beacon.kind == BEACON_NONE;

	fact_uuid(writer, "uuid", named ? "%s" : NULL, &decoded->uuid);
	fact_name(writer, "service", named ? " %s" : NULL, name_of_service(&decoded->uuid));
	if (named)
		fact_words(writer, ": ");
	tell_payload(writer, "service_data", decoded);
}

static void tell_manufacturer(const FactWriter *writer, const Decoded *decoded)
{
	const char *company = name_of_company((uint16_t)decoded->number);

	fact_int(writer, "company", company ? NULL : "company 0x%04llx", decoded->number);
	fact_name(writer, "company_name", "%s", company);
	fact_words(writer, ": ");
	tell_payload(writer, "manufacturer_data", decoded);
}

static void tell_conn_interval(const FactWriter *writer, const char *key, uint32_t units)
{
	if (units == NO_INTERVAL)
		fact_null(writer, key, "any");
	else
		fact_double(writer, key, "%.2f ms", units * 1.25);
}

static void tell_uri(const FactWriter *writer, const Decoded *decoded)
{
	static const char *const schemes[] = { [0x01] = "", [0x16] = "http:", [0x17] = "https:" };
	const char *words = decoded->number < ARRAY_SIZE(schemes) ? schemes[decoded->number] : NULL;

	fact_int(writer, "scheme", words ? words : "scheme 0x%02llx:", decoded->number);
	fact_string(writer, "uri", "%s", (const char *)decoded->rest, (gssize)decoded->rest_length);
}

static void tell_kind(const FactWriter *writer, const Decoded *decoded)
{
	switch (decoded->kind) {
	case DECODED_BYTES:
		break;
	case DECODED_FLAGS:
		tell_flags(writer, (uint8_t)decoded->number);
		break;
	case DECODED_UUIDS:
		tell_uuids(writer, decoded);
		break;
	case DECODED_NAME:
		fact_string(writer, "name", "\"%s\"", (const char *)decoded->rest,
			    (gssize)decoded->rest_length);
		break;
	case DECODED_TX_POWER:
		fact_int(writer, "tx_power", "%lld dBm", decoded->dbm);
		break;
	case DECODED_CLASS:
		fact_int(writer, "class", "0x%06llx", decoded->number);
		break;
	case DECODED_APPEARANCE:
		fact_int(writer, "appearance", "0x%04llx", decoded->number);
		fact_name(writer, "appearance_name", " %s", name_of_appearance((uint16_t)decoded->number));
		break;
	case DECODED_INTERVAL:
		fact_double(writer, "interval_ms", "%.3f ms", decoded->number * 0.625);
		break;
	case DECODED_CONN_INTERVALS:
		tell_conn_interval(writer, "min_interval_ms", decoded->number);
		fact_words(writer, " to ");
		tell_conn_interval(writer, "max_interval_ms", decoded->number2);
		break;
	case DECODED_URI:
		tell_uri(writer, decoded);
		break;
	case DECODED_SERVICE_DATA:
		tell_service_data(writer, decoded);
		break;
	case DECODED_MANUFACTURER:
		tell_manufacturer(writer, decoded);
		break;
	}
}

void describe_structure(const FactWriter *writer, const Decoded *decoded)
{
	const AdField *field = &decoded->field;
	const char *bytes = field->length > 0 ? "%s" : "no data";

	fact_begin_object(writer, NULL);
	fact_int(writer, "type", NULL, field->type);
	fact_name(writer, "type_name", NULL, name_of_ad_type(field->type));
	fact_bytes(writer, "data", decoded->kind == DECODED_BYTES ? bytes : NULL, field->data, field->length);
	tell_kind(writer, decoded);
	if (decoded->malformed)
		fact_bool(writer, "malformed", MALFORMED, true);
	fact_end_object(writer);
}

unsigned describe_structures(const FactWriter *writer, const uint8_t *data, size_t length, int type)
{
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
		fact_words(writer, "0x%02x %-26s ", field.type, name ? name : "(unknown type)");
		describe_structure(writer, &decoded);
		fact_words(writer, "\n");
	}
	return found;
}

void describe_json(Json *json, const uint8_t *data, size_t length)
{
	json_begin_array(json);
	describe_structures(&(FactWriter){ .json = json }, data, length, -1);
	json_end_array(json);
}

/* Where the structure stands in a summary: the lowest rank comes first, 0 is left out. */
static unsigned summary_rank(const Decoded *decoded)
{
	switch (decoded->kind) {
	case DECODED_FLAGS:
	case DECODED_NAME:
		return 0;
	case DECODED_MANUFACTURER:
	case DECODED_SERVICE_DATA:
		return 1;
	case DECODED_UUIDS:
	case DECODED_URI:
		return 2;
	case DECODED_APPEARANCE:
	case DECODED_CLASS:
		return 3;
	default:
		return 4;
	}
}

static void summarize(GString *out, const Decoded *decoded)
{
	static const char *const heads[] = {
		[DECODED_TX_POWER] = "TX ",
		[DECODED_CLASS] = "class ",
		[DECODED_INTERVAL] = "every ",
		[DECODED_CONN_INTERVALS] = "interval ",
	};

	if (decoded->kind == DECODED_BYTES)
		g_string_append_printf(out, "type 0x%02x ", decoded->field.type);
	else if (decoded->kind < ARRAY_SIZE(heads) && heads[decoded->kind])
		g_string_append(out, heads[decoded->kind]);
	describe_structure(&(FactWriter){ .text = out }, decoded);
}

void describe_summary(GString *out, const uint8_t *data, size_t length)
{
	const char *separator = "";

	for (unsigned rank = 1; rank <= 4; rank++) {
		AdField field;
		AdIter iter;

		ad_iter_init(&iter, data, length);
		while (ad_iter_next(&iter, &field)) {
			Decoded decoded;

			decode_field(&field, &decoded);
			if (summary_rank(&decoded) != rank)
				continue;
			g_string_append(out, separator);
			summarize(out, &decoded);
			separator = "; ";
		}
	}
}
