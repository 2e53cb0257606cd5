/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>

#include "memory.h"
#include "sim-fixture.h"
#include "storm-heard.h"

static uint32_t get_le32(const uint8_t *at)
{
	return at[0] | at[1] << 8 | at[2] << 16 | (uint32_t)at[3] << 24;
}

/* A storm's manufacturer data: which device, and which report. */
static void storm_heard_note(StormHeard *heard, GVariant *properties)
{
	g_autoptr(GVariant) makers = g_variant_lookup_value(properties, "ManufacturerData",
							    G_VARIANT_TYPE("a{qv}"));
	g_autoptr(GVariant) value = NULL;
	const uint8_t *bytes;
	uint32_t *newest;
	size_t n;

	ck_assert_ptr_nonnull(makers);
	g_variant_get_child(makers, 0, "{qv}", NULL, &value);
	bytes = g_variant_get_fixed_array(value, &n, 1);
	ck_assert_uint_eq(n, 8);
	ck_assert_uint_lt(get_le32(bytes), heard->devices);
	newest = &heard->newest[get_le32(bytes)];
	*newest = MAX(*newest, get_le32(bytes + 4));
}

static void storm_heard_take(StormHeard *heard)
{
	GVariant *body, *properties;

	for (; client_count_signals(client, "InterfacesAdded"); heard->added++) {
		body = client_wait_signal(client, "InterfacesAdded", 0, NULL);
		properties = g_variant_get_child_value(body, 1);
		g_variant_unref(body);
		body = g_variant_lookup_value(properties, DEVICE_IFACE, NULL);
		storm_heard_note(heard, body);
		g_variant_unref(properties);
		g_variant_unref(body);
	}
	for (; client_count_signals(client, "PropertiesChanged"); heard->changed++) {
		body = client_wait_signal(client, "PropertiesChanged", 0, NULL);
		properties = g_variant_get_child_value(body, 1);
		storm_heard_note(heard, properties);
		g_variant_unref(properties);
		g_variant_unref(body);
	}
}

bool storm_heard_all(void *data)
{
	StormHeard *heard = data;

	storm_heard_take(heard);
	for (uint32_t i = 0; i < heard->devices - 1; i++)
		if (heard->newest[i] != heard->devices + i)
			return false;
	return heard->newest[heard->devices - 1] == heard->devices - 1;
}
