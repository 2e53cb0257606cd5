/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is in a report, and which advertisements become one. */
#include "scan-fixture.h"

/* The one report that waits, as GetAdv gives it, is this, but for the address. */
static void expect_report(unsigned int number, unsigned int addr_type, int rssi, const char *hex)
{
	g_autoptr(GVariant) reply = client_expect(client, session, SESSION, "GetAdv", NULL, "(a(syynay))");
	g_autoptr(GVariant) reports = g_variant_get_child_value(reply, 0);
	g_autofree char *data = NULL;
	const char *mac;
	uint8_t type, adv_type;
	int16_t dbm;

	ck_assert_uint_eq(g_variant_n_children(reports), 1);
	g_variant_get_child(reports, 0, "(&syyn@ay)", &mac, &type, &adv_type, &dbm, NULL);
	data = data_of(reports, 0);
	ck_assert_str_eq(mac, device(number));
	ck_assert_uint_eq(type, addr_type);
	ck_assert_uint_eq(adv_type, 255);
	ck_assert_int_eq(dbm, rssi);
	ck_assert_str_eq(data, hex);
}

START_TEST(documented_fields)
{
	start_scan(client, session, -1);
	hear(1, -60, "04ffffff01");
	expect_report(1, 1, -60, "04ffffff01");
	hear_as("*", 2, "public", -71, "04ffffff02");
	expect_report(2, 0, -71, "04ffffff02");
	hear(1, 20, "04ffffff01");
	expect_report(1, 1, 20, "04ffffff01");
	hear(1, -127, "04ffffff01");
	expect_report(1, 1, -127, "04ffffff01");
	hear(1, -1, "04ffffff01");
	expect_report(1, 1, -1, "04ffffff01");
}
END_TEST

/* A radio that does not say how well it hears: each report comes all the same. */
START_TEST(no_rssi)
{
	start_scan(client, session, -1);
	for (unsigned int i = 0; i < 3; i++) {
		hear(1, 127, "04ffffff01");
		expect_report(1, 1, 127, "04ffffff01");
		hear(2, 127, "03094142");
		expect_report(2, 1, 127, "03094142");
	}
	hear(1, -60, "04ffffff01");
	expect_report(1, 1, -60, "04ffffff01");
}
END_TEST

/* What BlueZ tells is put together again as it was on the air. */
START_TEST(data_is_rebuilt)
{
	static const struct {
		const char *air;
		const char *since_5_69;	/* where that differs: the UUID of service data is among UUIDs, too */
	} payloads[] = {
		/* services 0x180d and 0x180f, name, TX power, appearance, service data, manufacturer data */
		{ "05030d180f1803094142020a040319410304161a180705ff4c000102",
		  "07030d180f181a1803094142020a040319410304161a180705ff4c000102" },
		/* a 32-bit service, and data of one */
		{ "050523c1ab00072023c1ab000708", NULL },
		/* a 128-bit service */
		{ "110736353433323130393837363534333231", NULL },
		/* data of one */
		{ "122136353433323130393837363534333231ff",
		  "110736353433323130393837363534333231122136353433323130393837363534333231ff" },
		/* a service of each length that fits, and a name */
		{ "03030d18050523c1ab000b0948656172742052617465", NULL },
		{ "0b0948656172742052617465", NULL },
		{ "06ff4c00021500", NULL },
		{ "020af6", NULL },
		{ "", NULL },
	};
	bool since_5_69 = world_bluez_since(world, 69);

	start_scan(client, session, -1);
	for (unsigned int i = 0; i < G_N_ELEMENTS(payloads); i++) {
		bool differs = since_5_69 && payloads[i].since_5_69;
		const char *wanted = differs ? payloads[i].since_5_69 : payloads[i].air;

		hear(i, -50, payloads[i].air);
		expect_report(i, 1, -50, wanted);
		/* known to BlueZ by now */
		hear(i, -50, payloads[i].air);
		expect_report(i, 1, -50, wanted);
	}
}
END_TEST

/* What BlueZ does not tell apart, or not at all. */
START_TEST(data_is_told_otherwise)
{
	/* the UUID of service data is among UUIDs, and stays there */
	bool since_5_69 = world_bluez_since(world, 69);

	start_scan(client, session, -1);
	/* a shortened name comes as a complete one */
	hear(1, -50, "03084142");
	expect_report(1, 1, -50, "03094142");
	/* the order is ours */
	hear(2, -50, "04ffffff0103030d18");
	expect_report(2, 1, -50, "03030d1804ffffff01");
	/* manufacturer and service data are in each report that has them, and in no other */
	hear(3, -50, "04ffffff01");
	expect_report(3, 1, -50, "04ffffff01");
	hear(3, -50, "04ff060002");
	expect_report(3, 1, -50, "04ff060002");
	hear(3, -50, "04161a1807");
	expect_report(3, 1, -50, since_5_69 ? "03031a1804161a1807" : "04161a1807");
	hear(3, -50, "");
	expect_report(3, 1, -50, since_5_69 ? "03031a18" : "");
	/* a structure that says it is longer than the rest is left out */
	hear(4, -50, "04ffffff0109094142");
	expect_report(4, 1, -50, "04ffffff01");
}
END_TEST

/* BlueZ tells the flags: before 5.78 as an experimental property only. */
START_TEST(flags)
{
	g_autofree char *path = g_strdelimit(g_strdup_printf(BLUEZ_ADAPTER "/dev_%s", device(1)), ":", '_');
	g_autoptr(GVariant) told = NULL;

	start_scan(client, session, -1);
	hear(1, -50, "02010604ffffff01");
	told = client_get(world_bluez(world), path, "org.bluez.Device1", "AdvertisingFlags");
	ck_assert(told != NULL || world_is_real(world));
	expect_report(1, 1, -50, told ? "02010604ffffff01" : "04ffffff01");
	hear(1, -50, "02010404ffffff02");
	expect_report(1, 1, -50, told ? "02010404ffffff02" : "04ffffff02");
	/* none any more, or never any, is what BlueZ calls 0 */
	hear(1, -50, "04ffffff03");
	expect_report(1, 1, -50, "04ffffff03");
	hear(2, -50, "04ffffff03");
	expect_report(2, 1, -50, "04ffffff03");
}
END_TEST

static void setup_experimental(void)
{
	world = world_new(g_strcmp0(g_getenv("BLUEBROKER_WORLD"), "vm") == 0 ? 0 : WORLD_EXPERIMENTAL);
	air = world_air(world);
	client = new_client();
	session = open_session(client, 0);
}

START_TEST(every_advertisement_is_a_report)
{
	start_scan(client, session, -1);
	for (unsigned int i = 0; i < 5; i++)
		hear(1, -60, "04ffffff07");
	expect_read(client, session, "7 7 7 7 7", 0);
	/* without any data that could change, too */
	for (unsigned int i = 0; i < 4; i++) {
		hear(2, -60, "020a04");
		expect_report(2, 1, -60, "020a04");
	}
	/* a smaller step than BlueZ's 8 dB */
	hear(2, -61, "020a04");
	expect_report(2, 1, -61, "020a04");
	ck_assert_uint_eq(stats_of(client, session, "Reports"), 10);
}
END_TEST

START_TEST(extras)
{
	g_autoptr(GVariant) reports = NULL;
	uint64_t before = now_usec(), last = 0;

	start_scan(client, session, -1);
	hear(1, -60, "04ffffff01");
	hear(2, -60, "020afc04ffffff02");
	hear(3, -60, "04ffffff03");
	reports = read_reports(client, session, 0, NULL);
	ck_assert_uint_eq(g_variant_n_children(reports), 3);

	for (unsigned int i = 0; i < 3; i++) {
		g_autoptr(GVariant) report = g_variant_get_child_value(reports, i);
		g_autoptr(GVariant) keys = g_variant_get_child_value(report, 6);
		g_autoptr(GVariant) sequence = extra_of(reports, i, "Sequence");
		g_autoptr(GVariant) synthesized = extra_of(reports, i, "Synthesized");
		g_autoptr(GVariant) power = extra_of(reports, i, "TxPower");
		uint64_t time;

		ck_assert_uint_eq(g_variant_n_children(keys), i == 1 ? 3 : 2);
		ck_assert_ptr_nonnull(sequence);
		ck_assert(g_variant_is_of_type(sequence, G_VARIANT_TYPE_UINT64));
		ck_assert_uint_eq(g_variant_get_uint64(sequence), i);
		ck_assert_ptr_nonnull(synthesized);
		ck_assert(g_variant_get_boolean(synthesized));
		if (i == 1) {
			ck_assert_ptr_nonnull(power);
			ck_assert_int_eq(g_variant_get_int16(power), -4);
		}
		g_variant_get_child(report, 0, "t", &time);
		ck_assert_uint_gt(time, before);
		ck_assert_uint_ge(time, last);
		ck_assert_uint_lt(time, now_usec());
		last = time;
	}
}
END_TEST

START_TEST(rich_fields_are_the_documented_ones)
{
	g_autoptr(GVariant) reports = NULL;
	g_autofree char *data = NULL;
	const char *mac;
	uint8_t addr_type, adv_type;
	uint64_t dropped;
	int16_t rssi;

	start_scan(client, session, -1);
	hear_as("*", 1, "public", -42, "04ffffff01");
	reports = read_reports(client, session, 0, &dropped);
	ck_assert_uint_eq(g_variant_n_children(reports), 1);
	g_variant_get_child(reports, 0, "(t&syyn@ay@a{sv})", NULL, &mac, &addr_type, &adv_type, &rssi, NULL,
			    NULL);
	data = data_of(reports, 0);
	ck_assert_str_eq(mac, device(1));
	ck_assert_uint_eq(addr_type, 0);
	ck_assert_uint_eq(adv_type, 255);
	ck_assert_int_eq(rssi, -42);
	ck_assert_str_eq(data, "04ffffff01");
	ck_assert_uint_eq(dropped, 0);
}
END_TEST

static bool has_waiting(void *data)
{
	(void)data;
	return stats_of(client, session, "Fifo") > 0;
}

/* An advertisement and its scan response come as one from BlueZ. */
START_TEST(scan_response_is_merged)
{
	start_scan(client, session, -1);
	wait_radio(true);
	air_do(air, "repeat * heart %s random 0 -60 04ffffff01 100 0 rsp 0b0948656172742052617465",
	       device(1));
	ck_assert_msg(wait_until(has_waiting, NULL, world_patience(world)), "nothing is heard");
	air_do(air, "quiet *");
	expect_report(1, 1, -60, "0b094865617274205261746504ffffff01");
}
END_TEST

int main(void)
{
	const TTest *const plain[] = {
		documented_fields, no_rssi, data_is_rebuilt, data_is_told_otherwise,
		every_advertisement_is_a_report, extras, rich_fields_are_the_documented_ones,
		scan_response_is_merged, NULL
	};
	const TTest *const experimental[] = { flags, NULL };
	int r = run_tests("scan-report", plain, scan_setup, scan_teardown, 120);

	return r |
	       run_tests("scan-report-experimental", experimental, setup_experimental, scan_teardown, 120);
}
