/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Format json: all that a report has. The keys are those of bluebrokerctl scan --json where it has them. */
#include "client/json.h"
#include "meaning/constants.h"
#include "meaning/names.h"
#include "mqtt/format.h"

static void tell_text(Json *json, const char *key, const char *text)
{
	json_key(json, key);
	json_string(json, text, -1);
}

static void tell_uint(Json *json, const char *key, uint64_t number)
{
	json_key(json, key);
	json_uint(json, number);
}

/* What not every source knows is left out where it is not known. */
static void tell_known(Json *json, const char *key, int number, int unknown)
{
	if (number == unknown)
		return;
	json_key(json, key);
	json_int(json, number);
}

static void tell_flag(Json *json, const char *key, bool set)
{
	if (!set)
		return;
	json_key(json, key);
	json_bool(json, true);
}

static void tell_device(Json *json, const FormatContext *context, const Heard *heard, const char *address)
{
	const bb_stream_report *report = &heard->report;
	const char *name = format_name(context, heard);

	tell_text(json, "address", address);
	tell_text(json, "address_type", name_of_addr_type(report->addr_type));
	tell_uint(json, "adv_type", report->adv_type);
	tell_text(json, "adv_type_name", name_of_adv_type(report->adv_type));
	json_key(json, "rssi");
	if (report->rssi == RSSI_UNKNOWN)
		json_null(json);
	else
		json_int(json, report->rssi);
	json_key(json, "name");
	if (name)
		json_string(json, name, -1);
	else
		json_null(json);
}

static void tell_rest(Json *json, const bb_stream_report *report)
{
	json_key(json, "data");
	json_hex(json, report->data, report->length);
	tell_known(json, "tx_power", report->tx_power, TX_POWER_UNKNOWN);
	tell_known(json, "primary_phy", report->primary_phy, 0);
	tell_known(json, "secondary_phy", report->secondary_phy, 0);
	tell_known(json, "sid", report->sid, SID_NONE);
	tell_flag(json, "extended", report->flags & BB_STREAM_EXTENDED);
	tell_flag(json, "synthesized", report->flags & BB_STREAM_SYNTHESIZED);
	tell_flag(json, "truncated", report->flags & BB_STREAM_TRUNCATED);
}

void format_json(const FormatContext *context, const Heard *heard, GString *topic, GString *payload)
{
	char address[ADDR_STRING_SIZE];
	Json json;

	format_address(heard, address);
	format_topic(topic, context->prefix, context->gateway, "report", address, NULL);
	g_string_truncate(payload, 0);
	json_init(&json, payload);
	json_begin_object(&json);
	tell_text(&json, "gateway", context->gateway);
	tell_uint(&json, "time_ms", heard->unix_us / USEC_PER_MSEC);
	tell_device(&json, context, heard, address);
	tell_rest(&json, &heard->report);
	tell_uint(&json, "sequence", heard->sequence);
	tell_uint(&json, "lost", heard->lost);
	json_end_object(&json);
}
