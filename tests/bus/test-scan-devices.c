/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GetDevices: the last-seen table of a radio. */
#include "scan-fixture.h"

static GVariant *rows(Client *by, const char *filter)
{
	g_autoptr(GVariant) reply = client_expect(by, "hci0", "Adapter1", "GetDevices", dictionary(filter), "(aa{sv})");

	return g_variant_get_child_value(reply, 0);
}

/* The rows are of these devices, in this order: "3 2 1". */
static void expect_rows(const char *filter, const char *numbers)
{
	g_autoptr(GVariant) table = rows(client, filter);
	g_autoptr(GString) got = g_string_new(NULL);

	for (size_t i = 0; i < g_variant_n_children(table); i++) {
		g_autoptr(GVariant) row = g_variant_get_child_value(table, i);
		const char *address = "";
		unsigned int number = 0;

		ck_assert(g_variant_lookup(row, "Address", "&s", &address));
		while (number < 16 && !g_str_equal(address, device(number)))
			number++;
		g_string_append_printf(got, "%s%u", i > 0 ? " " : "", number);
	}
	ck_assert_msg(g_str_equal(got->str, numbers), "GetDevices(%s): not of %s, but of %s", filter, numbers, got->str);
}

static void expect_entry(GVariant *row, const char *key, const char *text)
{
	g_autoptr(GVariant) value = g_variant_lookup_value(row, key, NULL);
	g_autofree char *got = value ? g_variant_print(value, TRUE) : g_strdup("none");

	ck_assert_msg(g_str_equal(got, text), "%s: not %s, but %s", key, text, got);
}

START_TEST(row)
{
	g_autoptr(GVariant) table = NULL, known = NULL, other = NULL;
	g_autofree char *address = g_strdup_printf("'%s'", device(1)), *other_address = g_strdup_printf("'%s'", device(2));
	uint64_t before = now_usec(), first, last;

	expect_rows("{}", "");
	start_scan(client, session, -1);
	hear_as("*", 2, "public", -70, "04ffffff01");
	hear(1, -60, "03094142020a0404ffffff01");
	hear(1, -61, "03094142020a0404ffffff02");
	table = rows(client, "{}");
	ck_assert_uint_eq(g_variant_n_children(table), 2);

	known = g_variant_get_child_value(table, 0); /* the latest */
	ck_assert_uint_eq(g_variant_n_children(known), 8);
	expect_entry(known, "Address", address);
	expect_entry(known, "AddressType", "'random'");
	expect_entry(known, "Name", "'AB'");
	expect_entry(known, "RSSI", "int16 -61");
	expect_entry(known, "Reports", "uint64 2");
	expect_entry(known, "Data", "[byte 0x03, 0x09, 0x41, 0x42, 0x02, 0x0a, 0x04, 0x04, 0xff, 0xff, 0xff, 0x02]");
	/* BlueZ does not tell these */
	expect_entry(known, "ScanResponse", "none");
	expect_entry(known, "Connectable", "none");
	ck_assert(g_variant_lookup(known, "FirstSeen", "t", &first));
	ck_assert(g_variant_lookup(known, "LastSeen", "t", &last));
	ck_assert_uint_gt(first, before);
	ck_assert_uint_gt(last, first);
	ck_assert_uint_lt(last, now_usec());

	other = g_variant_get_child_value(table, 1);
	ck_assert_uint_eq(g_variant_n_children(other), 7);
	expect_entry(other, "Address", other_address);
	expect_entry(other, "AddressType", "'public'");
	expect_entry(other, "Name", "none");
	expect_entry(other, "RSSI", "int16 -70");
	expect_entry(other, "Reports", "uint64 1");
	ck_assert(g_variant_lookup(other, "FirstSeen", "t", &first));
	ck_assert(g_variant_lookup(other, "LastSeen", "t", &last));
	ck_assert_uint_eq(first, last);
}
END_TEST

START_TEST(filter)
{
	g_autofree char *address = g_strdup_printf("{'addresses': <['%s']>}", device(2));
	g_autofree char *lower = g_ascii_strdown(device(1), -1), *plain = NULL;
	g_auto(GStrv) parts = g_strsplit(lower, ":", -1);
	g_autofree char *joined = g_strjoinv("", parts);

	start_scan(client, session, -1);
	hear(0, -40, "03030d180b0948656172742052617465020a04");
	hear(1, -60, "0509416e6e6105ff4c000215");
	hear(2, -80, "04161a180704ffffff01");

	plain = g_strdup_printf("{'addresses': <['%s', '%s']>}", joined, device(0));
	expect_rows("{}", "2 1 0");
	expect_rows(address, "2");
	expect_rows(plain, "1 0");
	expect_rows("{'uuids': <[<'180d'>]>}", "0");
	expect_rows("{'uuids': <[<uint16 0x181a>, <'180d'>]>}", "2 0");
	expect_rows("{'manufacturers': <[uint16 0x004c]>}", "1");
	expect_rows("{'name': <'*a*'>}", "1 0");
	expect_rows("{'rssi': <int16 -60>}", "1 0");
	expect_rows("{'pathloss': <uint16 44>}", "0");
	expect_rows("{'patterns': <[(byte 2, byte 0xff, [byte 0x02, 0x15])]>}", "1");
	expect_rows("{'adv_types': <[byte 255]>}", "2 1 0");
	expect_rows("{'adv_types': <[byte 3]>}", "");
	expect_rows("{'rssi': <int16 -60>, 'name': <'Heart*'>}", "0");
	/* of the session it is not the business */
	set_filter(client, session, "{'name': <'nobody'>}");
	expect_rows("{}", "2 1 0");

	expect_refusal(client, "hci0", "Adapter1", "GetDevices", dictionary("{'nonsense': <1>}"), "InvalidArguments",
		       "nonsense");
	expect_refusal(client, "hci0", "Adapter1", "GetDevices", dictionary("{'dedup': <uint32 5>}"), "InvalidArguments",
		       "dedup");
	expect_refusal(client, "hci0", "Adapter1", "GetDevices", dictionary("{'rssi': <5>}"), "InvalidArguments", "rssi");
	expect_refusal(client, "hci7", "Adapter1", "GetDevices", dictionary("{}"), "NoSuchAdapter", "hci7");
}
END_TEST

/* It outlives scans and sessions, and is everybody's. */
START_TEST(stays)
{
	g_autoptr(GVariant) table = NULL;
	Client *other = client_can_be_others() ? client_new_as(world_address(world), SOME_UID) :
						 client_new(world_address(world));

	start_scan(client, session, -1);
	hear_count(1);
	client_do(client, session, SESSION, "Close", NULL);
	wait_radio(false);
	expect_rows("{}", "0");
	table = rows(other, "{}");
	ck_assert_uint_eq(g_variant_n_children(table), 1);
	ck_assert_uint_eq(stats_total(other, "Devices"), 1);
	client_free(other);
}
END_TEST

START_TEST(bounded)
{
	start_scan(client, session, -1);
	for (unsigned int i = 0; i < 3; i++)
		hear(i, -60, "04ffffff01");
	expect_rows("{}", "2 1 0");
	hear(0, -60, "04ffffff02"); /* no longer the one to go */
	expect_rows("{}", "0 2 1");
	hear(3, -60, "04ffffff01");
	expect_rows("{}", "3 0 2");
	hear(1, -60, "04ffffff01");
	expect_rows("{}", "1 3 0");
	ck_assert_uint_eq(stats_total(client, "Devices"), 3);
	wait_radio(true);
	air_do(air, "storm * 40 200 3");
	wait_ms(1500);
	air_do(air, "quiet *");
	ck_assert_uint_eq(stats_total(client, "Devices"), 3);
}
END_TEST

static void setup_small(void)
{
	setup_with("[Limits]\nDevices=3\n");
}

int main(void)
{
	const TTest *const plain[] = { row, filter, stays };
	const TTest *const small[] = { bounded };
	const ScanCase cases[] = {
		{ "plain", setup, plain, G_N_ELEMENTS(plain) },
		{ "small", setup_small, small, G_N_ELEMENTS(small) },
	};

	return scan_main("scan-devices", cases, G_N_ELEMENTS(cases));
}
