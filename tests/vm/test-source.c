/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon with the HCI monitor, as its service has it: reports as they were on the air, all of them. */
#include <string.h>

#include "scan-fixture.h"

#define SESSIONS 8
#define STORM_RATE 2600		/* as many as one channel has room for */
#define STORM_SECONDS 3

static void expect_source(const char *source)
{
	g_autoptr(GVariant) value = client_get(client, "hci0", "Adapter1", "Source");

	ck_assert_ptr_nonnull(value);
	ck_assert_str_eq(g_variant_get_string(value, NULL), source);
}

static bool source_is(void *source)
{
	g_autoptr(GVariant) value = client_get(client, "hci0", "Adapter1", "Source");

	return value && g_str_equal(g_variant_get_string(value, NULL), source);
}

START_TEST(is_told)
{
	expect_source("hci-monitor");
	world_power(world, "hci0", false);
	ck_assert(wait_until(source_is, (void *)"none", world_patience(world)));
	world_power(world, "hci0", true);
	ck_assert(wait_until(source_is, (void *)"hci-monitor", world_patience(world)));
}
END_TEST

static void setup_dbus(void)
{
	scan_setup_with("[Scan]\nSource=dbus\n");
}

START_TEST(may_be_forbidden)
{
	g_autoptr(GVariant) reports = NULL, synthesized = NULL;

	expect_source("dbus");
	start_scan(client, session, -1);
	hear_count(1);
	reports = read_reports(client, session, 0, NULL);
	ck_assert_uint_eq(g_variant_n_children(reports), 1);
	synthesized = extra_of(reports, 0, "Synthesized");
	ck_assert_ptr_nonnull(synthesized);
}
END_TEST

static void setup_deep(void)
{
	scan_setup_with("[Scan]\nFifoDepth=8192\n[Limits]\nMaxFifoDepth=8192\nFifoBytesPerUser=100000000\n");
}

static bool has_reports(void *count)
{
	return stats_of(client, session, "Fifo") >= *(const unsigned int *)count;
}

/* Bytes that no property of BlueZ could give back: no AD structures at all, cut ones, unknown types. */
static const char *const payloads[] = {
	"", "00", "ff", "0201", "05ff010203", "020106", "0908536d616c6c6973680a", "03030d18", "04ffffff01", "000000",
	"1eff000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c",
};

/* The kernel keeps reports of connectable devices back from bluetoothd, and bluetoothd makes one of several: not here. */
START_TEST(as_on_the_air)
{
	enum { ROUNDS = 60 };
	g_autoptr(GPtrArray) sent = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GVariant) reports = NULL;
	unsigned int count;
	uint64_t dropped;

	start_scan(client, session, -1);
	wait_radio(true);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		for (unsigned int type = 0; type <= 4; type++) {
			const char *hex = payloads[(i + type) % G_N_ELEMENTS(payloads)];
			const unsigned int number = i % 7, random = i % 2;
			const int rssi = -(int)(20 + i % 80);

			if (air_ask(air, "adv %s %s %s %u %d %s", "*", device(number), random ? "random" : "public", type,
				    rssi, hex[0] ? hex : "-") == 0)
				continue;
			g_ptr_array_add(sent, g_strdup_printf("%s %u %u %d %s", device(number), random, type, rssi, hex));
		}
	}
	count = sent->len;
	ck_assert_uint_gt(count, ROUNDS);
	ck_assert(wait_until(has_reports, &count, world_patience(world)));
	reports = read_reports(client, session, 0, &dropped);
	ck_assert_uint_eq(dropped, 0);
	ck_assert_uint_eq(g_variant_n_children(reports), count);
	for (unsigned int i = 0; i < count; i++) {
		g_autofree char *data = data_of(reports, i), *got = NULL;
		g_autoptr(GVariant) synthesized = extra_of(reports, i, "Synthesized");
		uint8_t addr_type, adv_type;
		const char *mac;
		int16_t rssi;

		g_variant_get_child(reports, i, "(t&syyn@ay@a{sv})", NULL, &mac, &addr_type, &adv_type, &rssi, NULL, NULL);
		got = g_strdup_printf("%s %u %u %d %s", mac, addr_type, adv_type, rssi, data);
		ck_assert_str_eq(got, g_ptr_array_index(sent, i));
		ck_assert_ptr_null(synthesized);
	}
}
END_TEST

static bool storm_is_over(void *data)
{
	static unsigned int last;
	const unsigned int sent = air_status(air, "*", "sent");
	const bool over = sent == last && sent > 0;

	(void)data;
	last = sent;
	return over;
}

/* The last eight bytes of the data: which advertiser, and the running number. */
static uint32_t number_of(GVariant *reports, size_t index)
{
	g_autoptr(GVariant) report = g_variant_get_child_value(reports, index);
	g_autoptr(GVariant) data = g_variant_get_child_value(report, 5);
	const uint8_t *bytes = g_variant_get_data(data);
	uint32_t number;

	ck_assert_uint_ge(g_variant_get_size(data), 8);
	memcpy(&number, bytes + g_variant_get_size(data) - 4, sizeof(number));
	return GUINT32_FROM_LE(number);
}

/* Every report that was sent arrives at every session, in order. The benchmark vm-source says what BlueZ's signals give. */
START_TEST(all_of_a_storm)
{
	char *sessions[SESSIONS] = { session };
	const unsigned int before = air_status(air, "*", "sent");
	unsigned int sent;

	for (int i = 1; i < SESSIONS; i++)
		sessions[i] = open_session(client, 0);
	for (int i = 0; i < SESSIONS; i++)
		start_scan(client, sessions[i], -1);
	wait_radio(true);
	air_do(air, "storm * 100 %d %d", STORM_RATE, STORM_SECONDS);
	wait_ms((STORM_SECONDS + 1) * 1000);
	while (!storm_is_over(NULL))
		wait_ms(1000);
	sent = air_status(air, "*", "sent") - before;
	ck_assert_uint_gt(sent, STORM_RATE);
	ck_assert(wait_until(has_reports, &sent, world_patience(world)));
	for (int i = 0; i < SESSIONS; i++) {
		unsigned int seen = 0;
		uint32_t next = 0;
		uint64_t dropped;

		while (seen < sent) {
			g_autoptr(GVariant) reports = read_reports(client, sessions[i], 500, &dropped);
			const size_t n = g_variant_n_children(reports);

			ck_assert_uint_gt(n, 0);
			ck_assert_uint_eq(dropped, 0);
			for (size_t r = 0; r < n; r++, seen++) {
				const uint32_t number = number_of(reports, r);

				if (seen > 0)
					ck_assert_uint_eq(number, next);
				next = number + 1;
			}
		}
		ck_assert_uint_eq(seen, sent);
		expect_empty(client, sessions[i]);
		if (i > 0)
			g_free(sessions[i]);
	}
	ck_assert_uint_eq(stats_dropped("monitor"), 0);
}
END_TEST

/* As the bus suite has it for the other source; and from scan responses, as such devices send it. */
START_TEST(name_here_data_there)
{
	check_name_here_data_there();
	set_filter(client, session, "{'name': <'Ruuvi*'>, 'manufacturers': <[uint16 0x0499]>}");
	air_do(air, "adv * %s random 0 -60 02010605ff99040102", device(7));
	air_do(air, "adv * %s random 4 -60 0b0952757576692031323334", device(7));
	air_do(air, "adv * %s random 0 -60 02010605ff99040103", device(7));
	ck_assert(wait_until(has_reports, &(unsigned int){ 2 }, world_patience(world)));
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

/* A device that sends beacons beside its connectable packets. */
START_TEST(connectable)
{
	start_scan(client, session, -1);
	wait_radio(true);
	for (unsigned int i = 1; i <= 3; i++) {
		g_autoptr(GVariant) reply = NULL, rows = NULL, row = NULL;
		gboolean is;

		if (i < 3)
			air_do(air, "adv * %s random 0 -60 020106", device(1));
		hear(1, -60, i % 2 ? "04ffffff01" : "04ffffff02");
		reply = client_expect(client, "hci0", "Adapter1", "GetDevices", dictionary("{}"), "(aa{sv})");
		rows = g_variant_get_child_value(reply, 0);
		row = g_variant_get_child_value(rows, 0);
		ck_assert(g_variant_lookup(row, "Connectable", "b", &is));
		ck_assert(is);
	}
}
END_TEST

int main(void)
{
	const TTest *const monitored[] = { is_told, name_here_data_there, names, names_not_for_a_bus, connectable, NULL };
	const TTest *const deep[] = { as_on_the_air, all_of_a_storm, NULL };
	const TTest *const forbidden[] = { may_be_forbidden, NULL };
	int r = run_tests("source", monitored, scan_setup, scan_teardown, 120);

	r |= run_tests("source-deep", deep, setup_deep, scan_teardown, 120);
	return r | run_tests("source-forbidden", forbidden, setup_dbus, scan_teardown, 120);
}
