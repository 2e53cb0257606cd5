/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The simulated BlueZ, seen by a plain GDBus program: discovery filters. What was measured on the real
 * bluetoothd 5.66 is held here. */
#include <check.h>

#include "sim-fixture.h"

START_TEST(rssi_and_uuid_filters)
{
	const char *const uuids[] = { "180D", NULL };
	GVariantBuilder builder;

	g_variant_builder_init(&builder, G_VARIANT_TYPE("a{sv}"));
	g_variant_builder_add(&builder, "{sv}", "RSSI", g_variant_new_int16(-70));
	g_variant_builder_add(&builder, "{sv}", "UUIDs", g_variant_new_strv(uuids, -1));
	adapter_do(client, "SetDiscoveryFilter", g_variant_new("(a{sv})", &builder));
	start_plain();
	air_do(air, "adv * %s random 3 -71 03030d18", DEVICE);
	/* on the face, services are the device's, whichever packet told them */
	air_do(air, "adv * %s random 3 -60 03030f18", is_face() ? OTHER : DEVICE);
	expect_quiet();
	air_do(air, "adv * %s random 3 -70 03030d18", DEVICE);
	expect_device(DEVICE_PATH);
}
END_TEST

static void set_uuid_filter(const char *uuid)
{
	adapter_do(client, "SetDiscoveryFilter", g_variant_new_parsed("({'UUIDs': <[%s]>},)", uuid));
}

/* Another report of it: whether BlueZ tells of that. A new filter takes a moment to arrive in the kernel. */
static bool tells(void *dev)
{
	client_drop_signals(client);
	air_do(air, "adv * %s random 3 -60 03030d18", (const char *)dev);
	wait_ms(QUIET);
	client_sync(client);
	return client_count_signals(client, NULL) > 0;
}

static bool tells_nothing(void *dev)
{
	return !tells(dev);
}

/* Discovery goes on with another filter, which may show nothing at all, and then show it again. */
START_TEST(filter_changes)
{
	static const char nobodys[] = "7d1f2e6a-93c4-4b0e-8a57-5ec1b09d34f2";

	set_uuid_filter(nobodys);
	start_plain();
	air_do(air, "adv * %s random 3 -60 03030d18", DEVICE);
	expect_quiet();
	adapter_do(client, "SetDiscoveryFilter", filter_new(false));
	ck_assert(wait_until(tells, (void *)DEVICE, SOON));
	set_uuid_filter(nobodys);
	ck_assert(wait_until(tells_nothing, (void *)DEVICE, SOON));
	air_do(air, "adv * %s random 3 -60 03030d18", OTHER);
	expect_quiet();
	set_uuid_filter("180d");
	ck_assert(wait_until(tells, (void *)OTHER, SOON));
	ck_assert(is_discovering(NULL));
}
END_TEST

static GVariant *proximity(const char *entry)
{
	g_autofree char *text =
		g_strdup_printf("({'Transport': <'le'>, 'DuplicateData': <true>, %s},)", entry);

	return g_variant_ref_sink(g_variant_new_parsed(text));
}

/* A radio that reports no RSSI: the kernel drops all for a filter with one, and nothing for one with a path
 * loss. */
START_TEST(no_rssi)
{
	g_autoptr(GVariant) near = proximity("'RSSI': <int16 -127>"),
			    all = proximity("'Pathloss': <uint16 137>");

	adapter_do(client, "SetDiscoveryFilter", near);
	start_plain();
	air_do(air, "adv * %s random 3 127 04ff4c0001", DEVICE);
	expect_quiet();
	adapter_do(client, "StopDiscovery", NULL);
	expect_change(BLUEZ_ADAPTER, "{'Discovering': <false>} []");
	adapter_do(client, "SetDiscoveryFilter", all);
	start_plain();
	air_do(air, "adv * %s random 3 127 04ff4c0001", DEVICE);
	expect_device(DEVICE_PATH);
	air_do(air, "adv * %s random 3 127 020106", DEVICE);
	expect_change(DEVICE_PATH, "{'RSSI': <127>} []");
	air_do(air, "adv * %s random 3 127 020106", DEVICE);
	expect_change(DEVICE_PATH, "{'RSSI': <127>} []");
	/* a TX power does not matter either */
	air_do(air, "adv * %s random 3 -127 020a14", DEVICE);
	expect_change(DEVICE_PATH, "{'RSSI': <-127>, 'TxPower': <20>} []");
	air_do(air, "adv * %s random 3 -127 020a14", DEVICE);
	expect_change(DEVICE_PATH, "{'RSSI': <-127>} []");
}
END_TEST

/* The face's path loss is that of the documentation. */
START_TEST(path_loss)
{
	g_autoptr(GVariant) near = proximity("'Pathloss': <uint16 64>");

	adapter_do(client, "SetDiscoveryFilter", near);
	start_plain();
	air_do(air, "adv * %s random 3 -60 020106", DEVICE); /* no TX power */
	air_do(air, "adv * %s random 3 -60 020a05", DEVICE);
	expect_quiet();
	air_do(air, "adv * %s random 3 -60 020a04", DEVICE);
	expect_device(DEVICE_PATH);
}
END_TEST

START_TEST(filter_is_checked)
{
	static const char *const bad[] = {
		"({'RSSI': <int16 -128>},)",
		"({'RSSI': <-60>},)",
		"({'Nonsense': <true>},)",
		"({'Transport': <'wifi'>},)",
		"({'UUIDs': <['xyz']>},)",
		"({'RSSI': <int16 -60>, 'Pathloss': <uint16 20>},)",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		GVariant *dict = g_variant_parse(G_VARIANT_TYPE("(a{sv})"), bad[i], NULL,
						 NULL, NULL);

		ck_assert_ptr_nonnull(dict);
		adapter_fails(client, "SetDiscoveryFilter", dict, "InvalidArguments");
		g_variant_unref(dict);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { rssi_and_uuid_filters, filter_changes, filter_is_checked, NULL };
	const TTest *const bluez[] = { no_rssi, NULL };
	const TTest *const face[] = { path_loss, NULL };
	int r = run_tests("sim-filter", tests, setup, teardown, 30);

	if (is_face())
		left_out("no_rssi", "there, a filter for path loss is one: path_loss");
	return r | run_tests("sim-filter-either", is_face() ? face : bluez, setup, teardown, 30);
}
