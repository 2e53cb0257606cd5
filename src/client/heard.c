/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Advertising reports: taken from the stream, printed as a line or as JSON. */
#include "client/heard.h"

#include <string.h>

#include "client/boottime.h"
#include "client/describe.h"
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

static void tell_number(const FactWriter *writer, const char *key, int number, int unknown)
{
	if (number != unknown)
		fact_int(writer, key, NULL, number);
}

static void tell_flag(const FactWriter *writer, const char *key, bool set)
{
	if (set)
		fact_bool(writer, key, NULL, true);
}

/* Writes what not every source knows. Unknown values and flags that are not set are left out. */
static void tell_extras(const FactWriter *writer, const Heard *heard)
{
	tell_number(writer, "tx_power", heard->tx_power, TX_POWER_UNKNOWN);
	tell_number(writer, "primary_phy", heard->primary_phy, 0);
	tell_number(writer, "secondary_phy", heard->secondary_phy, 0);
	tell_number(writer, "sid", heard->sid, SID_NONE);
	tell_flag(writer, "extended", heard->flags & BB_STREAM_EXTENDED);
	tell_flag(writer, "synthesized", heard->flags & BB_STREAM_SYNTHESIZED);
	tell_flag(writer, "truncated", heard->flags & BB_STREAM_TRUNCATED);
	fact_int(writer, "sequence", NULL, (long long)heard->sequence);
}

static void tell_name(const FactWriter *writer, const Heard *heard)
{
	AdField field;
	Decoded decoded;

	if (!ad_find_name(heard->data, heard->length, &field)) {
		fact_null(writer, "name", NULL);
		return;
	}
	decode_field(&field, &decoded);
	fact_string(writer, "name", NULL, (const char *)decoded.rest, (gssize)decoded.rest_length);
}

void heard_append_json(GString *out, const Heard *heard, const HeardStyle *style)
{
	g_autofree char *utc = boottime_format_utc(heard->time, style->wall_offset);
	FactLine line;
	const FactWriter *writer = fact_line_begin(&line, out, true);

	fact_string(writer, "time", NULL, utc, -1);
	fact_int(writer, "boottime_us", NULL, (long long)heard->time);
	fact_string(writer, "address", NULL, heard->address, -1);
	fact_string(writer, "address_type", NULL, name_of_addr_type(heard->addr_type), -1);
	fact_int(writer, "adv_type", NULL, heard->adv_type);
	fact_string(writer, "adv_type_name", NULL, name_of_adv_type(heard->adv_type), -1);
	if (heard->rssi == RSSI_UNKNOWN)
		fact_null(writer, "rssi", NULL);
	else
		fact_int(writer, "rssi", NULL, heard->rssi);
	tell_name(writer, heard);
	fact_bytes(writer, "data", NULL, heard->data, heard->length);
	if (!style->raw) {
		fact_begin_array(writer, "fields");
		describe_structures(writer, heard->data, heard->length, -1);
		fact_end_array(writer);
	}
	tell_extras(writer, heard);
	fact_int(writer, "lost", NULL, (long long)style->lost);
	fact_line_end(&line, out);
}
