/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events, and reports as signals. */
#include "scan-fixture.h"

#define NEW_ADV 1u
#define CLIENT_CONNECTED 2u
#define QUIET 150 /* ms: nothing came, nothing will */

static void callback(Client *by, const char *path, unsigned int triggers)
{
	client_do(by, path, SESSION, "Callback", g_variant_new("(u)", triggers));
}

static unsigned int events(Client *by, const char *path)
{
	g_autoptr(GVariant) reply = client_expect(by, path, SESSION, "Events", NULL, "(u)");
	unsigned int bits;

	g_variant_get(reply, "(u)", &bits);
	return bits;
}

static void expect_event(Client *by, const char *path)
{
	g_autofree char *full =
		path[0] == '/' ? g_strdup(path) : g_strconcat("/com/example/Bluetooth/", path, NULL);
	g_autofree char *from = NULL;
	g_autoptr(GVariant) body = client_wait_signal(by, "Event", world_patience(world), &from);
	unsigned int bits;

	ck_assert_msg(body != NULL, "no Event comes");
	g_variant_get(body, "(u)", &bits);
	ck_assert_uint_eq(bits, NEW_ADV);
	ck_assert_str_eq(from, full);
}

static void expect_silence(Client *by)
{
	wait_ms(QUIET);
	ck_assert_uint_eq(client_count_signals(by, NULL), 0);
}

static void listen(Client *by)
{
	client_subscribe(by, NULL, SESSION, NULL, NULL);
}

/* The next batch: its counts. */
static char *next_batch(Client *by, uint64_t *ret_dropped)
{
	g_autoptr(GVariant) body = client_wait_signal(by, "Advertisements", world_patience(world), NULL);
	g_autoptr(GVariant) reports = NULL;

	ck_assert_msg(body != NULL, "no Advertisements come");
	ck_assert(g_variant_is_of_type(body, G_VARIANT_TYPE("(a(tsyynaya{sv})t)")));
	reports = g_variant_get_child_value(body, 0);
	if (ret_dropped)
		g_variant_get_child(body, 1, "t", ret_dropped);
	return counts_of(reports);
}

static void expect_batch(Client *by, const char *counts)
{
	uint64_t dropped;
	g_autofree char *got = next_batch(by, &dropped);

	ck_assert_str_eq(got, counts);
	ck_assert_uint_eq(dropped, 0);
}

START_TEST(read_and_clear)
{
	ck_assert_uint_eq(events(client, session), 0);
	start_scan(client, session, -1);
	ck_assert_uint_eq(events(client, session), 0);
	hear_counts(0, 1);
	ck_assert_uint_eq(events(client, session), NEW_ADV);
	ck_assert_uint_eq(events(client, session), 0);
	/* what a filter holds back is no event */
	set_filter(client, session, "{'name': <'nobody'>}");
	hear_count(2);
	ck_assert_uint_eq(events(client, session), 0);
	ck_assert_uint_eq(stats_of(client, session, "Fifo"), 2);
}
END_TEST

/* A wake-up, not a flood. */
START_TEST(once_until_read)
{
	listen(client);
	callback(client, session, NEW_ADV);
	start_scan(client, session, -1);
	hear_count(0);
	expect_event(client, session);
	hear_counts(1, 3);
	expect_silence(client);
	/* taking reports does not count as reading */
	expect_read(client, session, "0 1 2 3", 0);
	hear_count(4);
	expect_silence(client);
	ck_assert_uint_eq(events(client, session), NEW_ADV);
	expect_silence(client);
	hear_count(5);
	expect_event(client, session);
	ck_assert_uint_eq(client_count_signals(client, "Advertisements"), 0);
}
END_TEST

START_TEST(no_lost_wake_up)
{
	listen(client);
	start_scan(client, session, -1);
	hear_count(0);
	expect_silence(client);
	callback(client, session, NEW_ADV);
	expect_event(client, session);
	/* the mask says which bits */
	ck_assert_uint_eq(events(client, session), NEW_ADV);
	callback(client, session, CLIENT_CONNECTED);
	hear_count(1);
	expect_silence(client);
	callback(client, session, NEW_ADV | CLIENT_CONNECTED);
	expect_event(client, session);
}
END_TEST

START_TEST(unsubscribe)
{
	listen(client);
	callback(client, session, NEW_ADV);
	callback(client, session, 0);
	set_filter(client, session, "{'delivery': <'signal'>}");
	start_scan(client, session, -1);
	hear_count(0);
	stop_scan(client, session);
	expect_silence(client);
	ck_assert_uint_eq(events(client, session), NEW_ADV);
	/* there is no one to send it to, so it waits */
	expect_read(client, session, "0", 0);
	/* Deinit and Init end a subscription as well */
	callback(client, session, NEW_ADV);
	init(client, session, "{}");
	start_scan(client, session, -1);
	wait_radio(true);
	hear_count(1);
	expect_silence(client);
}
END_TEST

START_TEST(bad_triggers)
{
	static const unsigned int triggers[] = { 8, 0x20, 0x80000000, 0xffffffff, NEW_ADV | 8 };

	for (unsigned int i = 0; i < G_N_ELEMENTS(triggers); i++)
		expect_refusal(client, session, SESSION, "Callback", g_variant_new("(u)", triggers[i]),
			       "InvalidArguments", "triggers");
	client_expect_error(client, session, SESSION, "Callback", g_variant_new("(i)", 1),
			    "org.freedesktop.DBus.Error.InvalidArgs");
	callback(client, session, 7);
	callback(client, session, 0);
	callback(client, session, 0);
}
END_TEST

START_TEST(user_session_wakes_from_the_radio)
{
	g_autoptr(Client) other = new_client();

	listen(client);
	listen(other);
	callback(client, USER_SESSION, NEW_ADV);
	callback(other, "hci0/session/uid0", NEW_ADV);
	start_scan(client, USER_SESSION, -1);
	hear_count(0);
	expect_event(client, USER_SESSION);
	expect_event(other, USER_SESSION);
}
END_TEST

START_TEST(batches)
{
	g_autoptr(GVariant) body = NULL, reports = NULL, sequence = NULL;
	g_autofree char *from = NULL, *data = NULL;

	listen(client);
	callback(client, session, NEW_ADV);
	set_filter(client, session, "{'delivery': <'signal'>, 'batch_ms': <uint32 0>}");
	start_scan(client, session, -1);
	hear_count(7);
	body = client_wait_signal(client, "Advertisements", world_patience(world), &from);
	ck_assert_ptr_nonnull(body);
	ck_assert_str_eq(from, session);
	ck_assert(g_variant_is_of_type(body, G_VARIANT_TYPE("(a(tsyynaya{sv})t)")));
	reports = g_variant_get_child_value(body, 0);
	ck_assert_uint_eq(g_variant_n_children(reports), 1);
	data = data_of(reports, 0);
	ck_assert_str_eq(data, "04ffffff07");
	sequence = extra_of(reports, 0, "Sequence");
	ck_assert_uint_eq(g_variant_get_uint64(sequence), 0);
	expect_event(client, session);

	/* they were taken out of the FIFO */
	expect_empty(client, session);
	ck_assert_uint_eq(stats_of(client, session, "Delivered"), 1);
	hear_count(8);
	expect_batch(client, "8");
	ck_assert_uint_eq(client_count_signals(client, "Event"), 0);
	/* back to the FIFO */
	set_filter(client, session, "{}");
	hear_count(9);
	expect_silence(client);
	expect_read(client, session, "9", 0);
}
END_TEST

/* Many a signal, as long as a report waits no longer than batch_ms. */
START_TEST(gathered)
{
	listen(client);
	callback(client, session, NEW_ADV);
	set_filter(client, session,
		   "{'delivery': <'signal'>, 'batch_ms': <uint32 10000>, 'batch_max': <uint32 4>}");
	start_scan(client, session, -1);
	hear_count(0); /* things were quiet: at once */
	expect_batch(client, "0");
	hear_counts(1, 3);
	wait_ms(QUIET);
	ck_assert_uint_eq(client_count_signals(client, "Advertisements"), 0);
	ck_assert_uint_eq(stats_of(client, session, "Fifo"), 3);
	hear_count(4); /* full */
	expect_batch(client, "1 2 3 4");
	hear_counts(5, 6);
	wait_ms(QUIET);
	ck_assert_uint_eq(client_count_signals(client, "Advertisements"), 0);
	/* an unfinished one comes before the scan ends */
	stop_scan(client, session);
	expect_batch(client, "5 6");
	expect_empty(client, session);
}
END_TEST

START_TEST(waits_its_time)
{
	uint64_t began;

	listen(client);
	callback(client, session, NEW_ADV);
	set_filter(client, session, "{'delivery': <'signal'>, 'batch_ms': <uint32 5000>}");
	start_scan(client, session, -1);
	hear_count(0);
	expect_batch(client, "0");
	began = now_usec();
	hear_counts(1, 2);
	expect_batch(client, "1 2");
	ck_assert_uint_ge(now_usec() - began, 500000);
}
END_TEST

/* Losses are in the signals, too: nobody listens while the FIFO runs over. */
START_TEST(losses)
{
	g_autofree char *counts = NULL;
	uint64_t dropped;

	listen(client);
	init(client, session, "{'fifo': <uint32 2>}");
	set_filter(client, session, "{'delivery': <'signal'>}");
	start_scan(client, session, -1);
	hear_counts(0, 4);
	callback(client, session, NEW_ADV);
	counts = next_batch(client, &dropped);
	ck_assert_str_eq(counts, "3 4");
	ck_assert_uint_eq(dropped, 3);
}
END_TEST

/* Nobody else gets them, whatever match rules he has. */
START_TEST(unicast)
{
	g_autoptr(Client) other = client_can_be_others() ? new_client_as(SOME_UID) : new_client();
	g_autoptr(Client) second = new_client(), third = new_client();
	g_autoptr(GVariant) match = NULL;

	listen(client);
	listen(second);
	listen(third);
	callback(third, USER_SESSION, CLIENT_CONNECTED);
	listen(other);
	client_subscribe(other, NULL, NULL, NULL, NULL);
	client_subscribe(other, NULL, NULL, NULL, session);
	callback(client, session, NEW_ADV);
	callback(client, USER_SESSION, NEW_ADV);
	callback(second, USER_SESSION, NEW_ADV);
	set_filter(client, session, "{'delivery': <'signal'>}");
	set_filter(client, USER_SESSION, "{'delivery': <'signal'>}");
	start_scan(client, session, -1);
	start_scan(client, USER_SESSION, -1);
	hear_count(3);
	expect_batch(client, "3");
	expect_batch(client, "3");
	/* two programs on one session: a copy for each */
	expect_batch(second, "3");
	stop_scan(client, session);
	stop_scan(client, USER_SESSION);
	wait_radio(false);

	client_sync(other);
	wait_ms(QUIET);
	ck_assert_uint_eq(client_count_signals(other, "Advertisements"), 0);
	ck_assert_uint_eq(client_count_signals(other, "Event"), 0);
	ck_assert_uint_eq(client_count_signals(other, "ScanStopped"), 0);
	/* nor does who asked for other events; the end of the scan is for all who asked */
	client_sync(third);
	ck_assert_uint_eq(client_count_signals(third, "Advertisements"), 0);
	ck_assert_uint_eq(client_count_signals(third, "Event"), 0);
	ck_assert_uint_eq(client_count_signals(third, "ScanStopped"), 1);
	/* what everybody may know did come: so he could hear */
	match = client_wait_signal(other, "PropertiesChanged", world_patience(world), NULL);
	ck_assert_ptr_nonnull(match);
}
END_TEST

START_TEST(scan_stopped)
{
	g_autoptr(GVariant) stopped = NULL, more = NULL;
	g_autofree char *from = NULL, *reason = NULL;

	listen(client);
	callback(client, session, CLIENT_CONNECTED);
	start_scan(client, session, -1);
	stop_scan(client, session);
	stopped = client_wait_signal(client, "ScanStopped", world_patience(world), &from);
	ck_assert_ptr_nonnull(stopped);
	ck_assert_str_eq(from, session);
	reason = g_variant_print(stopped, FALSE);
	ck_assert_str_eq(reason, "('stopped',)");
	/* idle: no news */
	stop_scan(client, session);
	expect_silence(client);
	start_scan(client, session, -1);
	client_do(client, session, SESSION, "Close", NULL);
	more = client_wait_signal(client, "ScanStopped", world_patience(world), NULL);
	ck_assert_ptr_nonnull(more);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		read_and_clear, once_until_read, no_lost_wake_up, unsubscribe, bad_triggers,
		user_session_wakes_from_the_radio, batches, gathered, waits_its_time, losses, unicast,
		scan_stopped, NULL
	};

	return run_tests("scan-events", tests, scan_setup, scan_teardown, 120);
}
