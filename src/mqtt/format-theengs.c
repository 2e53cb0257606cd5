/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Format theengs: what Theengs Gateway takes from other gateways and decodes, one service data at a time. */
#include "client/json.h"
#include "meaning/ad.h"
#include "meaning/constants.h"
#include "mqtt/format.h"

/* What a message is made of. The decoder takes one of each; of several manufacturer data Theengs Gateway
 * gives it the first. */
typedef struct Undecoded {
	const char *name;	/* NULL, as likewise below: none */
	AdField manufacturer;
	AdField service;
} Undecoded;

/* Bytes of the UUID that service data begins with; 0: it is none, or is too short. */
static size_t uuid_width(const AdField *field)
{
	const size_t width = field->type == AD_SERVICE_DATA16 ? 2 :
			     field->type == AD_SERVICE_DATA32 ? 4 :
			     field->type == AD_SERVICE_DATA128 ? 16 : 0;

	return field->length >= width ? width : 0;
}

/* Finds the service data of that number. False: there is no such message. */
static bool find(Undecoded *ret, const bb_stream_report *report, unsigned index)
{
	unsigned services = 0;
	AdField field;
	AdIter iter;

	ad_iter_init(&iter, report->data, report->length);
	while (ad_iter_next(&iter, &field)) {
		if (field.type == AD_MANUFACTURER && field.length >= 2 && !ret->manufacturer.data)
			ret->manufacturer = field;
		else if (uuid_width(&field) > 0 && services++ == index)
			ret->service = field;
	}
	if (services > 0)
		return index < services;
	return index == 0 && (ret->manufacturer.data || ret->name);
}

/* A short UUID in 4 or 8 digits, which is how the decoder's tables have it. */
static void tell_service(Json *json, const AdField *field)
{
	const size_t width = uuid_width(field);
	char text[UUID_STRING_SIZE];
	uint32_t number;
	Uuid uuid;

	uuid_from_air(field->data, width, &uuid);
	uuid_format(&uuid, text);
	json_key(json, "servicedatauuid");
	if (!uuid_short(&uuid, &number))
		json_string(json, text, -1);
	else if (number <= UINT16_MAX)
		json_string(json, text + 4, 4);
	else
		json_string(json, text, 8);
	json_key(json, "servicedata");
	json_hex(json, field->data + width, field->length - width);
}

bool format_theengs(const FormatContext *context, const Heard *heard, unsigned index, GString *topic,
		    GString *payload)
{
	Undecoded undecoded = { .name = format_name(context, heard) };
	char address[ADDR_STRING_SIZE];
	Json json;

	if (!find(&undecoded, &heard->report, index))
		return false;
	format_address(heard, address);
	format_topic(topic, "home", context->gateway, "BTtoMQTT", "undecoded", NULL);
	g_string_truncate(payload, 0);
	json_init(&json, payload);
	json_begin_object(&json);
	json_key(&json, "id");
	json_string(&json, address, -1);
	if (undecoded.name) {
		json_key(&json, "name");
		json_string(&json, undecoded.name, -1);
	}
	if (heard->report.rssi != RSSI_UNKNOWN) {
		json_key(&json, "rssi");
		json_int(&json, heard->report.rssi);
	}
	if (undecoded.manufacturer.data) {
		/* as on air: the company's identifier first */
		json_key(&json, "manufacturerdata");
		json_hex(&json, undecoded.manufacturer.data, undecoded.manufacturer.length);
	}
	if (undecoded.service.data)
		tell_service(&json, &undecoded.service);
	json_end_object(&json);
	return true;
}
