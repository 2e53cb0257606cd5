/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Advertising reports: taken from the bus, printed as a line or as JSON. */
#include "ctl/heard.h"

#include <string.h>
#include <time.h>

#include "core/ad.h"
#include "core/report.h"
#include "ctl/describe.h"
#include "ctl/json.h"
#include "ctl/names.h"
#include "ctl/text.h"

void heard_init(Heard *heard, GVariant *tuple)
{
	const char *address;

	*heard = (Heard){ 0 };
	g_variant_get(tuple, "(t&syyn@ay@a{sv})", &heard->time, &address, &heard->addr_type, &heard->adv_type,
		      &heard->rssi, &heard->bytes, &heard->extras);
	g_strlcpy(heard->address, address, sizeof(heard->address));
	heard->data = g_variant_get_fixed_array(heard->bytes, &heard->length, 1);
}

void heard_clear(Heard *heard)
{
	g_clear_pointer(&heard->bytes, g_variant_unref);
	g_clear_pointer(&heard->extras, g_variant_unref);
}

uint64_t boottime_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * USEC_PER_SEC + (uint64_t)now.tv_nsec / 1000;
}

int64_t boottime_to_wall(void)
{
	return g_get_real_time() - (int64_t)boottime_now();
}

char *boottime_format_utc(uint64_t time, int64_t wall_offset)
{
	int64_t wall = (int64_t)time + wall_offset;
	g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(wall / (int64_t)USEC_PER_SEC);
	g_autofree char *seconds = date ? g_date_time_format(date, "%Y-%m-%dT%H:%M:%S") : g_strdup("");

	return g_strdup_printf("%s.%06uZ", seconds, (unsigned)(wall % (int64_t)USEC_PER_SEC));
}

void boottime_append_local(GString *out, uint64_t time, int64_t wall_offset)
{
	int64_t wall = (int64_t)time + wall_offset;
	time_t seconds = (time_t)(wall / (int64_t)USEC_PER_SEC);
	struct tm local;

	localtime_r(&seconds, &local);
	g_string_append_printf(out, "%02d:%02d:%02d.%03u", local.tm_hour, local.tm_min, local.tm_sec,
			       (unsigned)(wall % (int64_t)USEC_PER_SEC / 1000));
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

/* Keys of the extras in this tool's spelling; the daemon leaves out what it does not know. */
static void append_extras(Json *json, GVariant *extras)
{
	static const struct {
		const char *theirs;
		const char *ours;
	} keys[] = {
		{ "TxPower", "tx_power" },
		{ "PrimaryPhy", "primary_phy" },
		{ "SecondaryPhy", "secondary_phy" },
		{ "Sid", "sid" },
		{ "Extended", "extended" },
		{ "Synthesized", "synthesized" },
		{ "Truncated", "truncated" },
		{ "Sequence", "sequence" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		g_autoptr(GVariant) value = g_variant_lookup_value(extras, keys[i].theirs, NULL);

		if (!value)
			continue;
		json_key(json, keys[i].ours);
		json_variant(json, value);
	}
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
		describe_data_json(&json, heard->data, heard->length);
	}
	append_extras(&json, heard->extras);
	json_key(&json, "lost");
	json_uint(&json, style->lost);
	json_end_object(&json);
	g_string_append_c(out, '\n');
}
