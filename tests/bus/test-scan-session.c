/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose a session is, and how long it lives. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "child.h"
#include "scan-fixture.h"

#define SCANNER "BLUEBROKER_TEST_SCANNER" /* the bus of the program that this one is then */

static const struct {
	const char *method, *arguments;
} calls[] = {
	{ "Init", "(@a{sv} {},)" },
	{ "Deinit", NULL },
	{ "StartScan", "(-1,)" },
	{ "StopScan", NULL },
	{ "IsScanning", NULL },
	{ "GetAdv", NULL },
	{ "GetAdvertisements", NULL },
	{ "ReadAdvertisements", "(uint32 0,)" },
	{ "ResolveAdvData", "([byte 2, 1, 6], byte 1)" },
	{ "Callback", "(uint32 1,)" },
	{ "Events", NULL },
	{ "SetScanFilter", "(@a{sv} {},)" },
	{ "AcquireAdvertisements", "(@a{sv} {},)" },
	{ "Close", NULL },
};

static void expect_all_refused(Client *by, const char *path, const char *error)
{
	for (unsigned int i = 0; i < G_N_ELEMENTS(calls); i++) {
		g_autoptr(GVariant) arguments =
			calls[i].arguments ? g_variant_parse(NULL, calls[i].arguments, NULL, NULL, NULL) :
					     NULL;

		expect_refusal(by, path, SESSION, calls[i].method, arguments, error, "session");
	}
}

/* Like a shell script: each call from a process, that is a connection, of its own. */
START_TEST(user_session_lives_on)
{
	Client *one;

	one = new_client();
	init(one, USER_SESSION, "{'fifo': <uint32 3>}");
	client_free(one);
	one = new_client();
	start_scan(one, USER_SESSION, 60);
	client_free(one);
	hear_counts(0, 3);

	one = new_client();
	ck_assert(is_scanning(one, USER_SESSION));
	client_free(one);
	one = new_client();
	{
		g_autoptr(GVariant) reply =
			client_expect(one, USER_SESSION, SESSION, "GetAdv", NULL, "(a(syynay))");

		expect_counts(g_variant_get_child_value(reply, 0), "1");
	}
	client_free(one);
	/* the same object under its other path */
	one = new_client();
	expect_read(one, "hci0/session/uid0", "2 3", 1);
	stop_scan(one, "hci0/session/uid0");
	ck_assert(!is_scanning(one, USER_SESSION));
	client_free(one);
	ck_assert(has_row(client, "hci0/session/uid0"));
	expect_refusal(client, USER_SESSION, SESSION, "Close", NULL, "NotSupported", "Deinit");
}
END_TEST

START_TEST(private_is_private)
{
	g_autoptr(Client) other = client_can_be_others() ? new_client_as(SOME_UID) : new_client();
	g_autoptr(Client) third = client_can_be_others() ? new_client_as(SOME_UID) : new_client();
	g_autofree char *path = open_session(other, 0);
	g_autofree char *full = NULL;

	start_scan(other, path, -1);
	wait_radio(true);
	hear_count(1);
	/* not even another connection of the same user */
	expect_all_refused(third, path, "AccessDenied");
	ck_assert(is_scanning(other, path));
	expect_read(other, path, "1", 0);
	/* wrong places */
	full = g_strconcat(path, "0", NULL);
	expect_all_refused(other, full, "DoesNotExist");
	expect_refusal(other, "hci0/session/x", SESSION, "Events", NULL, "DoesNotExist", "hci0/session/x");
	expect_refusal(other, "hci0/session/01", SESSION, "Events", NULL, "DoesNotExist", "object");
	expect_refusal(other, "hci0/session/uid", SESSION, "Events", NULL, "DoesNotExist", "object");
	expect_refusal(other, "hci00", SESSION, "Events", NULL, "DoesNotExist", "object");
}
END_TEST

START_TEST(two_of_one_connection)
{
	g_autofree char *second = open_session_with(client, "{'fifo': <uint32 2>}");

	ck_assert_str_ne(second, session);
	start_scan(client, session, -1);
	start_scan(client, second, -1);
	hear_counts(0, 2);
	expect_read(client, session, "0 1 2", 0);
	expect_read(client, second, "1 2", 1);
}
END_TEST

START_TEST(closed)
{
	g_autofree char *second = NULL;

	start_scan(client, session, -1);
	wait_radio(true);
	client_do(client, session, SESSION, "Close", NULL);
	wait_radio(false);
	expect_all_refused(client, session, "DoesNotExist");
	ck_assert(!has_row(client, session));
	/* its path is never another's */
	second = open_session(client, 0);
	ck_assert_str_ne(second, session);
}
END_TEST

typedef struct Row {
	const char *path;
	bool there;
} Row;

static bool row_is_so(void *data)
{
	const Row *row = data;

	return has_row(client, row->path) == row->there;
}

START_TEST(connection_leaves)
{
	Client *other = new_client();
	g_autofree char *path = open_session(other, 0);
	Row gone = { path, false };

	start_scan(other, path, -1);
	wait_radio(true);
	client_free(other);
	ck_assert(wait_until(row_is_so, &gone, world_patience(world)));
	wait_radio(false);
	expect_refusal(client, path, SESSION, "Events", NULL, "DoesNotExist", "session");
}
END_TEST

G_NORETURN static void be_scanner(const char *address)
{
	Client *self = client_new(address);
	g_autofree char *path = open_session(self, 0);

	start_scan(self, path, -1);
	for (;;)
		wait_ms(1000);
}

static uint64_t sessions_scanning(void)
{
	g_autoptr(GVariant) table = stats(client);
	g_autoptr(GVariant) rows = g_variant_lookup_value(table, "Sessions", G_VARIANT_TYPE("aa{sv}"));
	uint64_t scanning = 0;

	for (size_t i = 0; i < g_variant_n_children(rows); i++) {
		g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);
		gboolean is = FALSE;

		ck_assert(g_variant_lookup(row, "Scanning", "b", &is));
		scanning += is ? 1 : 0;
	}
	return scanning;
}

static bool so_many_scan(void *data)
{
	return sessions_scanning() == *(const uint64_t *)data;
}

/* A program is killed, and the other loses nothing. */
START_TEST(killed)
{
	g_autofree char *environment = g_strconcat(SCANNER "=", world_address(world), NULL);
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	const char *const argv[] = { self, NULL };
	const char *const variables[] = { environment, NULL };
	uint64_t one = 1, two = 2, none = 0;
	Child child = { 0 };

	child_start(&child, argv, variables, world_log(world));
	ck_assert_msg(wait_until(so_many_scan, &one, world_patience(world)),
		      "the other program does not scan");
	wait_radio(true);
	(void)child_end(&child, SIGKILL, world_patience(world));
	ck_assert_msg(wait_until(so_many_scan, &none, world_release(world)), "its session goes on");
	wait_radio(false);

	start_scan(client, session, -1);
	child_start(&child, argv, variables, world_log(world));
	ck_assert_msg(wait_until(so_many_scan, &two, world_patience(world)),
		      "the other program does not scan");
	hear_count(1);
	(void)child_end(&child, SIGKILL, world_patience(world));
	hear_count(2);
	ck_assert_msg(wait_until(so_many_scan, &one, world_patience(world)), "its session goes on");
	hear_count(3);
	expect_read(client, session, "1 2 3", 0);
	ck_assert(is_scanning(client, session));
}
END_TEST

START_TEST(idle_user_session_is_forgotten)
{
	Row there = { "hci0/session/uid0", true }, gone = { "hci0/session/uid0", false };

	start_scan(client, USER_SESSION, -1);
	wait_ms(1500);
	ck_assert(row_is_so(&there)); /* it scans */
	client_do(client, USER_SESSION, SESSION, "Callback", g_variant_new("(u)", 1));
	stop_scan(client, USER_SESSION);
	wait_ms(1500);
	ck_assert(row_is_so(&there)); /* someone listens */
	client_do(client, USER_SESSION, SESSION, "Callback", g_variant_new("(u)", 0));
	ck_assert_msg(wait_until(row_is_so, &gone, 1000 + world_patience(world)), "it is not forgotten");
	ck_assert(has_row(client, session)); /* private ones stay */
	ck_assert(!is_scanning(client, USER_SESSION)); /* and it is there again */
	ck_assert(has_row(client, "hci0/session/uid0"));
}
END_TEST

static void setup_forgetful(void)
{
	scan_setup_with("[Sessions]\nUserSessionIdleSeconds=1\n");
}

START_TEST(users)
{
	g_autoptr(Client) one = new_client_as(SOME_UID), again = new_client_as(SOME_UID);
	g_autoptr(Client) two = new_client_as(OTHER_UID);
	g_autofree char *path = open_session(one, 0);

	init(one, USER_SESSION, "{'fifo': <uint32 2>}");
	init(two, USER_SESSION, "{'fifo': <uint32 3>}");
	set_filter(two, USER_SESSION, "{'manufacturers': <[uint16 0xffff]>}");
	start_scan(one, USER_SESSION, -1);
	ck_assert(is_scanning(again, USER_SESSION));
	ck_assert(!is_scanning(two, USER_SESSION));
	ck_assert(!is_scanning(client, USER_SESSION));
	start_scan(two, USER_SESSION, -1);
	hear_counts(0, 3);
	expect_read(again, SOME_SESSION, "2 3", 2);
	expect_read(two, USER_SESSION, "1 2 3", 1);

	/* each other's are closed to them, root's too; root may all */
	expect_all_refused(two, SOME_SESSION, "AccessDenied");
	expect_all_refused(one, OTHER_SESSION, "AccessDenied");
	expect_all_refused(one, "hci0/session/uid0", "AccessDenied");
	expect_all_refused(one, "hci0/session/uid12345", "AccessDenied");
	expect_all_refused(two, path, "AccessDenied");
	expect_all_refused(one, session, "AccessDenied");
	ck_assert(is_scanning(client, SOME_SESSION));
	stop_scan(client, SOME_SESSION);
	ck_assert(!is_scanning(one, USER_SESSION));
	ck_assert(!is_scanning(client, path));
	expect_refusal(client, "hci0/session/uid12345", SESSION, "Events", NULL, "DoesNotExist", "12345");

	/* GetStats: one's own rows, and all for root */
	ck_assert(has_row(again, path));
	ck_assert(has_row(again, SOME_SESSION));
	ck_assert(!has_row(one, OTHER_SESSION));
	ck_assert(!has_row(one, session));
	ck_assert(!has_row(two, path));
	ck_assert(has_row(two, OTHER_SESSION));
	ck_assert(has_row(client, path));
	ck_assert(has_row(client, SOME_SESSION));
	ck_assert(has_row(client, OTHER_SESSION));
	ck_assert_uint_eq(stats_of(client, path, "Uid"), SOME_UID);
	ck_assert_uint_eq(stats_of(client, OTHER_SESSION, "Uid"), OTHER_UID);
}
END_TEST

static bool may_connect(void *data)
{
	g_autoptr(GVariant) reply = client_call(data, NULL, "Manager1", "GetStats", NULL, NULL, NULL);

	return reply != NULL;
}

/* One user's limits are not another's. */
START_TEST(limits)
{
	Client *one = new_client_as(SOME_UID), *second = new_client_as(SOME_UID);
	g_autoptr(Client) third = new_client_as(SOME_UID), two = new_client_as(OTHER_UID);
	g_autofree char *first_path = open_session(one, 0), *second_path = open_session(second, 0);
	g_autofree char *path = NULL, *other_path = open_session(two, 0);

	expect_refusal(one, NULL, "Manager1", "OpenSession", g_variant_new_parsed("(uint32 0, @a{sv} {})"),
		       "LimitReached", "SessionsPerUser");
	expect_refusal(one, USER_SESSION, SESSION, "StartScan", g_variant_new("(i)", -1), "LimitReached",
		       "SessionsPerUser");
	client_do(one, first_path, SESSION, "Close", NULL);
	path = open_session(one, 0);
	client_do(one, path, SESSION, "Close", NULL);
	start_scan(one, USER_SESSION, -1);

	expect_refusal(third, NULL, "Manager1", "GetStats", NULL, "LimitReached", "ConnectionsPerUser");
	client_free(second);
	ck_assert_msg(wait_until(may_connect, third, world_patience(world)),
		      "there is no room for another connection");
	client_free(one);
}
END_TEST

static void setup_narrow(void)
{
	scan_setup_with("[Limits]\nSessionsPerUser=2\nConnectionsPerUser=2\n");
}

int main(void)
{
	const TTest *const plain[] = {
		user_session_lives_on, private_is_private, two_of_one_connection, closed, connection_leaves,
		killed, NULL
	};
	const TTest *const forgetful[] = { idle_user_session_is_forgotten, NULL };
	const TTest *const several[] = { users, NULL };
	const TTest *const narrow[] = { limits, NULL };
	int r;

	if (g_getenv(SCANNER))
		be_scanner(g_getenv(SCANNER));
	r = run_tests("scan-session", plain, scan_setup, scan_teardown, 120);
	r |= run_tests("scan-session-forgetful", forgetful, setup_forgetful, scan_teardown, 120);
	if (client_can_be_others()) {
		r |= run_tests("scan-session-users", several, scan_setup, scan_teardown, 120);
		r |= run_tests("scan-session-limits", narrow, setup_narrow, scan_teardown, 120);
	} else {
		printf("not root: the cases with several users are left out\n");
	}
	return r;
}
