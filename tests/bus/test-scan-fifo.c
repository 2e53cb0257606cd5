/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A session's FIFO: how deep, what a full one loses, and that every loss is told. */
#include "scan-fixture.h"

static GVariant *take(const char *method)
{
	g_autoptr(GVariant) reply = client_expect(client, session, SESSION, method, NULL, "(a(syynay))");

	return g_variant_get_child_value(reply, 0);
}

START_TEST(sixteen_deep)
{
	ck_assert_uint_eq(stats_of(client, session, "FifoDepth"), 16);
	start_scan(client, session, -1);
	hear_counts(0, 15);
	ck_assert_uint_eq(stats_of(client, session, "Fifo"), 16);
	ck_assert_uint_eq(stats_of(client, session, "Dropped"), 0);
	hear_counts(16, 17);
	ck_assert_uint_eq(stats_of(client, session, "Fifo"), 16);
	ck_assert_uint_eq(stats_of(client, session, "Dropped"), 2);
	ck_assert_uint_eq(stats_of(client, session, "Reports"), 18);
	ck_assert_uint_eq(stats_of(client, session, "Delivered"), 0);
	ck_assert_uint_eq(stats_dropped("overflow"), 2);
	ck_assert_uint_eq(stats_dropped("memory"), 0);

	/* the default loses the oldest */
	expect_read(client, session, "2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17", 2);
	ck_assert_uint_eq(stats_of(client, session, "Delivered"), 16);
	ck_assert_uint_eq(stats_of(client, session, "Fifo"), 0);
	ck_assert_uint_eq(stats_total(client, "Delivered"), 16);
}
END_TEST

START_TEST(drop_oldest)
{
	g_autoptr(GVariant) reports = NULL, sequence = NULL;
	uint64_t dropped;

	init(client, session, "{'fifo': <uint32 3>, 'overflow': <'drop-oldest'>}");
	ck_assert_uint_eq(stats_of(client, session, "FifoDepth"), 3);
	start_scan(client, session, -1);
	hear_counts(0, 4);
	reports = read_reports(client, session, 0, &dropped);
	ck_assert_uint_eq(dropped, 2);
	/* the gap in the numbers is the loss */
	sequence = extra_of(reports, 0, "Sequence");
	ck_assert_uint_eq(g_variant_get_uint64(sequence), 2);
	expect_counts(g_variant_ref(reports), "2 3 4");
}
END_TEST

START_TEST(drop_newest)
{
	g_autoptr(GVariant) reports = NULL, sequence = NULL;

	init(client, session, "{'fifo': <uint32 3>, 'overflow': <'drop-newest'>}");
	start_scan(client, session, -1);
	hear_counts(0, 4);
	ck_assert_uint_eq(stats_of(client, session, "Dropped"), 2);
	expect_read(client, session, "0 1 2", 2);
	/* there is room again */
	hear_count(5);
	reports = read_reports(client, session, 0, NULL);
	sequence = extra_of(reports, 0, "Sequence");
	ck_assert_uint_eq(g_variant_get_uint64(sequence), 5);
	expect_counts(g_variant_ref(reports), "5");
}
END_TEST

START_TEST(one_deep)
{
	init(client, session, "{'fifo': <uint32 1>}");
	start_scan(client, session, -1);
	hear_counts(0, 2);
	expect_read(client, session, "2", 2);
}
END_TEST

START_TEST(oldest_first_one_by_one)
{
	start_scan(client, session, -1);
	hear_counts(7, 9);
	expect_counts(take("GetAdv"), "7");
	expect_counts(take("GetAdv"), "8");
	hear_count(10);
	expect_counts(take("GetAdv"), "9");
	expect_counts(take("GetAdv"), "10");
	expect_counts(take("GetAdv"), "");
	expect_empty(client, session);
}
END_TEST

START_TEST(drained_at_once)
{
	start_scan(client, session, -1);
	hear_counts(0, 4);
	expect_counts(take("GetAdvertisements"), "0 1 2 3 4");
	expect_counts(take("GetAdvertisements"), "");
	expect_empty(client, session);
	ck_assert_uint_eq(stats_of(client, session, "Delivered"), 5);
}
END_TEST

START_TEST(read_so_many)
{
	start_scan(client, session, -1);
	hear_counts(0, 5);
	expect_counts(read_reports(client, session, 2, NULL), "0 1");
	expect_counts(read_reports(client, session, 3, NULL), "2 3 4");
	expect_counts(read_reports(client, session, 4000000000, NULL), "5");
	expect_read(client, session, "", 0);
}
END_TEST

START_TEST(empty)
{
	/* never scanned, scanning but nothing heard, and stopped */
	expect_empty(client, session);
	expect_read(client, session, "", 0);
	start_scan(client, session, -1);
	expect_empty(client, session);
	stop_scan(client, session);
	expect_empty(client, session);
	expect_empty(client, USER_SESSION);
}
END_TEST

START_TEST(stop_keeps_start_empties)
{
	start_scan(client, session, -1);
	hear_counts(0, 2);
	stop_scan(client, session);
	wait_radio(false);
	ck_assert_uint_eq(stats_of(client, session, "Fifo"), 3);
	expect_counts(take("GetAdv"), "0");

	start_scan(client, session, -1);
	expect_empty(client, session);
	/* they were thrown away on demand: no loss */
	expect_read(client, session, "", 0);
	wait_radio(true);
	hear_count(3);
	expect_counts(take("GetAdvertisements"), "3");
}
END_TEST

START_TEST(losses_add_up)
{
	init(client, session, "{'fifo': <uint32 2>}");
	start_scan(client, session, -1);
	hear_counts(0, 2);
	expect_read(client, session, "1 2", 1);
	hear_counts(3, 6);
	expect_read(client, session, "5 6", 3);
	expect_read(client, session, "", 3);
	stop_scan(client, session);
	wait_radio(false);
	start_scan(client, session, -1);
	expect_read(client, session, "", 3);

	/* a new beginning; what the daemon counts goes on */
	init(client, session, "{'fifo': <uint32 2>}");
	expect_read(client, session, "", 0);
	ck_assert_uint_eq(stats_dropped("overflow"), 3);
	ck_assert_uint_eq(stats_total(client, "Delivered"), 4);
	client_do(client, session, SESSION, "Close", NULL);
	ck_assert_uint_eq(stats_dropped("overflow"), 3);
}
END_TEST

START_TEST(user_session_too)
{
	start_scan(client, USER_SESSION, -1);
	hear_counts(0, 19);
	ck_assert_uint_eq(stats_of(client, "hci0/session/uid0", "Fifo"), 16);
	expect_read(client, USER_SESSION, "4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19", 4);
}
END_TEST

START_TEST(too_deep)
{
	expect_refusal(client, session, SESSION, "Init", dictionary("{'fifo': <uint32 9>}"), "LimitReached",
		       "MaxFifoDepth");
	/* refused, so nothing has changed */
	ck_assert_uint_eq(stats_of(client, session, "FifoDepth"), 5);
	init(client, session, "{'fifo': <uint32 8>}");
	ck_assert_uint_eq(stats_of(client, session, "FifoDepth"), 8);
}
END_TEST

static void setup_shallow(void)
{
	scan_setup_with("[Scan]\nFifoDepth=5\n[Limits]\nMaxFifoDepth=8\n");
}

static bool memory_is_lost(void *data)
{
	(void)data;
	return stats_dropped("memory") > 0;
}

/* A user's memory is used up before the FIFO is full. */
START_TEST(memory)
{
	uint64_t dropped, fifo;

	expect_refusal(client, session, SESSION, "Init", dictionary("{'fifo': <uint32 65535>}"),
		       "LimitReached", "FifoBytesPerUser");
	init(client, session, "{'fifo': <uint32 2000>}");
	expect_refusal(client, NULL, "Manager1", "OpenSession",
		       g_variant_new_parsed("(uint32 0, {'fifo': <uint32 3000>})"), "LimitReached",
		       "FifoBytesPerUser");
	start_scan(client, session, -1);
	wait_radio(true);
	air_do(air, "storm * 50 500 30");
	ck_assert_msg(wait_until(memory_is_lost, NULL, world_patience(world) * 2),
		      "the memory does not run out");
	air_do(air, "quiet *");
	stop_scan(client, session);
	wait_radio(false);

	fifo = stats_of(client, session, "Fifo");
	ck_assert_uint_gt(fifo, 100);
	ck_assert_uint_lt(fifo, 2000);
	g_variant_unref(read_reports(client, session, 0, &dropped));
	ck_assert_uint_gt(dropped, 0);
	ck_assert_uint_eq(stats_dropped("overflow"), 0);
	ck_assert_uint_eq(stats_dropped("memory"), dropped);
	ck_assert_uint_eq(stats_of(client, session, "Reports"), dropped + fifo);

	/* given back */
	start_scan(client, session, -1);
	wait_radio(true);
	hear_count(1);
	expect_read(client, session, "1", dropped);
}
END_TEST

static void setup_poor(void)
{
	scan_setup_with("[Limits]\nMaxFifoDepth=65535\nFifoBytesPerUser=65536\n");
}

int main(void)
{
	const TTest *const plain[] = {
		sixteen_deep, drop_oldest, drop_newest, one_deep, oldest_first_one_by_one, drained_at_once,
		read_so_many, empty, stop_keeps_start_empties, losses_add_up, user_session_too, NULL
	};
	const TTest *const shallow[] = { too_deep, NULL };
	const TTest *const poor[] = { memory, NULL };
	int r = run_tests("scan-fifo", plain, scan_setup, scan_teardown, 120);

	r |= run_tests("scan-fifo-shallow", shallow, setup_shallow, scan_teardown, 120);
	return r | run_tests("scan-fifo-poor", poor, setup_poor, scan_teardown, 120);
}
