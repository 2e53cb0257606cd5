/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GetDevices: the last-seen table of a radio. */
#include <string.h>

#include "scan-reader.h"

#define LONG_ROWS 96
#define CALLS 60 /* fewer than QueuedCallsPerUser */

static GVariant *rows(Client *by, const char *filter)
{
	g_autoptr(GVariant) reply =
		client_expect(by, "hci0", "Adapter1", "GetDevices", dictionary(filter), "(aa{sv})");

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
	ck_assert_msg(g_str_equal(got->str, numbers), "GetDevices(%s): not of %s, but of %s", filter, numbers,
		      got->str);
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
	g_autofree char *address = g_strdup_printf("'%s'", device(1)),
			*other_address = g_strdup_printf("'%s'", device(2));
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
	expect_entry(known, "Data",
		     "[byte 0x03, 0x09, 0x41, 0x42, 0x02, 0x0a, 0x04, 0x04, 0xff, 0xff, 0xff, 0x02]");
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

	expect_refusal(client, "hci0", "Adapter1", "GetDevices", dictionary("{'nonsense': <1>}"),
		       "InvalidArguments", "nonsense");
	expect_refusal(client, "hci0", "Adapter1", "GetDevices", dictionary("{'dedup': <uint32 5>}"),
		       "InvalidArguments", "dedup");
	expect_refusal(client, "hci0", "Adapter1", "GetDevices", dictionary("{'rssi': <5>}"),
		       "InvalidArguments", "rssi");
	expect_refusal(client, "hci7", "Adapter1", "GetDevices", dictionary("{}"), "NoSuchAdapter", "hci7");
}
END_TEST

/* It outlives scans and sessions, and is everybody's. */
START_TEST(stays)
{
	g_autoptr(GVariant) table = NULL;
	g_autoptr(Client) other = client_can_be_others() ? new_client_as(SOME_UID) : new_client();

	start_scan(client, session, -1);
	hear_count(1);
	client_do(client, session, SESSION, "Close", NULL);
	wait_radio(false);
	expect_rows("{}", "0");
	table = rows(other, "{}");
	ck_assert_uint_eq(g_variant_n_children(table), 1);
	ck_assert_uint_eq(stats_total(other, "Devices"), 1);
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
	scan_setup_with("[Limits]\nDevices=3\n");
}

/* --- a long table --- */

static bool table_is_long(void *data)
{
	(void)data;
	return stats_total(client, "Devices") == LONG_ROWS;
}

/* More devices than rows, and they go on. */
static void setup_long_with(const char *config)
{
	scan_setup_with(config);
	start_scan(client, session, -1);
	wait_radio(true);
	air_do(air, "storm * 200 400 600");
	ck_assert_msg(wait_until(table_is_long, NULL, world_patience(world) * 2), "the table does not fill");
}

/* The daemon finds all of them at once. */
static void begin_all(Client *by, ClientCall *calls[static CALLS])
{
	world_daemon_pause(world);
	for (unsigned int i = 0; i < CALLS; i++)
		calls[i] = client_begin(by, "hci0", "Adapter1", "GetDevices", dictionary("{}"));
	/* what the bus answers, it answers after it has passed those on */
	(void)client_get_uid(by, WORLD_NAME);
	world_daemon_resume(world);
}

/* Each row once, and no more than there are. */
static void expect_long(GVariant *reply)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GVariant) table = g_variant_get_child_value(reply, 0);
	size_t n = g_variant_n_children(table);

	ck_assert_uint_gt(n, 0);
	ck_assert_uint_le(n, LONG_ROWS);
	for (size_t i = 0; i < n; i++) {
		g_autoptr(GVariant) one = g_variant_get_child_value(table, i);
		char *address = NULL;

		ck_assert(g_variant_lookup(one, "Address", "s", &address));
		ck_assert_msg(g_hash_table_add(seen, address), "%s has two rows", address);
	}
}

static void finish_all(ClientCall *calls[static CALLS])
{
	for (unsigned int i = 0; i < CALLS; i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GVariant) reply = client_call_finish(calls[i], &error);

		ck_assert_msg(reply != NULL, "%s", reply ? "" : error->message);
		expect_long(reply);
	}
}

/* Long answers are written in slices: what comes after them, on the same connection and on others, goes
 * before them, and so do reports. That rows come and go meanwhile does no harm. */
START_TEST(in_slices)
{
	g_autoptr(Client) other = new_client_as(SOME_UID);
	g_autofree char *its = open_session_with(client, "{'fifo': <uint32 4096>}");
	Reader reader = reader_acquire(client, its, "{'batch_ms': <uint32 0>}");
	ClientCall *calls[CALLS];
	unsigned int before;

	start_scan(client, its, -1);
	reader.wanted = 1;
	ck_assert(wait_until(reader_has_read, &reader, world_patience(world)));
	(void)is_scanning(other, USER_SESSION);
	begin_all(other, calls);
	(void)is_scanning(other, USER_SESSION);
	ck_assert_msg(!client_call_done(calls[CALLS - 1]), "a small call waits for all that came before");
	(void)is_scanning(client, session);
	before = reader.reports;
	while (!client_call_done(calls[CALLS - 1])) {
		(void)g_main_context_iteration(NULL, TRUE);
		while (reader_take(&reader))
			;
	}
	ck_assert_uint_gt(reader.reports, before);
	ck_assert_uint_eq(reader.missed, 0);
	finish_all(calls);
	reader_release(&reader);
}
END_TEST

/* Who leaves is not worked for any more, and its place is free. */
START_TEST(in_slices_for_nobody)
{
	ClientCall *calls[CALLS];

	for (unsigned int n = 0; n < 4; n++) {
		Client *other = new_client_as(SOME_UID);

		(void)is_scanning(other, USER_SESSION);
		begin_all(other, calls);
		(void)is_scanning(other, USER_SESSION);
		if (n == 3)
			finish_all(calls);
		else
			for (unsigned int i = 0; i < CALLS; i++)
				client_call_forget(calls[i]);
		client_free(other);
	}
}
END_TEST

/* One of a user's is under way, some wait, and there is a limit. Another user has its own. */
START_TEST(in_slices_and_bounded)
{
	g_autoptr(Client) other = new_client_as(SOME_UID);
	g_autoptr(GVariant) its = NULL;
	ClientCall *calls[CALLS];
	unsigned int refused = 0;

	(void)is_scanning(client, session);
	begin_all(client, calls);
	(void)is_scanning(client, session);
	its = client_expect(other, "hci0", "Adapter1", "GetDevices", dictionary("{}"), "(aa{sv})");
	expect_long(its);
	for (unsigned int i = 0; i < CALLS; i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GVariant) reply = client_call_finish(calls[i], &error);

		ck_assert_msg(reply || strstr(error->message, "LimitReached"), "%s",
			      reply ? "" : error->message);
		refused += reply ? 0 : 1;
	}
	ck_assert_uint_gt(refused, 0);
	ck_assert_uint_le(refused, CALLS - 4);
}
END_TEST

static void setup_long(void)
{
	setup_long_with("[Limits]\nDevices=96\n");
}

static void setup_long_few(void)
{
	setup_long_with("[Limits]\nDevices=96\nQueuedCallsPerUser=4\n");
}

int main(void)
{
	const TTest *const plain[] = { row, filter, stays, NULL };
	const TTest *const small[] = { bounded, NULL };
	const TTest *const longs[] = { in_slices, in_slices_for_nobody, NULL };
	const TTest *const few[] = { in_slices_and_bounded, NULL };
	int r = run_tests("scan-devices", plain, scan_setup, scan_teardown, 120);

	r |= run_tests("scan-devices-small", small, setup_small, scan_teardown, 120);
	r |= run_tests("scan-devices-long", longs, setup_long, scan_teardown, 120);
	return r | run_tests("scan-devices-few", few, setup_long_few, scan_teardown, 120);
}
