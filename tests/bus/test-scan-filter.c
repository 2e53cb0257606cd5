/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SetScanFilter: what each key lets through, what it takes and what it refuses. */
#include "scan-fixture.h"

#define RAW_UUID "110736353433323130393837363534333231" /* "1234567890123456" */

/* A street of devices: what is on the air in these tests. Their numbers begin with 1. */
static const struct {
	const char *data;
	int rssi;
} street[] = {
	{ "03030d180b0948656172742052617465020a0406ff4c00021507", -40 }, /* "Heart Rate", TX power 4 */
	{ "050523c1ab000709546865726d6f04ff060001", -60 }, /* "Thermo" */
	{ RAW_UUID "020aec", -80 }, /* TX power -20 */
	{ "04161a1807", -90 },
	{ "05ffffff0203", -70 },
};

static bool street_is_heard(void *data)
{
	const uint64_t *heard = data;

	return stats_total(client, "Reports") >= *heard;
}

static bool is_sent(void *data)
{
	return air_ask(air, "%s", (const char *)data) > 0;
}

static void hear_street(void)
{
	uint64_t heard = stats_total(client, "Reports") + G_N_ELEMENTS(street);

	for (unsigned int i = 0; i < G_N_ELEMENTS(street); i++) {
		g_autofree char *line = g_strdup_printf("adv * %s random 3 %d %s", device(i + 1),
							street[i].rssi, street[i].data);

		ck_assert_msg(wait_until(is_sent, line, world_patience(world)), "no radio scans");
	}
	ck_assert_msg(wait_until(street_is_heard, &heard, world_patience(world)),
		      "not all of the street is heard");
}

/* Numbers of the devices whose reports wait. */
static char *heard_by(Client *by, const char *path)
{
	g_autoptr(GVariant) reports = read_reports(by, path, 0, NULL);
	GString *numbers = g_string_new(NULL);

	for (size_t i = 0; i < g_variant_n_children(reports); i++) {
		const char *mac;
		unsigned int number = 1;

		g_variant_get_child(reports, i, "(t&syyn@ay@a{sv})", NULL, &mac, NULL, NULL, NULL, NULL,
				    NULL);
		while (number < 16 && !g_str_equal(mac, device(number)))
			number++;
		g_string_append_printf(numbers, "%s%u", i > 0 ? " " : "", number);
	}
	return g_string_free(numbers, FALSE);
}

static void expect_passes(const char *filter, const char *numbers)
{
	g_autofree char *got = NULL;

	set_filter(client, session, filter);
	hear_street();
	got = heard_by(client, session);
	ck_assert_msg(g_str_equal(got, numbers), "%s: lets through not \"%s\", but \"%s\"", filter, numbers,
		      got);
}

START_TEST(keys)
{
	static const struct {
		const char *filter, *passes;
	} rows[] = {
		{ "{}", "1 2 3 4 5" },
		{ "{'manufacturers': <[uint16 0x004c]>}", "1" },
		{ "{'manufacturers': <[uint16 6, 0xffff, 0x1234]>}", "2 5" },
		{ "{'manufacturers': <@aq []>}", "1 2 3 4 5" },
		{ "{'name': <'Heart Rate'>}", "1" },
		{ "{'name': <'heart rate'>}", "" },
		{ "{'name': <'*'>}", "1 2" },
		{ "{'name': <'?h*'>}", "2" },
		{ "{'name': <'[A-H]*'>}", "1" },
		{ "{'name': <'[!A-H]*o'>}", "2" },
		{ "{'name': <''>}", "" },
		{ "{'rssi': <int16 -60>}", "1 2" },
		{ "{'rssi': <int16 -59>}", "1" },
		{ "{'rssi': <int16 -127>}", "1 2 3 4 5" },
		{ "{'rssi': <int16 20>}", "" },
		{ "{'pathloss': <uint16 44>}", "1" },
		{ "{'pathloss': <uint16 43>}", "" },
		{ "{'pathloss': <uint16 60>}", "1 3" },
		{ "{'patterns': <[(byte 2, byte 0xff, [byte 0x02, 0x15])]>}", "1" },
		{ "{'patterns': <[(byte 0, byte 0xff, [byte 0x02, 0x15])]>}", "" },
		{ "{'patterns': <[(byte 0, byte 0x16, [byte 0x1a]), (byte 1, byte 0x09, [byte 0x68])]>}",
		  "2 4" },
		{ "{'patterns': <[(byte 2, byte 0x16, [byte 7, 0])]>}", "" },
		{ "{'patterns': <@a(yyay) []>}", "1 2 3 4 5" },
		/* the D-Bus source cannot tell types: it has 255 for all */
		{ "{'adv_types': <[byte 255]>}", "1 2 3 4 5" },
		{ "{'adv_types': <[byte 0, 1, 2, 3, 4]>}", "" },
		{ "{'adv_types': <@ay []>}", "1 2 3 4 5" },
		{ "{'scan_responses': <false>, 'active': <false>}", "1 2 3 4 5" },
		{ "{'scan_responses': <true>, 'active': <true>}", "1 2 3 4 5" },
		{ "{'delivery': <'fifo'>, 'batch_ms': <uint32 0>, 'batch_max': <uint32 1>}", "1 2 3 4 5" },
		{ "{'batch_ms': <uint32 10000>, 'batch_max': <uint32 4096>, 'dedup': <uint32 0>}",
		  "1 2 3 4 5" },
		/* every kind has to match */
		{ "{'rssi': <int16 -80>, 'pathloss': <uint16 60>, 'uuids': <[<'1234567890123456'>]>}", "3" },
		{ "{'rssi': <int16 -60>, 'manufacturers': <[uint16 0x004c, 6, 0xffff]>}", "1 2" },
		{ "{'name': <'Heart*'>, 'manufacturers': <[uint16 6]>}", "" },
		{ "{}", "1 2 3 4 5" },
	};

	start_scan(client, session, -1);
	wait_radio(true);
	for (unsigned int i = 0; i < G_N_ELEMENTS(rows); i++)
		expect_passes(rows[i].filter, rows[i].passes);
}
END_TEST

START_TEST(uuid_forms)
{
	static const struct {
		const char *uuid, *passes;
	} rows[] = {
		/* numbers of each type */
		{ "0x180d", "1" }, { "uint16 0x180d", "1" }, { "uint32 0x180d", "1" },
		{ "int16 0x180d", "1" }, { "byte 0x0d", "" }, { "uint32 0x00abc123", "2" },
		{ "0xabc123", "2" },
		/* hex digits */
		{ "'180d'", "1" }, { "'180D'", "1" }, { "'0x180d'", "1" }, { "'0X180D'", "1" },
		{ "'0000180d'", "1" }, { "'d'", "" }, { "'abc123'", "2" }, { "'0x00ABC123'", "2" },
		{ "'181a'", "4" },
		/* in full */
		{ "'0000180d-0000-1000-8000-00805f9b34fb'", "1" },
		{ "'0000180D-0000-1000-8000-00805F9B34FB'", "1" },
		{ "'00abc123-0000-1000-8000-00805f9b34fb'", "2" },
		{ "'31323334-3536-3738-3930-313233343536'", "3" },
		{ "'0000181a-0000-1000-8000-00805f9b34fb'", "4" },
		/* bytes as printed */
		{ "'1234567890123456'", "3" }, { "[byte 0x18, 0x0d]", "1" },
		{ "[byte 0x00, 0xab, 0xc1, 0x23]", "2" },
		{ "[byte 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36]", "3" },
		{ "'6543210987654321'", "" },
		/* and what is none */
		{ "-1", NULL }, { "int16 -1", NULL }, { "uint64 0x180d", NULL }, { "int64 0x180d", NULL },
		{ "6157.0", NULL }, { "true", NULL }, { "''", NULL }, { "'0x'", NULL },
		{ "'123456789'", NULL }, { "'18g0'", NULL }, { "'180d '", NULL },
		{ "'0000180d-0000-1000-8000-00805f9b34f'", NULL },
		{ "'0000180d00001000800000805f9b34fb'", NULL },
		{ "'0000180d-0000-1000-8000_00805f9b34fb'", NULL }, { "@ay []", NULL },
		{ "[byte 1, 2, 3]", NULL }, { "[0x180d]", NULL }, { "<'180d'>", NULL },
	};

	start_scan(client, session, -1);
	wait_radio(true);
	for (unsigned int i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *filter = g_strdup_printf("{'uuids': <[<%s>]>}", rows[i].uuid);

		if (rows[i].passes)
			expect_passes(filter, rows[i].passes);
		else
			expect_refusal(client, session, SESSION, "SetScanFilter", dictionary(filter),
				       "InvalidArguments", "uuids");
	}
	expect_passes("{'uuids': <[<'180d'>, <0xabc123>, <'181a'>]>}", "1 2 4");
	expect_passes("{'uuids': <@av []>}", "1 2 3 4 5");
}
END_TEST

START_TEST(addresses)
{
	g_autofree char *lower = g_ascii_strdown(device(2), -1);
	g_auto(GStrv) parts = g_strsplit(device(4), ":", -1);
	g_autofree char *joined = g_strjoinv("", parts), *joined_lower = g_ascii_strdown(joined, -1);
	g_autofree char *one = g_strdup_printf("{'addresses': <['%s']>}", device(3));
	g_autofree char *two = g_strdup_printf("{'addresses': <['%s', '%s']>}", lower, joined);
	g_autofree char *three = g_strdup_printf("{'addresses': <['%s', '%s', 'C0:00:00:00:00:00']>}",
						 joined_lower, device(1));

	start_scan(client, session, -1);
	wait_radio(true);
	expect_passes(one, "3");
	expect_passes(two, "2 4");
	expect_passes(three, "1 4");
	expect_passes("{'addresses': <['C00000000000']>}", "");
	expect_passes("{'addresses': <@as []>}", "1 2 3 4 5");
}
END_TEST

START_TEST(refusals)
{
	g_autofree char *long_name = g_strnfill(249, 'a');
	g_autofree char *name = g_strdup_printf("{'name': <'%s'>}", long_name);
	const struct {
		const char *filter, *word;
	} rows[] = {
		{ "{'nonsense': <1>}", "nonsense" },
		{ "{'rssi': <int16 -100>, 'Rssi': <int16 -100>}", "Rssi" },
		{ "{'': <1>}", "unknown" },
		{ "{'rssi': <int16 -100>, 'rssi': <int16 -90>}", "rssi" },
		/* types */
		{ "{'addresses': <'C0:00:00:00:00:01'>}", "addresses" }, { "{'uuids': <'180d'>}", "uuids" },
		{ "{'uuids': <['180d']>}", "uuids" }, { "{'manufacturers': <[1]>}", "manufacturers" },
		{ "{'name': <['a']>}", "name" }, { "{'rssi': <-60>}", "rssi" },
		{ "{'pathloss': <60>}", "pathloss" }, { "{'patterns': <[byte 1]>}", "patterns" },
		{ "{'adv_types': <[255]>}", "adv_types" }, { "{'adv_types': <byte 255>}", "adv_types" },
		{ "{'dedup': <1>}", "dedup" }, { "{'active': <1>}", "active" },
		{ "{'scan_responses': <'yes'>}", "scan_responses" }, { "{'delivery': <true>}", "delivery" },
		{ "{'batch_ms': <1>}", "batch_ms" }, { "{'batch_max': <uint16 1>}", "batch_max" },
		{ "{'rssi': <<int16 -60>>}", "rssi" },
		/* values */
		{ "{'addresses': <['']>}", "addresses" },
		{ "{'addresses': <['C0:00:00:00:00']>}", "addresses" },
		{ "{'addresses': <['C0:00:00:00:00:0G']>}", "addresses" },
		{ "{'addresses': <['C0-00-00-00-00-01']>}", "addresses" },
		{ "{'addresses': <['C0:00:00:00:00:01 ']>}", "addresses" },
		{ "{'addresses': <['c000:00:00:0001']>}", "addresses" }, { name, "name" },
		{ "{'patterns': <[(byte 0, byte 1, @ay [])]>}", "patterns" },
		{ "{'patterns': <[(byte 254, byte 1, [byte 1])]>}", "patterns" },
		{ "{'patterns': <[(byte 253, byte 1, [byte 1, 2])]>}", "patterns" },
		{ "{'adv_types': <[byte 5]>}", "adv_types" },
		{ "{'adv_types': <[byte 0, 254]>}", "adv_types" }, { "{'delivery': <'socket'>}", "delivery" },
		{ "{'delivery': <''>}", "delivery" }, { "{'batch_ms': <uint32 10001>}", "batch_ms" },
		{ "{'batch_max': <uint32 0>}", "batch_max" }, { "{'batch_max': <uint32 4097>}", "batch_max" },
	};
	g_autofree char *got = NULL;

	set_filter(client, session, "{'name': <'Thermo'>}");
	for (unsigned int i = 0; i < G_N_ELEMENTS(rows); i++)
		expect_refusal(client, session, SESSION, "SetScanFilter", dictionary(rows[i].filter),
			       "InvalidArguments", rows[i].word);
	/* another signature than the contract's */
	client_expect_error(client, session, SESSION, "SetScanFilter", NULL,
			    "org.freedesktop.DBus.Error.InvalidArgs");
	client_expect_error(client, session, SESSION, "SetScanFilter", g_variant_new("(s)", "name"),
			    "org.freedesktop.DBus.Error.InvalidArgs");
	/* the filter that was is still there */
	start_scan(client, session, -1);
	wait_radio(true);
	hear_street();
	got = heard_by(client, session);
	ck_assert_str_eq(got, "2");
}
END_TEST

static char *many_companies(unsigned int count)
{
	GString *text = g_string_new("{'manufacturers': <[uint16 0xffff");

	for (unsigned int i = 1; i < count; i++)
		g_string_append_printf(text, ", %u", 1000 + i);
	return g_string_free(g_string_append(text, "]>}"), FALSE);
}

START_TEST(too_many)
{
	g_autofree char *full = many_companies(256), *more = many_companies(257);
	g_autofree char *mixed = g_strconcat("{'uuids': <[<'180d'>]>, ", full + 1, NULL);

	start_scan(client, session, -1);
	wait_radio(true);
	expect_passes(full, "5");
	expect_refusal(client, session, SESSION, "SetScanFilter", dictionary(more), "LimitReached",
		       "FilterEntries");
	expect_refusal(client, session, SESSION, "SetScanFilter", dictionary(mixed), "LimitReached",
		       "FilterEntries");
	expect_refusal(client, "hci0", "Adapter1", "GetDevices", dictionary(more), "LimitReached",
		       "FilterEntries");
}
END_TEST

START_TEST(each_its_own)
{
	Client *others[2] = { new_client(), new_client() };
	g_autofree char *second = open_session_with(others[0], "{'fifo': <uint32 2>}"),
			*third = open_session(others[1], 0);
	g_autofree char *first_heard = NULL, *second_heard = NULL, *third_heard = NULL, *user_heard = NULL;

	set_filter(client, session, "{'name': <'Heart*'>}");
	set_filter(others[0], second, "{'rssi': <int16 -85>}");
	set_filter(others[1], third, "{'manufacturers': <[uint16 0xffff]>}");
	start_scan(client, session, -1);
	start_scan(others[0], second, -1);
	start_scan(others[1], third, -1);
	start_scan(client, USER_SESSION, -1);
	wait_radio(true);
	hear_street();
	first_heard = heard_by(client, session);
	second_heard = heard_by(others[0], second);
	third_heard = heard_by(others[1], third);
	user_heard = heard_by(client, USER_SESSION);
	ck_assert_str_eq(first_heard, "1");
	ck_assert_str_eq(second_heard, "3 5"); /* the latest two of 1 2 3 5 */
	ck_assert_str_eq(third_heard, "5");
	ck_assert_str_eq(user_heard, "1 2 3 4 5");

	ck_assert_uint_eq(stats_of(client, session, "Filtered"), 4);
	ck_assert_uint_eq(stats_of(client, second, "Filtered"), 1);
	ck_assert_uint_eq(stats_of(client, second, "Dropped"), 2);
	ck_assert_uint_eq(stats_of(client, third, "Dropped"), 0);
	ck_assert_uint_eq(stats_total(client, "Reports"), 5);
	ck_assert_uint_eq(stats_total(client, "Filtered"), 9);
	client_free(others[0]);
	client_free(others[1]);
}
END_TEST

START_TEST(dedup)
{
	g_autoptr(Client) other = new_client();
	g_autofree char *brief = open_session(other, 0);

	set_filter(client, session, "{'dedup': <uint32 600000>}");
	set_filter(other, brief, "{'dedup': <uint32 200>}");
	start_scan(client, session, -1);
	start_scan(other, brief, -1);
	start_scan(client, USER_SESSION, -1);
	hear(1, -60, "04ffffff01");
	wait_ms(250);
	hear(1, -65, "04ffffff01"); /* the RSSI makes no other report of it */
	expect_read(client, session, "1", 0);
	expect_read(other, brief, "1 1", 0);
	expect_read(client, USER_SESSION, "1 1", 0);
	ck_assert_uint_eq(stats_of(client, session, "Duplicates"), 1);
	ck_assert_uint_eq(stats_of(client, brief, "Duplicates"), 0);
	ck_assert_uint_eq(stats_of(client, session, "Reports"), 1);
	ck_assert_uint_eq(stats_total(client, "Duplicates"), 1);

	/* other bytes, or another device, are */
	hear(1, -60, "04ffffff02");
	hear(2, -60, "04ffffff02");
	hear(1, -60, "04ffffff01");
	expect_read(client, session, "2 2", 0);
	/* a new filter begins anew */
	set_filter(client, session, "{'dedup': <uint32 600000>}");
	hear(1, -60, "04ffffff01");
	expect_read(client, session, "1", 0);
	set_filter(client, session, "{}");
	hear(1, -60, "04ffffff01");
	hear(1, -60, "04ffffff01");
	expect_read(client, session, "1 1", 0);
}
END_TEST

/* It holds for reports from now on, and until it is replaced. */
START_TEST(life)
{
	start_scan(client, session, -1);
	hear(1, -90, "04ffffff01");
	set_filter(client, session, "{'rssi': <int16 -50>}");
	hear(1, -90, "04ffffff02");
	hear(1, -40, "04ffffff03");
	expect_read(client, session, "1 3", 0);
	/* scans come and go under it; the whole of it is replaced */
	stop_scan(client, session);
	wait_radio(false);
	start_scan(client, session, -1);
	wait_radio(true);
	hear(1, -90, "04ffffff04");
	set_filter(client, session, "{'manufacturers': <[uint16 0xffff]>}");
	hear(1, -90, "04ffffff05");
	expect_read(client, session, "5", 0);
	/* Init keeps none of it */
	set_filter(client, session, "{'rssi': <int16 -50>}");
	init(client, session, "{}");
	start_scan(client, session, -1);
	wait_radio(true);
	hear(1, -90, "04ffffff06");
	expect_read(client, session, "6", 0);
}
END_TEST

START_TEST(name_here_data_there)
{
	check_name_here_data_there();
}
END_TEST

START_TEST(names)
{
	check_names();
}
END_TEST

START_TEST(names_not_for_a_bus)
{
	check_names_not_for_a_bus();
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		keys, uuid_forms, addresses, refusals, too_many, each_its_own, dedup, life,
		name_here_data_there, names, names_not_for_a_bus, NULL
	};

	return run_tests("scan-filter", tests, scan_setup, scan_teardown, 120);
}
