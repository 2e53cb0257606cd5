/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Format ruuvi: as Ruuvi's gateways publish: times are text, in whole seconds, and bytes upper-case hex. */
#include "client/json.h"
#include "meaning/constants.h"
#include "mqtt/format.h"

static void tell_seconds(Json *json, const char *key, uint64_t us)
{
	char text[24];

	json_key(json, key);
	json_string(json, text, g_snprintf(text, sizeof(text), "%" G_GUINT64_FORMAT, us / USEC_PER_SEC));
}

static void tell_data(Json *json, const bb_stream_report *report)
{
	size_t start;

	json_key(json, "data");
	start = json->out->len;
	json_hex(json, report->data, report->length);
	for (char *at = json->out->str + start; *at; at++)
		*at = g_ascii_toupper(*at);
}

void format_ruuvi(const FormatContext *context, const Heard *heard, uint64_t now_us, GString *topic,
		  GString *payload)
{
	char address[ADDR_STRING_SIZE];
	Json json;

	format_address(heard, address);
	format_topic(topic, "ruuvi", context->radio, address, NULL);
	g_string_truncate(payload, 0);
	json_init(&json, payload);
	json_begin_object(&json);
	json_key(&json, "gw_mac");
	json_string(&json, context->radio, -1);
	if (heard->report.rssi != RSSI_UNKNOWN) {
		json_key(&json, "rssi");
		json_int(&json, heard->report.rssi);
	}
	json_key(&json, "aoa");
	json_begin_array(&json);
	json_end_array(&json);
	tell_seconds(&json, "gwts", now_us);
	tell_seconds(&json, "ts", heard->unix_us);
	tell_data(&json, &heard->report);
	json_key(&json, "coords");
	json_string(&json, "", 0);
	json_end_object(&json);
}
