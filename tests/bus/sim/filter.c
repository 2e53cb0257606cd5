/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Discovery filters: parsing, matching and merging by the rules of BlueZ 5.66. */
#include <string.h>

#include "filter.h"
#include "radio.h"

#define PATHLOSS_MAX 137

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool uuids_contain(const GPtrArray *uuids, const char *uuid)
{
	for (unsigned int i = 0; i < uuids->len; i++)
		if (g_str_equal(uuids->pdata[i], uuid))
			return true;
	return false;
}

static bool uuids_match(const GPtrArray *uuids, const Eir *eir)
{
	for (size_t i = 0; i < eir->n_uuids; i++)
		if (uuids_contain(uuids, eir->uuids[i]))
			return true;
	return uuids->len == 0;
}

/* 16-bit, 32-bit and full forms; NULL: no UUID. */
static char *uuid_expand(const char *text)
{
	size_t len;

	if (g_str_has_prefix(text, "0x"))
		text += 2;
	len = strlen(text);
	if (len == 36)
		return g_uuid_string_is_valid(text) ? g_ascii_strdown(text, -1) : NULL;
	if ((len != 4 && len != 8) || strspn(text, "0123456789abcdefABCDEF") != len)
		return NULL;
	g_autofree char *lower = g_ascii_strdown(text, -1);

	return g_strdup_printf("%s%s-0000-1000-8000-00805f9b34fb", len == 4 ? "0000" : "", lower);
}

static bool filter_parse_uuids(DiscoveryFilter *filter, GVariant *value)
{
	GVariantIter iter;
	const char *text;

	if (!g_variant_is_of_type(value, G_VARIANT_TYPE_STRING_ARRAY))
		return false;
	g_variant_iter_init(&iter, value);
	while (g_variant_iter_next(&iter, "&s", &text)) {
		char *uuid = uuid_expand(text);

		if (!uuid)
			return false;
		g_ptr_array_add(filter->uuids, uuid);
	}
	g_ptr_array_sort(filter->uuids, by_text);
	return true;
}

static bool filter_parse_entry(DiscoveryFilter *filter, const char *key, GVariant *value)
{
	if (g_str_equal(key, "UUIDs"))
		return filter_parse_uuids(filter, value);
	if (g_str_equal(key, "RSSI") && g_variant_is_of_type(value, G_VARIANT_TYPE_INT16)) {
		filter->rssi = g_variant_get_int16(value);
		return filter->rssi >= -127 && filter->rssi <= 20;
	}
	if (g_str_equal(key, "Pathloss") && g_variant_is_of_type(value, G_VARIANT_TYPE_UINT16)) {
		filter->pathloss = g_variant_get_uint16(value);
		return filter->pathloss <= PATHLOSS_MAX;
	}
	if (g_str_equal(key, "Transport") && g_variant_is_of_type(value, G_VARIANT_TYPE_STRING)) {
		const char *transport = g_variant_get_string(value, NULL);

		filter->le = !g_str_equal(transport, "bredr");
		return g_str_equal(transport, "auto") || g_str_equal(transport, "le") ||
		       !filter->le;
	}
	if (g_str_equal(key, "DuplicateData") &&
	    g_variant_is_of_type(value, G_VARIANT_TYPE_BOOLEAN)) {
		filter->duplicate = g_variant_get_boolean(value);
		return true;
	}
	if (g_str_equal(key, "Discoverable") && g_variant_is_of_type(value, G_VARIANT_TYPE_BOOLEAN))
		return true;
	if (g_str_equal(key, "Pattern") && g_variant_is_of_type(value, G_VARIANT_TYPE_STRING)) {
		g_free(filter->pattern);
		filter->pattern = g_variant_dup_string(value, NULL);
		return true;
	}
	return false;
}

DiscoveryFilter *filter_free(DiscoveryFilter *filter)
{
	if (!filter)
		return NULL;

	g_ptr_array_unref(filter->uuids);
	g_free(filter->pattern);
	g_free(filter);
	return NULL;
}

bool filter_parse(GVariant *dict, DiscoveryFilter **ret)
{
	DiscoveryFilter *filter;
	GVariantIter iter;
	const char *key;
	GVariant *value;
	bool valid = true;

	if (g_variant_n_children(dict) == 0) {
		*ret = NULL;
		return true;
	}

	filter = g_new0(DiscoveryFilter, 1);
	filter->le = true;
	filter->rssi = filter->pathloss = FILTER_NONE;
	filter->uuids = g_ptr_array_new_with_free_func(g_free);

	g_variant_iter_init(&iter, dict);
	while (valid && g_variant_iter_next(&iter, "{&sv}", &key, &value)) {
		valid = filter_parse_entry(filter, key, value);
		g_variant_unref(value);
	}
	if (filter->rssi != FILTER_NONE && filter->pathloss != FILTER_NONE)
		valid = false;
	if (!valid) {
		filter_free(filter);
		return false;
	}
	*ret = filter;
	return true;
}

bool filter_match(const DiscoveryFilter *filter, const Eir *eir, int rssi)
{
	if (!filter)
		return true;
	if (!uuids_match(filter->uuids, eir))
		return false;
	/* Odd, and bluetoothd's rule: without a pathloss the RSSI is left to the kernel. */
	return filter->pathloss == FILTER_NONE || filter->rssi == FILTER_NONE ||
	       filter->rssi <= rssi ||
	       (eir->tx_power != EIR_TX_POWER_NONE && eir->tx_power - rssi <= filter->pathloss);
}

const char *const *filter_keys(void)
{
	static const char *const keys[] = { "UUIDs",	     "RSSI",
					    "Pathloss",	     "Transport",
					    "DuplicateData", "Discoverable",
					    "Pattern",	     NULL };

	return keys;
}

MergedFilter *merged_new(const GPtrArray *filters)
{
	MergedFilter *merged = g_new0(MergedFilter, 1);
	bool plain = false, all_uuids = false, any_rssi = false;
	int rssi = FILTER_NONE;

	merged->uuids = g_ptr_array_new_with_free_func(g_free);
	for (unsigned int i = 0; i < filters->len; i++) {
		const DiscoveryFilter *filter = filters->pdata[i];

		if (!filter) {
			plain = true;
			merged->le = true;
			continue;
		}
		merged->filtered = true;
		merged->le |= filter->le;
		if (filter->rssi == FILTER_NONE)
			any_rssi = true;
		else
			rssi = MIN(rssi, filter->rssi);
		all_uuids |= filter->uuids->len == 0;
		for (unsigned int u = 0; u < filter->uuids->len; u++)
			if (!uuids_contain(merged->uuids, filter->uuids->pdata[u]))
				g_ptr_array_add(merged->uuids, g_strdup(filter->uuids->pdata[u]));
	}
	if (plain || all_uuids)
		g_ptr_array_set_size(merged->uuids, 0);
	g_ptr_array_sort(merged->uuids, by_text);
	merged->rssi = plain || any_rssi || rssi == FILTER_NONE ? RADIO_RSSI_ANY : rssi;
	return merged;
}

MergedFilter *merged_free(MergedFilter *merged)
{
	if (!merged)
		return NULL;

	g_ptr_array_unref(merged->uuids);
	g_free(merged);
	return NULL;
}

bool merged_equal(const MergedFilter *a, const MergedFilter *b)
{
	if (!a || !b || a->filtered != b->filtered || a->le != b->le || a->rssi != b->rssi ||
	    a->uuids->len != b->uuids->len)
		return false;
	for (unsigned int i = 0; i < a->uuids->len; i++)
		if (!g_str_equal(a->uuids->pdata[i], b->uuids->pdata[i]))
			return false;
	return true;
}

bool merged_match(const MergedFilter *merged, const Eir *eir, int rssi)
{
	/* what has no RSSI is none that is near enough */
	if (merged->rssi != RADIO_RSSI_ANY && (rssi == RADIO_RSSI_ANY || rssi < merged->rssi))
		return false;
	return uuids_match(merged->uuids, eir);
}
