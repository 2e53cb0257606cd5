/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Advertising reports: taken from the stream, printed as a line or as JSON. */
#include "client/heard.h"

#include <string.h>
#include <time.h>

#include "client/boottime.h"
#include "client/describe.h"
#include "client/json.h"
#include "client/text.h"
#include "meaning/ad.h"
#include "meaning/constants.h"
#include "meaning/names.h"

void heard_init(Heard *heard, const bb_stream_report *report)
{
	Addr addr;

	*heard = (Heard){
		.time = report->time,
		.sequence = report->sequence,
		.addr_type = report->addr_type,
		.adv_type = report->adv_type,
		.rssi = report->rssi,
		.data = report->data,
		.length = report->length,
		.tx_power = report->tx_power,
		.primary_phy = report->primary_phy,
		.secondary_phy = report->secondary_phy,
		.sid = report->sid,
		.flags = report->flags,
	};
	memcpy(addr.bytes, report->address, sizeof(addr.bytes));
	addr_format(&addr, heard->address);
}

void heard_append_name(GString *out, const Heard *heard)
{
	AdField field;
	Decoded decoded;

	if (!ad_find_name(heard->data, heard->length, &field))
		return;
	decode_field(&field, &decoded);
	text_append(out, (const char *)decoded.rest, (gssize)decoded.rest_length);
}

void heard_append_line(GString *out, const Heard *heard, const HeardStyle *style)
{
	g_autoptr(GString) name = g_string_new(NULL);
	size_t before;

	boottime_append_local(out, heard->time, style->wall_offset);
	g_string_append_c(out, ' ');
	text_append(out, heard->address, -1);
	g_string_append_printf(out, " %-6s ", name_of_addr_type(heard->addr_type));
	if (heard->rssi == RSSI_UNKNOWN)
		g_string_append(out, "   ? dBm");
	else
		g_string_append_printf(out, "%4d dBm", heard->rssi);
	g_string_append_printf(out, " %-12s ", name_of_adv_type(heard->adv_type));

	heard_append_name(name, heard);
	if (name->len > 0)
		g_string_append_printf(out, "\"%s\" ", name->str);
	else
		g_string_append(out, "- ");

	before = out->len;
	if (style->raw)
		text_append_hex(out, heard->data, heard->length);
	else
		describe_summary(out, heard->data, heard->length);
	if (out->len == before)
		g_string_append_c(out, '-');
	g_string_append_c(out, '\n');
}

static void append_number(Json *json, const char *key, int number, int unknown)
{
	if (number == unknown)
		return;
	json_key(json, key);
	json_int(json, number);
}

static void append_flag(Json *json, const char *key, bool set)
{
	if (!set)
		return;
	json_key(json, key);
	json_bool(json, true);
}

/* What not every source knows: left out where it is not told, and flags where they are not set. */
static void append_extras(Json *json, const Heard *heard)
{
	append_number(json, "tx_power", heard->tx_power, TX_POWER_UNKNOWN);
	append_number(json, "primary_phy", heard->primary_phy, 0);
	append_number(json, "secondary_phy", heard->secondary_phy, 0);
	append_number(json, "sid", heard->sid, SID_NONE);
	append_flag(json, "extended", heard->flags & BB_STREAM_EXTENDED);
	append_flag(json, "synthesized", heard->flags & BB_STREAM_SYNTHESIZED);
	append_flag(json, "truncated", heard->flags & BB_STREAM_TRUNCATED);
	json_key(json, "sequence");
	json_uint(json, heard->sequence);
}

void heard_append_json(GString *out, const Heard *heard, const HeardStyle *style)
{
	g_autofree char *utc = boottime_format_utc(heard->time, style->wall_offset);
	AdField field;
	Json json;

	json_init(&json, out);
	json_begin_object(&json);
	json_key(&json, "time");
	json_string(&json, utc, -1);
	json_key(&json, "boottime_us");
	json_uint(&json, heard->time);
	json_key(&json, "address");
	json_string(&json, heard->address, -1);
	json_key(&json, "address_type");
	json_string(&json, name_of_addr_type(heard->addr_type), -1);
	json_key(&json, "adv_type");
	json_uint(&json, heard->adv_type);
	json_key(&json, "adv_type_name");
	json_string(&json, name_of_adv_type(heard->adv_type), -1);
	json_key(&json, "rssi");
	if (heard->rssi == RSSI_UNKNOWN)
		json_null(&json);
	else
		json_int(&json, heard->rssi);
	json_key(&json, "name");
	if (ad_find_name(heard->data, heard->length, &field)) {
		Decoded decoded;

		decode_field(&field, &decoded);
		json_string(&json, (const char *)decoded.rest, (gssize)decoded.rest_length);
	} else {
		json_null(&json);
	}
	json_key(&json, "data");
	json_hex(&json, heard->data, heard->length);
	if (!style->raw) {
		json_key(&json, "fields");
		describe_json(&json, heard->data, heard->length);
	}
	append_extras(&json, heard);
	json_key(&json, "lost");
	json_uint(&json, style->lost);
	json_end_object(&json);
	g_string_append_c(out, '\n');
}
