/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which advertisements are wanted. */
#include "client/wanted.h"

#include <errno.h>
#include <string.h>

#include "meaning/ad.h"
#include "meaning/addr.h"
#include "meaning/choice.h"
#include "meaning/constants.h"
#include "meaning/hex.h"
#include "meaning/number.h"
#include "meaning/uuid.h"

#define NAME_BYTES_MAX 248	/* the longest name that a device can have */
#define PATHLOSS_MAX 254	/* dB: from the most that can be sent to the least that can be heard */
#define BATCH_MS_MAX 10000	/* as of the daemon, likewise below */
#define BATCH_MAX 4096
#define LIVE_BATCH_MAX 256	/* reports in a datagram, where a table is drawn */

void wanted_init(Wanted *wanted)
{
	*wanted = (Wanted){
		.addresses = g_ptr_array_new_with_free_func(g_free),
		.uuids = g_ptr_array_new_with_free_func(g_free),
		.manufacturers = g_array_new(FALSE, FALSE, sizeof(uint16_t)),
		.adv_types = g_byte_array_new(),
	};
}

void wanted_clear(Wanted *wanted)
{
	g_clear_pointer(&wanted->addresses, g_ptr_array_unref);
	g_clear_pointer(&wanted->uuids, g_ptr_array_unref);
	g_clear_pointer(&wanted->manufacturers, g_array_unref);
	g_clear_pointer(&wanted->name, g_free);
	g_clear_pointer(&wanted->patterns, g_variant_builder_unref);
	g_clear_pointer(&wanted->adv_types, g_byte_array_unref);
}

int wanted_add_address(Wanted *wanted, const char *text, Reason *reason)
{
	char buffer[ADDR_STRING_SIZE];
	Addr addr = { .type = ADDR_PUBLIC };

	if (addr_parse(text, &addr) < 0)
		return reason_refuse(reason, text, "an address (AA:BB:CC:DD:EE:FF or aabbccddeeff)");
	g_ptr_array_add(wanted->addresses, g_strdup(addr_format(&addr, buffer)));
	return 0;
}

int wanted_add_uuid(Wanted *wanted, const char *text, Reason *reason)
{
	char buffer[UUID_STRING_SIZE];
	Uuid uuid;

	if (uuid_parse(text, &uuid) < 0)
		return reason_refuse(reason, text,
				     "a UUID (1 to 8 hex digits such as 180d, or 36 characters)");
	g_ptr_array_add(wanted->uuids, g_strdup(uuid_format(&uuid, buffer)));
	return 0;
}

int wanted_add_manufacturer(Wanted *wanted, const char *text, Reason *reason)
{
	int64_t number;
	uint16_t company;

	if (!number_parse(text, 0, UINT16_MAX, &number))
		return reason_refuse(reason, text, "a company identifier (0 to 65535, or 0x0000 to 0xffff)");
	company = (uint16_t)number;
	g_array_append_val(wanted->manufacturers, company);
	return 0;
}

int wanted_set_name(Wanted *wanted, const char *text, Reason *reason)
{
	if (*text == '\0' || strlen(text) > NAME_BYTES_MAX || !g_utf8_validate(text, -1, NULL))
		return reason_refuse(reason, text,
				     "a name pattern (1 to 248 bytes of UTF-8; * ? [a-z] as in a shell)");
	g_free(wanted->name);
	wanted->name = g_strdup(text);
	return 0;
}

int wanted_set_rssi(Wanted *wanted, const char *text, Reason *reason)
{
	int64_t number;

	if (!number_parse(text, -127, 20, &number))
		return reason_refuse(reason, text, "a signal strength (-127 to 20 dBm)");
	wanted->rssi = (int16_t)number;
	wanted->has_rssi = true;
	return 0;
}

int wanted_set_pathloss(Wanted *wanted, const char *text, Reason *reason)
{
	int64_t number;

	if (!number_parse(text, 0, PATHLOSS_MAX, &number))
		return reason_refuse(reason, text, "a path loss (0 to 254 dB)");
	wanted->pathloss = (uint16_t)number;
	wanted->has_pathloss = true;
	return 0;
}

int wanted_add_pattern(Wanted *wanted, const char *text, Reason *reason)
{
	g_auto(GStrv) words = g_strsplit(text, ":", 3);
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	guint n = g_strv_length(words);
	int64_t start = 0;
	uint8_t type;
	int r;

	if (n < 2 || (n == 3 && !number_parse(words[0], 0, AD_FIELD_MAX - 1, &start)))
		return reason_refuse(reason, text,
				     "[START:]TYPE:HEX (0xff:4c0002; from the third byte on, 2:0xff:02)");
	r = ad_type_parse(words[n - 2], &type, reason);
	if (r == 0)
		r = hex_parse(words[n - 1], bytes, reason);
	if (r != 0)
		return r;
	if (bytes->len == 0 || start + bytes->len > AD_FIELD_MAX)
		return reason_refuse(reason, text, "a pattern of 1 to 254 bytes, counted with START");
	if (!wanted->patterns)
		wanted->patterns = g_variant_builder_new(G_VARIANT_TYPE("a(yyay)"));
	g_variant_builder_add(wanted->patterns, "(yy@ay)", (uint8_t)start, type,
			      g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, bytes->data, bytes->len, 1));
	return 0;
}

int wanted_add_adv_type(Wanted *wanted, const char *text, Reason *reason)
{
	static const char allowed[] =
		"a type (connectable, directed, scannable, non-connectable, scan-response or unknown; a "
		"constant such as CONN_ADV; 0 to 4, 255)";
	uint8_t number;
	int r = choice_parse(choices_adv_type, 0, UINT8_MAX, allowed, text, &number, reason);

	if (r == 0 && number > ADV_SCAN_RESPONSE && number != ADV_UNKNOWN)
		r = reason_refuse(reason, text, allowed);
	if (r == 0)
		g_byte_array_append(wanted->adv_types, &number, 1);
	return r;
}

int wanted_set_dedup(Wanted *wanted, const char *text, Reason *reason)
{
	int64_t number;

	if (!number_parse(text, 0, UINT32_MAX, &number))
		return reason_refuse(reason, text, "a number of milliseconds (0 to 4294967295)");
	wanted->dedup_ms = (uint32_t)number;
	return 0;
}

int wanted_set_delivery(Wanted *wanted, const char *text, Reason *reason)
{
	static const char *const ways[] = {
		[BY_STREAM] = "stream",
		[BY_SIGNAL] = "signal",
		[BY_FIFO] = "fifo",
	};

	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		if (strcmp(ways[i], text) == 0) {
			wanted->way = (ListenerWay)i;
			return 0;
		}
	}
	return reason_refuse(reason, text, "a way (stream, signal or fifo)");
}

int wanted_set_batch_ms(Wanted *wanted, const char *text, Reason *reason)
{
	int64_t number;

	if (!number_parse(text, 0, BATCH_MS_MAX, &number))
		return reason_refuse(reason, text, "a number of milliseconds (0 to 10000)");
	wanted->batch_ms = (uint32_t)number;
	wanted->has_batch_ms = true;
	return 0;
}

int wanted_set_batch_max(Wanted *wanted, const char *text, Reason *reason)
{
	int64_t number;

	if (!number_parse(text, 1, BATCH_MAX, &number))
		return reason_refuse(reason, text, "a number of reports (1 to 4096)");
	wanted->batch_max = (uint32_t)number;
	return 0;
}

static void add_strings(GVariantDict *dict, const char *key, const GPtrArray *strings, bool as_variants)
{
	GVariantBuilder builder;

	if (strings->len == 0)
		return;
	g_variant_builder_init(&builder, as_variants ? G_VARIANT_TYPE("av") : G_VARIANT_TYPE("as"));
	for (unsigned i = 0; i < strings->len; i++) {
		GVariant *string = g_variant_new_string(strings->pdata[i]);

		g_variant_builder_add_value(&builder, as_variants ? g_variant_new_variant(string) : string);
	}
	g_variant_dict_insert_value(dict, key, g_variant_builder_end(&builder));
}

void wanted_to_dict(const Wanted *wanted, GVariantDict *dict)
{
	add_strings(dict, "addresses", wanted->addresses, false);
	add_strings(dict, "uuids", wanted->uuids, true);
	if (wanted->manufacturers->len > 0)
		g_variant_dict_insert_value(dict, "manufacturers",
			g_variant_new_fixed_array(G_VARIANT_TYPE_UINT16, wanted->manufacturers->data,
						  wanted->manufacturers->len, sizeof(uint16_t)));
	if (wanted->name)
		g_variant_dict_insert(dict, "name", "s", wanted->name);
	if (wanted->has_rssi)
		g_variant_dict_insert(dict, "rssi", "n", wanted->rssi);
	if (wanted->has_pathloss)
		g_variant_dict_insert(dict, "pathloss", "q", wanted->pathloss);
	if (wanted->patterns)
		g_variant_dict_insert_value(dict, "patterns", g_variant_builder_end(wanted->patterns));
	if (wanted->adv_types->len > 0)
		g_variant_dict_insert_value(dict, "adv_types",
			g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, wanted->adv_types->data,
						  wanted->adv_types->len, 1));
}

/* What there is of how reports are put together. */
static void add_batch(const Wanted *wanted, GVariantDict *dict)
{
	if (wanted->has_batch_ms)
		g_variant_dict_insert(dict, "batch_ms", "u", wanted->batch_ms);
	if (wanted->batch_max > 0)
		g_variant_dict_insert(dict, "batch_max", "u", wanted->batch_max);
}

GVariant *wanted_filter(const Wanted *wanted)
{
	g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);

	wanted_to_dict(wanted, &dict);
	if (wanted->dedup_ms > 0)
		g_variant_dict_insert(&dict, "dedup", "u", wanted->dedup_ms);
	if (wanted->passive)
		g_variant_dict_insert(&dict, "active", "b", FALSE);
	if (wanted->no_scan_responses)
		g_variant_dict_insert(&dict, "scan_responses", "b", FALSE);
	if (wanted->way != BY_STREAM) {
		g_variant_dict_insert(&dict, "delivery", "s", wanted->way == BY_SIGNAL ? "signal" : "fifo");
		add_batch(wanted, &dict);
	}
	return g_variant_ref_sink(g_variant_dict_end(&dict));
}

GVariant *wanted_stream(const Wanted *wanted, unsigned live_ms)
{
	g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);

	if (live_ms > 0) {
		g_variant_dict_insert(&dict, "batch_ms", "u", live_ms);
		g_variant_dict_insert(&dict, "batch_max", "u", LIVE_BATCH_MAX);
	}
	add_batch(wanted, &dict);
	return g_variant_ref_sink(g_variant_dict_end(&dict));
}
