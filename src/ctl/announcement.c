/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is to be advertised: from text to the dictionaries of the D-Bus contract. */
#include "ctl/announcement.h"

#include <string.h>

#include "client/wanted.h"
#include "ctl/resolve.h"
#include "meaning/choice.h"
#include "meaning/hex.h"
#include "meaning/number.h"
#include "meaning/uuid.h"

#define AD_DATA_MAX 31		/* bytes of an advertisement */
#define NAME_BYTES_MAX 29	/* of a name that is the only structure */
#define INTERVAL_MIN_MS 20	/* Core Specification Vol 4 Part E 7.8.5 */
#define INTERVAL_MAX_MS 10240

static void builder_clear(GVariantBuilder **builder)
{
	if (*builder)
		g_variant_builder_unref(*builder);
	*builder = NULL;
}

void announcement_clear(Announcement *announcement)
{
	builder_clear(&announcement->services);
	builder_clear(&announcement->manufacturers);
	builder_clear(&announcement->service_data);
	g_clear_pointer(&announcement->name, g_free);
	g_clear_pointer(&announcement->raw, g_byte_array_unref);
	g_clear_pointer(&announcement->scan_response, g_byte_array_unref);
}

int announcement_set_name(Announcement *announcement, const char *text, Reason *reason)
{
	if (*text == '\0' || strlen(text) > NAME_BYTES_MAX || !g_utf8_validate(text, -1, NULL))
		return reason_refuse(reason, text, "a name (1 to 29 bytes of UTF-8)");
	g_free(announcement->name);
	announcement->name = g_strdup(text);
	return 0;
}

int announcement_add_service(Announcement *announcement, const char *text, Reason *reason)
{
	Uuid uuid;

	if (uuid_parse(text, &uuid) < 0)
		return reason_refuse(reason, text,
				     "a UUID (1 to 8 hex digits such as 180d, 36 characters, or "
				     "16 raw ones)");
	if (!announcement->services)
		announcement->services = g_variant_builder_new(G_VARIANT_TYPE("av"));
	g_variant_builder_add(announcement->services, "v", g_variant_new_string(text));
	return 0;
}

/* Splits NUMBER:HEX, or NUMBER alone for no data. Returns the number (g_free); *ret_bytes: an ay,
 * floating. */
static char *split_data(const char *text, GVariant **ret_bytes, Reason *reason)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	const char *colon = strchr(text, ':');

	if (colon && colon[1] != '\0' && hex_parse(colon + 1, bytes, reason) != 0)
		return NULL;
	if (bytes->len > AD_DATA_MAX) {
		reason_set(reason, E_INVALID_ARGUMENTS,
			   "%u bytes of data: more than the %d of an advertisement", bytes->len, AD_DATA_MAX);
		return NULL;
	}
	*ret_bytes = g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, bytes->data, bytes->len, 1);
	return colon ? g_strndup(text, (size_t)(colon - text)) : g_strdup(text);
}

int announcement_add_manufacturer(Announcement *announcement, const char *text, Reason *reason)
{
	g_autoptr(GVariant) bytes = NULL;
	g_autofree char *id = split_data(text, &bytes, reason);
	int64_t company;

	if (!id)
		return E_INVALID_ARGUMENTS;
	g_variant_ref_sink(bytes);
	if (!number_parse(id, 0, UINT16_MAX, &company))
		return reason_refuse(reason, text,
				     "ID:HEX with a company identifier (0 to 65535, or 0x0000 to 0xffff)");
	if (!announcement->manufacturers)
		announcement->manufacturers = g_variant_builder_new(G_VARIANT_TYPE("a{qv}"));
	g_variant_builder_add(announcement->manufacturers, "{qv}", (uint16_t)company, bytes);
	return 0;
}

int announcement_add_service_data(Announcement *announcement, const char *text, Reason *reason)
{
	g_autoptr(GVariant) bytes = NULL;
	g_autofree char *id = split_data(text, &bytes, reason);
	Uuid uuid;

	if (!id)
		return E_INVALID_ARGUMENTS;
	g_variant_ref_sink(bytes);
	if (uuid_parse(id, &uuid) < 0)
		return reason_refuse(reason, text,
				     "UUID:HEX with a UUID (1 to 8 hex digits such as 180d, or "
				     "36 characters)");
	if (!announcement->service_data)
		announcement->service_data = g_variant_builder_new(G_VARIANT_TYPE("a{sv}"));
	g_variant_builder_add(announcement->service_data, "{sv}", id, bytes);
	return 0;
}

int announcement_set_appearance(Announcement *announcement, const char *text, Reason *reason)
{
	int64_t number;

	if (!number_parse(text, 0, UINT16_MAX, &number))
		return reason_refuse(reason, text, "an appearance (0 to 65535, or 0x0000 to 0xffff)");
	announcement->appearance = (uint16_t)number;
	announcement->has_appearance = true;
	return 0;
}

int announcement_set_interval(Announcement *announcement, const char *text, Reason *reason)
{
	g_auto(GStrv) words = g_strsplit(text, ":", 2);
	int64_t min, max;

	if (!words[0] || !number_parse(words[0], INTERVAL_MIN_MS, INTERVAL_MAX_MS, &min) ||
	    !number_parse(words[1] ? words[1] : words[0], min, INTERVAL_MAX_MS, &max))
		return reason_refuse(reason, text, "MIN or MIN:MAX (20 to 10240 ms, MIN not more than MAX)");
	announcement->interval_min = (uint16_t)(min * 8 / 5);
	announcement->interval_max = (uint16_t)(max * 8 / 5);
	return 0;
}

int announcement_set_adv_type(Announcement *announcement, const char *text, Reason *reason)
{
	return choice_parse(choices_sent_type, 0, 4,
			    "a type (connectable, directed, scannable, non-connectable or directed-low; a "
			    "constant such as ADV_TYPE_IND; 0 to 4)",
			    text, &announcement->adv_type, reason);
}

int announcement_set_own_addr_type(Announcement *announcement, const char *text, Reason *reason)
{
	announcement->has_own_addr_type = true;
	return choice_parse(choices_addr_type, 0, 3,
			    "an address type (public, random, public-rpa or random-rpa; a constant such as "
			    "PUBLIC_ADDR; 0 to 3)",
			    text, &announcement->own_addr_type, reason);
}

int announcement_set_channel_map(Announcement *announcement, const char *text, Reason *reason)
{
	announcement->has_channel_map = true;
	return choice_parse(choices_channel_map, 1, 7,
			    "channels (all, or of 37,38,39; a constant such as ADV_CHNL_37; their bits, 1 to "
			    "7)",
			    text, &announcement->channel_map, reason);
}

int announcement_set_filter_policy(Announcement *announcement, const char *text, Reason *reason)
{
	announcement->has_filter_policy = true;
	return choice_parse(choices_filter_policy, 0, 3,
			    "a policy (any, scan-list, connect-list or list; a constant such as "
			    "ADV_FILTER_ALLOW_SCAN_ANY_CON_ANY; 0 to 3)",
			    text, &announcement->filter_policy, reason);
}

static int set_bytes(GByteArray **bytes, const char *text, Reason *reason)
{
	g_clear_pointer(bytes, g_byte_array_unref);
	*bytes = g_byte_array_new();
	if (hex_parse(text, *bytes, reason) != 0)
		return E_INVALID_ARGUMENTS;
	if ((*bytes)->len > AD_DATA_MAX)
		return reason_set(reason, E_INVALID_ARGUMENTS, "%u bytes, more than %d", (*bytes)->len,
				  AD_DATA_MAX);
	return 0;
}

int announcement_set_raw(Announcement *announcement, const char *text, Reason *reason)
{
	return set_bytes(&announcement->raw, text, reason);
}

int announcement_set_scan_response(Announcement *announcement, const char *text, Reason *reason)
{
	return set_bytes(&announcement->scan_response, text, reason);
}

int announcement_check(const Announcement *announcement, Reason *reason)
{
	if (announcement->scan_response && !announcement->raw)
		return reason_set(reason, E_INVALID_ARGUMENTS, "--scan-response: goes with --raw only");
	if (announcement->raw &&
	    (announcement->name || announcement->services || announcement->manufacturers ||
	     announcement->service_data || announcement->has_appearance || announcement->tx_power ||
	     announcement->hidden))
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "--raw: is all that is advertised; it does not go with --name, --service, "
				  "--manufacturer, --service-data, --appearance, --tx-power or --hidden");
	return 0;
}

static GVariant *bytes_to_variant(const GByteArray *bytes)
{
	return g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, bytes ? bytes->data : NULL,
					 bytes ? bytes->len : 0, 1);
}

GVariant *announcement_data(const Announcement *announcement)
{
	g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);

	if (announcement->raw)
		return g_variant_new("(@ay@ay)", bytes_to_variant(announcement->raw),
				     bytes_to_variant(announcement->scan_response));
	if (announcement->name)
		g_variant_dict_insert(&dict, "name", "s", announcement->name);
	if (announcement->services)
		g_variant_dict_insert_value(&dict, "service_uuid",
					    g_variant_builder_end(announcement->services));
	if (announcement->manufacturers)
		g_variant_dict_insert_value(&dict, "manufacturer_data",
					    g_variant_builder_end(announcement->manufacturers));
	if (announcement->service_data)
		g_variant_dict_insert_value(&dict, "service_data",
					    g_variant_builder_end(announcement->service_data));
	if (announcement->has_appearance)
		g_variant_dict_insert(&dict, "appearance", "q", announcement->appearance);
	if (announcement->tx_power)
		g_variant_dict_insert(&dict, "tx_power", "b", TRUE);
	if (announcement->hidden)
		g_variant_dict_insert(&dict, "discoverable", "b", FALSE);
	return g_variant_new("(@a{sv})", g_variant_dict_end(&dict));
}

GVariant *announcement_params(const Announcement *announcement)
{
	g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);

	g_variant_dict_insert(&dict, "adv_type", "y", announcement->adv_type);
	if (announcement->has_own_addr_type)
		g_variant_dict_insert(&dict, "own_addr_type", "y", announcement->own_addr_type);
	if (announcement->has_channel_map)
		g_variant_dict_insert(&dict, "channel_map", "y", announcement->channel_map);
	if (announcement->has_filter_policy)
		g_variant_dict_insert(&dict, "adv_filter_policy", "y", announcement->filter_policy);
	if (announcement->interval_min > 0) {
		g_variant_dict_insert(&dict, "adv_int_min", "q", announcement->interval_min);
		g_variant_dict_insert(&dict, "adv_int_max", "q", announcement->interval_max);
	}
	return g_variant_new("(@a{sv})", g_variant_dict_end(&dict));
}
