/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AcquireAdvertisements: every report over a socket, in order and byte for byte; slow readers, those that
 * leave, limits. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "child.h"
#include "scan-reader.h"

START_TEST(same_as_read)
{
	g_autofree char *other = open_session(client, 0);
	Reader reader = reader_acquire(client, session, "{}");
	g_autoptr(GVariant) read = NULL, streamed = NULL;

	start_scan(client, session, -1);
	start_scan(client, other, -1);
	hear(1, -60, "020106");
	hear(2, -90, "");
	hear_as("*", 3, "public", -20, "0303aafe0c16aafe10eb03676f6f676c65");
	hear(1, 20, "02010603ff0102020a0c");
	hear_counts(0, 5);
	reader_expect(&reader, 10);
	ck_assert_uint_eq(reader.missed, 0);
	ck_assert_uint_eq(reader.lost, 0);

	read = read_reports(client, other, 0, NULL);
	streamed = reader_all(&reader);
	if (!g_variant_equal(read, streamed)) {
		g_autofree char *a = g_variant_print(read, TRUE), *b = g_variant_print(streamed, TRUE);

		ck_abort_msg("not\n%s\nbut\n%s", a, b);
	}
	expect_empty(client, session);
	ck_assert_uint_eq(stats_of(client, session, "Delivered"), 10);
	ck_assert_uint_eq(stats_of(client, session, "StreamReports"), 10);
	ck_assert_uint_eq(stats_of(client, session, "StreamLost"), 0);
	ck_assert_uint_eq(stats_of(client, other, "StreamReports"), 0);
	ck_assert_uint_eq(stats_total(client, "Streams"), 1);
	reader_release(&reader);
}
END_TEST

/* One at once when things are quiet, then together; and what is left when the scan ends. */
START_TEST(batches)
{
	Reader reader =
		reader_acquire(client, session, "{'batch_ms': <uint32 10000>, 'batch_max': <uint32 4>}");

	start_scan(client, session, -1);
	hear_count(0);
	reader_expect(&reader, 1);
	hear_counts(1, 10);
	stop_scan(client, session);
	reader_expect_counts(&reader, 10, "0 1 2 3 4 5 6 7 8 9 10");
	ck_assert_uint_le(reader.most, 4);
	/* each but the first may have waited for another: 10 seconds are a long time */
	ck_assert_uint_lt(reader.datagrams, 11);
	ck_assert_uint_eq(reader.missed, 0);
	reader_release(&reader);
}
END_TEST

START_TEST(no_wait)
{
	Reader reader = reader_acquire(client, session, "{'batch_ms': <uint32 0>}");

	start_scan(client, session, -1);
	hear_counts(0, 4);
	reader_expect_counts(&reader, 5, "0 1 2 3 4");
	ck_assert_uint_eq(reader.most, 1);
	reader_release(&reader);
}
END_TEST

/* First what waits; when it is closed, the FIFO has the next, and none is lost between. */
START_TEST(fifo_before_and_after)
{
	Reader reader;

	start_scan(client, session, -1);
	hear_counts(0, 2);
	reader = reader_acquire(client, session, "{}");
	reader_expect_counts(&reader, 3, "0 1 2");
	ck_assert_uint_eq(reader.datagrams, 1);
	hear_count(3);
	reader_expect_counts(&reader, 1, "3");
	expect_empty(client, session);

	reader_release(&reader);
	hear_counts(4, 5);
	expect_read(client, session, "4 5", 0);
	reader = reader_acquire(client, session, "{}");
	hear_count(6);
	reader_expect_counts(&reader, 1, "6");
	ck_assert_uint_eq(reader.next, 7);
	reader_release(&reader);
}
END_TEST

START_TEST(later_one_replaces)
{
	Reader first = reader_acquire(client, session, "{}"), second;

	start_scan(client, session, -1);
	hear_count(0);
	reader_expect_counts(&first, 1, "0");
	second = reader_acquire(client, session, "{}");
	reader_expect_end(&first);
	hear_count(1);
	reader_expect_counts(&second, 1, "1");
	ck_assert_uint_eq(second.next, 2);
	reader_release(&second);
}
END_TEST

/* It is the session's, not the scan's; and neither a filter nor what the reader writes changes that. */
START_TEST(scans_come_and_go)
{
	Reader reader = reader_acquire(client, session, "{}");

	start_scan(client, session, -1);
	hear_count(0);
	stop_scan(client, session);
	wait_radio(false);
	reader_expect_counts(&reader, 1, "0");
	while (send(reader.fd, "nonsense", 8, MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
		;
	ck_assert_int_eq(errno, EAGAIN);
	set_filter(client, session, "{'rssi': <int16 -70>, 'delivery': <'signal'>}");
	start_scan(client, session, -1);
	wait_radio(true);
	hear(0, -80, "04ffffff01");
	hear_count(2);
	world_power(world, "hci0", false);
	world_power(world, "hci0", true);
	wait_radio(true);
	hear_count(3);
	reader_expect_counts(&reader, 2, "2 3");
	reader_release(&reader);
}
END_TEST

typedef struct Slowness {
	Reader *quick;
	uint64_t lost; /* how many to wait for */
} Slowness;

static bool slow_one_loses(void *data)
{
	const Slowness *slowness = data;

	while (reader_take(slowness->quick))
		;
	return stats_of(client, session, "Dropped") >= slowness->lost;
}

static bool has_drained(void *data)
{
	Reader *reader = data;

	while (reader_take(reader))
		;
	return stats_of(client, session, "Fifo") == 0 && !reader_take(reader);
}

START_TEST(slow_reader)
{
	g_autofree char *other = open_session_with(client, "{'fifo': <uint32 1024>}");
	Reader slow = reader_acquire(client, session, "{'batch_max': <uint32 1>}"),
	       quick = reader_acquire(client, other, "{}");
	Slowness slowness = { &quick, 20 };

	start_scan(client, session, -1);
	start_scan(client, other, -1);
	wait_radio(true);
	air_do(air, "storm * 50 500 100");
	ck_assert_msg(wait_until(slow_one_loses, &slowness, world_patience(world) * 2),
		      "the slow reader loses nothing");
	air_do(air, "quiet *");
	stop_scan(client, session);
	stop_scan(client, other);
	wait_radio(false);

	quick.wanted = (unsigned int)stats_of(client, other, "Reports");
	ck_assert(wait_until(reader_has_read, &quick, world_patience(world)));
	ck_assert_uint_eq(quick.reports, quick.wanted);
	ck_assert_uint_eq(quick.missed, 0);
	ck_assert_uint_eq(quick.lost, 0);

	/* all that was not lost is still there: in the socket, and in the FIFO, which follows by itself */
	ck_assert(wait_until(has_drained, &slow, world_patience(world)));
	ck_assert_uint_eq(slow.reports + slow.missed, stats_of(client, session, "Reports"));
	ck_assert_uint_eq(slow.missed, stats_of(client, session, "Dropped"));
	ck_assert_uint_eq(slow.lost, slow.missed);
	ck_assert_uint_eq(slow.most, 1);

	/* and it goes on */
	start_scan(client, session, -1);
	wait_radio(true);
	hear_count(9);
	reader_expect(&slow, 1);
	reader_release(&slow);
	reader_release(&quick);
}
END_TEST

START_TEST(session_ends)
{
	Reader reader = reader_acquire(client, session, "{}");
	Client *other = new_client();
	g_autofree char *its = open_session(other, 0);

	client_do(client, session, SESSION, "Deinit", NULL);
	reader_expect_end(&reader);
	expect_refusal(client, session, SESSION, ACQUIRE, dictionary("{}"), "NotReady", "Init");
	init(client, session, "{}");
	reader = reader_acquire(client, session, "{}");
	init(client, session, "{}");
	reader_expect_end(&reader);

	/* what was heard before the end still comes */
	reader = reader_acquire(client, session, "{'batch_ms': <uint32 10000>}");
	start_scan(client, session, -1);
	hear_counts(0, 2);
	client_do(client, session, SESSION, "Close", NULL);
	ck_assert(wait_until(reader_has_ended, &reader, world_patience(world)));
	ck_assert_uint_eq(reader.reports, 3);
	reader_release(&reader);

	reader = reader_acquire(other, its, "{}");
	client_free(other);
	reader_expect_end(&reader);
	reader = reader_acquire(client, USER_SESSION, "{}");
	world_daemon_stop(world);
	reader_expect_end(&reader);
}
END_TEST

/* A program that closes one half of its socket, or both: the stream is over, its place is free, its reports
 * are in the FIFO again, and the daemon does not go round in circles. */
START_TEST(half_closed)
{
	static const int halves[] = { SHUT_RD, SHUT_WR, SHUT_RDWR };

	scan_teardown();
	scan_setup_with("[Limits]\nStreamsPerUser=1\n");
	start_scan(client, session, -1);
	for (size_t i = 0; i < G_N_ELEMENTS(halves); i++) {
		Reader reader = reader_acquire(client, session, "{'batch_ms': <uint32 0>}");

		hear_count(1);
		reader_expect_counts(&reader, 1, "1");
		ck_assert_int_eq(shutdown(reader.fd, halves[i]), 0);
		hear_counts(2, 4);
		world_daemon_expect_idle(world);
		ck_assert_uint_eq(stats_total(client, "Streams"), 0);
		expect_read(client, session, "2 3 4", 0);
		reader_release(&reader);
	}
}
END_TEST

/* Stopped or full, and then half closed: nothing to do but to wait. */
START_TEST(full_and_half_closed)
{
	static const int halves[] = { SHUT_RD, SHUT_WR, SHUT_RDWR };

	for (size_t i = 0; i < G_N_ELEMENTS(halves); i++) {
		Reader reader = reader_acquire(client, session, "{'batch_max': <uint32 1>}"), other;
		Slowness slowness = { &other, stats_of(client, session, "Dropped") + 20 };
		g_autofree char *quick = open_session_with(client, "{'fifo': <uint32 1024>}");

		other = reader_acquire(client, quick, "{}");
		start_scan(client, session, -1);
		start_scan(client, quick, -1);
		wait_radio(true);
		air_do(air, "storm * 50 500 100");
		ck_assert_msg(wait_until(slow_one_loses, &slowness, world_patience(world) * 2),
			      "it loses nothing");
		air_do(air, "quiet *");
		client_do(client, quick, SESSION, "Close", NULL);
		world_daemon_expect_idle(world);
		ck_assert_int_eq(shutdown(reader.fd, halves[i]), 0);
		world_daemon_expect_idle(world);
		stop_scan(client, session);
		wait_radio(false);
		reader_release(&other);
		reader_release(&reader);
	}
}
END_TEST

/* A user session's socket outlives the connection that asked for it. */
START_TEST(user_session)
{
	Client *one = new_client_as(SOME_UID), *two = new_client_as(OTHER_UID);
	Reader reader = reader_acquire(one, USER_SESSION, "{}");

	expect_refusal(two, SOME_SESSION, SESSION, ACQUIRE, dictionary("{}"), "AccessDenied", "session");
	expect_refusal(two, session, SESSION, ACQUIRE, dictionary("{}"), "AccessDenied", "session");
	start_scan(one, USER_SESSION, -1);
	hear_count(0);
	client_free(one);
	hear_count(1);
	reader_expect_counts(&reader, 2, "0 1");
	reader_release(&reader);
	client_free(two);
}
END_TEST

START_TEST(refusals)
{
	static const struct {
		const char *options, *word;
	} rows[] = {
		{ "{'nonsense': <1>}", "nonsense" },
		{ "{'batch_ms': <uint32 10001>}", "batch_ms" },
		{ "{'batch_ms': <'10'>}", "batch_ms" },
		{ "{'batch_max': <uint32 0>}", "batch_max" },
		{ "{'batch_max': <uint32 4097>}", "batch_max" },
	};
	Reader reader = reader_acquire(client, session, "{}");

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		expect_refusal(client, session, SESSION, ACQUIRE, dictionary(rows[i].options),
			       "InvalidArguments", rows[i].word);
	/* refused, so nothing has changed */
	start_scan(client, session, -1);
	hear_count(0);
	reader_expect_counts(&reader, 1, "0");
	reader_release(&reader);
}
END_TEST

static bool is_granted(void *data)
{
	int fd = reader_try(client, data, "{}", NULL);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

START_TEST(limit)
{
	g_autofree char *second = open_session(client, 0), *third = open_session(client, 0);
	Reader a = reader_acquire(client, session, "{}"), b = reader_acquire(client, second, "{}");

	expect_refusal(client, third, SESSION, ACQUIRE, dictionary("{}"), "LimitReached", "StreamsPerUser");
	reader_release(&a);
	ck_assert_msg(wait_until(is_granted, third, world_patience(world)),
		      "a closed stream is not given back");
	reader_release(&b);
}
END_TEST

static void setup_few(void)
{
	scan_setup_with("[Limits]\nStreamsPerUser=2\n");
}

typedef struct Wanted {
	const char *log, *text;
} Wanted;

static bool is_printed(void *data)
{
	const Wanted *wanted = data;
	g_autofree char *text = NULL;

	return g_file_get_contents(wanted->log, &text, NULL, NULL) && strstr(text, wanted->text);
}

/* examples/stream.c, until it is killed. */
START_TEST(example_is_killed)
{
	const char *const argv[] = { STREAM_PROGRAM, NULL };
	g_autofree char *bus = g_strconcat("DBUS_SYSTEM_BUS_ADDRESS=", world_address(world), NULL);
	g_autofree char *log = g_build_filename(world_dir(world), "stream.log", NULL);
	g_autofree char *line = g_strdup_printf("0 %s  -60 04ffffff07\n", device(0));
	const char *const environment[] = { bus, NULL };
	Wanted wanted = { log, line };
	Reader reader;
	Child child;

	child_start(&child, argv, environment, log);
	wait_radio(true);
	hear_count(7);
	ck_assert_msg(wait_until(is_printed, &wanted, world_patience(world)), "it does not print: %s", line);
	reader = reader_acquire(client, session, "{}");
	start_scan(client, session, -1);
	ck_assert(child_is_running(&child));
	ck_assert(child_end(&child, SIGKILL, world_patience(world)));
	hear_count(8);
	reader_expect_counts(&reader, 1, "8");
	stop_scan(client, session);
	wait_radio(false);
	reader_release(&reader);
}
END_TEST

int main(void)
{
	const TTest *const plain[] = {
		same_as_read, batches, no_wait, fifo_before_and_after, later_one_replaces, scans_come_and_go,
		slow_reader, session_ends, user_session, refusals, example_is_killed, half_closed,
		full_and_half_closed, NULL
	};
	const TTest *const few[] = { limit, NULL };
	int r = run_tests("scan-stream", plain, scan_setup, scan_teardown, 120);

	return r | run_tests("scan-stream-few", few, setup_few, scan_teardown, 120);
}
