/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scan requests: when each ends, and the one discovery that BlueZ sees of them all. */
#include "scan-fixture.h"

/* How often BlueZ was asked; only the simulated one can tell. */
static void expect_calls(const char *method, unsigned int times)
{
	if (!world_is_real(world))
		ck_assert_uint_eq(air_ask(air, "calls %s", method), times);
}

START_TEST(until_stopped)
{
	ck_assert(!is_scanning(client, session));
	wait_radio(false);
	start_scan(client, session, -1);
	ck_assert(is_scanning(client, session));
	wait_radio(true);
	ck_assert(client_get_boolean(client, "hci0", "Adapter1", "Scanning"));
	ck_assert_uint_eq(air_status(air, WORLD_RADIO, "active"), 1);
	stop_scan(client, session);
	ck_assert(!is_scanning(client, session));
	wait_radio(false);
	ck_assert(!client_get_boolean(client, "hci0", "Adapter1", "Scanning"));
	/* of each number below zero */
	start_scan(client, session, G_MININT32);
	ck_assert(is_scanning(client, session));
	wait_radio(true);
}
END_TEST

START_TEST(zero_is_no_time)
{
	expect_refusal(client, session, SESSION, "StartScan", g_variant_new("(i)", 0), "InvalidArguments",
		       "seconds");
	ck_assert(!is_scanning(client, session));
	start_scan(client, session, -1);
	expect_refusal(client, session, SESSION, "StartScan", g_variant_new("(i)", 0), "InvalidArguments",
		       "seconds");
	ck_assert(is_scanning(client, session));
	client_expect_error(client, session, SESSION, "StartScan", g_variant_new("(u)", 1),
			    "org.freedesktop.DBus.Error.InvalidArgs");
	client_expect_error(client, session, SESSION, "StartScan", NULL,
			    "org.freedesktop.DBus.Error.InvalidArgs");
}
END_TEST

START_TEST(already)
{
	g_autoptr(Client) other = new_client();
	g_autofree char *second = open_session(other, 0);

	start_scan(client, session, -1);
	hear_count(1);
	expect_refusal(client, session, SESSION, "StartScan", g_variant_new("(i)", -1), "InProgress",
		       "scans");
	expect_refusal(client, session, SESSION, "StartScan", g_variant_new("(i)", 5), "InProgress", "scans");
	/* refused, so the FIFO keeps what it has, and there is no end to the scan */
	ck_assert_uint_eq(stats_of(client, session, "Fifo"), 1);
	start_scan(other, second, 1000000000);
	expect_refusal(other, second, SESSION, "StartScan", g_variant_new("(i)", 5), "InProgress", "scans");
	stop_scan(client, session);
	start_scan(client, session, G_MAXINT32);
	ck_assert(is_scanning(client, session));
}
END_TEST

START_TEST(stop_when_idle)
{
	stop_scan(client, session);
	stop_scan(client, USER_SESSION);
	start_scan(client, session, -1);
	stop_scan(client, session);
	stop_scan(client, session);
	ck_assert(!is_scanning(client, session));
}
END_TEST

START_TEST(ends_by_itself)
{
	uint64_t began = now_usec(), took;

	subscribe(client, session);
	start_scan(client, session, 3);
	ck_assert(is_scanning(client, session));
	wait_radio(true);
	expect_stopped(client, "timeout", 3000 + world_patience(world));
	took = now_usec() - began;
	ck_assert_uint_ge(took, 3000000);
	ck_assert_uint_lt(took, 3000000 + world_patience(world) * 1000);
	ck_assert(!is_scanning(client, session));
	wait_radio(false);
	expect_calls("StartDiscovery", 1);
	expect_calls("StopDiscovery", 1);
	/* stopped before its time, and again: the old time does not count */
	start_scan(client, session, 3);
	stop_scan(client, session);
	expect_stopped(client, "stopped", world_patience(world));
	start_scan(client, session, -1);
	wait_ms(3500);
	ck_assert(is_scanning(client, session));
	ck_assert_uint_eq(client_count_signals(client, "ScanStopped"), 0);
}
END_TEST

START_TEST(each_its_own_time)
{
	Client *others[2] = { new_client(), new_client() };
	g_autofree char *second = open_session(others[0], 0), *third = open_session(others[1], 0);

	subscribe(client, session);
	subscribe(others[0], second);
	subscribe(others[1], third);
	start_scan(others[1], third, -1);
	start_scan(others[0], second, 3);
	start_scan(client, session, 1);
	wait_radio(true);
	expect_stopped(client, "timeout", 1000 + world_patience(world));
	ck_assert(!is_scanning(client, session));
	ck_assert(is_scanning(others[1], third));
	hear_count(1);
	ck_assert_uint_eq(stats_of(client, session, "Reports"), 0);
	ck_assert_uint_eq(stats_of(client, third, "Reports"), 1);
	expect_stopped(others[0], "timeout", 3000 + world_patience(world));
	ck_assert(is_scanning(others[1], third));
	wait_radio(true);
	ck_assert_uint_eq(client_count_signals(others[1], "ScanStopped"), 0);
	stop_scan(others[1], third);
	expect_stopped(others[1], "stopped", world_patience(world));
	wait_radio(false);
	expect_calls("StartDiscovery", 1);
	expect_calls("StopDiscovery", 1);
	client_free(others[0]);
	client_free(others[1]);
}
END_TEST

/* The first starts it, the last stops it, whatever comes between. */
START_TEST(one_discovery)
{
	Client *other = new_client();
	g_autofree char *second = open_session(other, 0), *third = open_session(other, 0);

	start_scan(client, session, -1);
	wait_radio(true);
	start_scan(other, second, -1);
	start_scan(client, USER_SESSION, -1);
	stop_scan(client, session);
	start_scan(other, third, -1);
	stop_scan(other, second);
	start_scan(client, session, -1);
	client_do(client, session, SESSION, "Deinit", NULL);
	client_do(other, third, SESSION, "Close", NULL);
	ck_assert(bluez_discovers("hci0"));
	hear_count(1);
	ck_assert_uint_eq(stats_of(client, "hci0/session/uid0", "Reports"), 1);
	expect_calls("StartDiscovery", 1);
	expect_calls("StopDiscovery", 0);
	stop_scan(client, USER_SESSION);
	wait_radio(false);
	expect_calls("StopDiscovery", 1);

	/* and again */
	start_scan(other, second, -1);
	wait_radio(true);
	/* its program leaves */
	client_free(other);
	wait_radio(false);
	expect_calls("StartDiscovery", 2);
	expect_calls("StopDiscovery", 2);
}
END_TEST

/* Each way out of a session ends its scan. */
START_TEST(ends_of_a_session)
{
	subscribe(client, session);
	start_scan(client, session, -1);
	wait_radio(true);
	client_do(client, session, SESSION, "Deinit", NULL);
	expect_stopped(client, "stopped", world_patience(world));
	wait_radio(false);

	init(client, session, "{}");
	ck_assert(!is_scanning(client, session));
	subscribe(client, session);
	start_scan(client, session, -1);
	wait_radio(true);
	init(client, session, "{}");
	expect_stopped(client, "stopped", world_patience(world));
	ck_assert(!is_scanning(client, session));
	wait_radio(false);

	start_scan(client, session, -1);
	wait_radio(true);
	client_do(client, session, SESSION, "Close", NULL);
	wait_radio(false);
}
END_TEST

/* Requests that change faster than BlueZ answers come to the last one. */
START_TEST(hasty)
{
	for (unsigned int i = 0; i < 20; i++) {
		start_scan(client, session, -1);
		stop_scan(client, session);
	}
	wait_radio(false);
	for (unsigned int i = 0; i < 20; i++) {
		start_scan(client, session, -1);
		stop_scan(client, session);
	}
	start_scan(client, session, -1);
	wait_radio(true);
	hear_count(1);
	expect_read(client, session, "1", 0);
	ck_assert_uint_eq(stats_total(client, "UpstreamErrors"), 0);
}
END_TEST

static bool has_heard(void *data)
{
	const uint64_t *heard = data;

	return stats_of(client, session, "Reports") > *heard;
}

/* A device sends on and on until the session hears it: while discoveries of others change, reports may be
 * lost. */
static void wait_heard(void)
{
	uint64_t heard = stats_of(client, session, "Reports");

	air_do(air, "repeat * heart %s random 3 -60 04ffffff01 100 0", device(0));
	ck_assert_msg(wait_until(has_heard, &heard, world_patience(world)), "the session hears nothing");
	air_do(air, "quiet *");
}

/* Someone else's discovery is not ours to stop, nor does its end stop ours. */
START_TEST(other_programs)
{
	Client *bluez = world_bluez(world);

	client_do(bluez, BLUEZ_ADAPTER, BLUEZ_ADAPTER_IFACE, "StartDiscovery", NULL);
	ck_assert(!is_scanning(client, session));
	ck_assert(!client_get_boolean(client, "hci0", "Adapter1", "Scanning"));
	start_scan(client, session, -1);
	wait_heard();
	stop_scan(client, session);
	wait_ms(300);
	ck_assert(bluez_discovers("hci0"));
	start_scan(client, session, -1);
	wait_heard();
	client_do(bluez, BLUEZ_ADAPTER, BLUEZ_ADAPTER_IFACE, "StopDiscovery", NULL);
	wait_ms(300);
	ck_assert(bluez_discovers("hci0"));
	wait_heard();
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		until_stopped, zero_is_no_time, already, stop_when_idle, ends_by_itself, each_its_own_time,
		one_discovery, ends_of_a_session, hasty, other_programs, NULL
	};

	return run_tests("scan-discovery", tests, scan_setup, scan_teardown, 120);
}
