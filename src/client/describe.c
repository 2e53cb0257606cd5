/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decoded AD structures in words. */
#include "client/describe.h"

#include "client/text.h"
#include "meaning/names.h"

#define NO_INTERVAL 0xffff

static const char *const flag_names[] = {
	"LE limited discoverable", "LE general discoverable", "BR/EDR not supported", "LE and BR/EDR (controller)",
	"LE and BR/EDR (host)",
};

void describe_flags(GString *out, uint8_t flags)
{
	const char *separator = "";

	for (unsigned bit = 0; bit < 8; bit++) {
		if (!(flags & 1U << bit))
			continue;
		g_string_append(out, separator);
		if (bit < ARRAY_SIZE(flag_names))
			g_string_append(out, flag_names[bit]);
		else
			g_string_append_printf(out, "reserved bit %u", bit);
		separator = ", ";
	}
	if (flags == 0)
		g_string_append(out, "none set");
}

void describe_uuid(GString *out, const Uuid *uuid)
{
	const char *name = name_of_service(uuid);
	char buffer[UUID_STRING_SIZE];
	uint32_t number;

	if (uuid_short(uuid, &number))
		g_string_append_printf(out, "0x%04x", number);
	else
		g_string_append(out, uuid_format(uuid, buffer));
	if (name)
		g_string_append_printf(out, " %s", name);
}

static void describe_uuids(GString *out, const Decoded *decoded)
{
	const char *separator = "";
	size_t position = 0;
	Uuid uuid;

	while (decode_next_uuid(decoded, &position, &uuid)) {
		g_string_append(out, separator);
		describe_uuid(out, &uuid);
		separator = ", ";
	}
	if (position == 0)
		g_string_append(out, "none");
}

static void describe_tlm(GString *out, const Beacon *beacon)
{
	if (beacon->millivolts != 0)
		g_string_append_printf(out, " %u mV", beacon->millivolts);
	if (beacon->has_temperature)
		g_string_append_printf(out, " %.2f degC", beacon->temperature / 256.0);
	g_string_append_printf(out, " %u advertisements, up %.1f s", beacon->advertisements, beacon->uptime / 10.0);
}

static void describe_beacon(GString *out, const Beacon *beacon)
{
	char buffer[UUID_STRING_SIZE];

	g_string_append(out, beacon_name(beacon->kind));
	switch (beacon->kind) {
	case BEACON_IBEACON:
		g_string_append_printf(out, " %s major %u minor %u, %d dBm at 1 m",
				       uuid_format(&beacon->uuid, buffer), beacon->major, beacon->minor, beacon->power);
		break;
	case BEACON_UID:
		g_string_append(out, " namespace ");
		text_append_hex(out, beacon->id, 10);
		g_string_append(out, " instance ");
		text_append_hex(out, beacon->id + 10, 6);
		g_string_append_printf(out, ", %d dBm at 0 m", beacon->power);
		break;
	case BEACON_URL:
		g_string_append_printf(out, " %s, %d dBm at 0 m", beacon->url, beacon->power);
		break;
	case BEACON_TLM:
		describe_tlm(out, beacon);
		break;
	case BEACON_TLM_ENCRYPTED:
		g_string_append_c(out, ' ');
		text_append_hex(out, beacon->id, 12);
		break;
	case BEACON_EID:
		g_string_append_c(out, ' ');
		text_append_hex(out, beacon->id, 8);
		g_string_append_printf(out, ", %d dBm at 0 m", beacon->power);
		break;
	case BEACON_NONE:
		break;
	}
}

/* A beacon, or the bytes. */
static void describe_payload(GString *out, const Decoded *decoded)
{
	if (decoded->beacon.kind != BEACON_NONE) {
		describe_beacon(out, &decoded->beacon);
	} else if (decoded->rest_length > 0) {
		text_append_hex(out, decoded->rest, decoded->rest_length);
	} else {
		g_string_append(out, "no data");
	}
}

static void describe_manufacturer(GString *out, const Decoded *decoded)
{
	const char *company = name_of_company((uint16_t)decoded->number);

	if (company)
		text_append(out, company, -1);
	else
		g_string_append_printf(out, "company 0x%04x", decoded->number);
	g_string_append(out, ": ");
	describe_payload(out, decoded);
}

static void describe_interval(GString *out, uint32_t units)
{
	if (units == NO_INTERVAL)
		g_string_append(out, "any");
	else
		g_string_append_printf(out, "%.2f ms", units * 1.25);
}

static void describe_appearance(GString *out, uint16_t appearance)
{
	const char *name = name_of_appearance(appearance);

	g_string_append_printf(out, "0x%04x", appearance);
	if (name)
		g_string_append_printf(out, " %s", name);
}

static void describe_uri(GString *out, const Decoded *decoded)
{
	switch (decoded->number) {
	case 0x01:
		break;
	case 0x16:
		g_string_append(out, "http:");
		break;
	case 0x17:
		g_string_append(out, "https:");
		break;
	default:
		g_string_append_printf(out, "scheme 0x%02x:", decoded->number);
	}
	text_append(out, (const char *)decoded->rest, (gssize)decoded->rest_length);
}

void describe_field(GString *out, const Decoded *decoded)
{
	switch (decoded->kind) {
	case DECODED_BYTES:
		if (decoded->rest_length == 0)
			g_string_append(out, "no data");
		text_append_hex(out, decoded->rest, decoded->rest_length);
		break;
	case DECODED_FLAGS:
		describe_flags(out, (uint8_t)decoded->number);
		break;
	case DECODED_UUIDS:
		describe_uuids(out, decoded);
		break;
	case DECODED_NAME:
		g_string_append_c(out, '"');
		text_append(out, (const char *)decoded->rest, (gssize)decoded->rest_length);
		g_string_append_c(out, '"');
		break;
	case DECODED_TX_POWER:
		g_string_append_printf(out, "%d dBm", decoded->dbm);
		break;
	case DECODED_CLASS:
		g_string_append_printf(out, "0x%06x", decoded->number);
		break;
	case DECODED_APPEARANCE:
		describe_appearance(out, (uint16_t)decoded->number);
		break;
	case DECODED_INTERVAL:
		g_string_append_printf(out, "%.3f ms", decoded->number * 0.625);
		break;
	case DECODED_CONN_INTERVALS:
		describe_interval(out, decoded->number);
		g_string_append(out, " to ");
		describe_interval(out, decoded->number2);
		break;
	case DECODED_URI:
		describe_uri(out, decoded);
		break;
	case DECODED_SERVICE_DATA:
		/* the name of a beacon's format says the service, too */
		if (decoded->beacon.kind == BEACON_NONE) {
			describe_uuid(out, &decoded->uuid);
			g_string_append(out, ": ");
		}
		describe_payload(out, decoded);
		break;
	case DECODED_MANUFACTURER:
		describe_manufacturer(out, decoded);
		break;
	}
	if (decoded->malformed)
		g_string_append(out, " (malformed: its length does not fit the type)");
}

/* 0: not in a summary; else the lower, the further to the front. */
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

static void summarize_field(GString *out, const Decoded *decoded)
{
	switch (decoded->kind) {
	case DECODED_TX_POWER:
		g_string_append(out, "TX ");
		break;
	case DECODED_CLASS:
		g_string_append(out, "class ");
		break;
	case DECODED_INTERVAL:
		g_string_append(out, "every ");
		break;
	case DECODED_CONN_INTERVALS:
		g_string_append(out, "interval ");
		break;
	case DECODED_BYTES:
		g_string_append_printf(out, "type 0x%02x ", decoded->field.type);
		break;
	default:
		break;
	}
	describe_field(out, decoded);
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
			summarize_field(out, &decoded);
			separator = "; ";
		}
	}
}
