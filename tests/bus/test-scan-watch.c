/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who wants to know what comes, changes and goes at the daemon. */
#include <unistd.h>

#include "scan-fixture.h"

#define MANAGER "com.example.Bluetooth.Manager1"
#define WATCHERS 8	/* of a user */

/* The lists that the next signal tells of; 0: none came in time. */
static unsigned next_change(Client *by)
{
	g_autoptr(GVariant) body = client_wait_signal(by, "Changed", world_patience(world), NULL);
	uint32_t lists = 0;

	if (body)
		g_variant_get(body, "(u)", &lists);
	return lists;
}

static void watch(Client *by, bool on)
{
	client_do(by, NULL, "Manager1", "Watch", g_variant_new("(b)", on));
}

static void expect_silence(Client *by)
{
	client_sync(by);
	ck_assert_uint_eq(client_count_signals(by, "Changed"), 0);
}

/* A wake-up for who may see what has changed, and one until he looks. */
START_TEST(watching)
{
	g_autoptr(Client) root = new_client(), other = new_client_as(SOME_UID);
	g_autoptr(Client) nobody = new_client_as(OTHER_UID);
	g_autofree char *path = NULL;

	client_subscribe(root, NULL, "com.example.Bluetooth.Manager1", "Changed", NULL);
	client_subscribe(other, NULL, "com.example.Bluetooth.Manager1", "Changed", NULL);
	client_subscribe(nobody, NULL, "com.example.Bluetooth.Manager1", "Changed", NULL);
	path = open_session(other, 0);
	expect_silence(root);
	watch(root, true);
	watch(root, true);
	watch(other, true);
	watch(nobody, true);

	client_do(other, path, SESSION, "Close", NULL);
	ck_assert_uint_eq(next_change(other), 1);
	ck_assert_uint_eq(next_change(root), 1);
	g_free(path);
	path = open_session(other, 0);
	start_scan(other, path, -1);
	expect_silence(other);
	expect_silence(root);
	g_variant_unref(stats(other));
	stop_scan(other, path);
	ck_assert_uint_eq(next_change(other), 1);
	expect_silence(other);
	expect_silence(root);	/* has not looked yet */
	g_variant_unref(stats(root));
	start_scan(client, session, -1);
	ck_assert_uint_eq(next_change(root), 1);
	g_variant_unref(stats(other));
	stop_scan(client, session);
	expect_silence(other);

	g_variant_unref(stats(other));
	watch(other, false);
	start_scan(other, path, -1);
	stop_scan(other, path);
	expect_silence(other);
	/* another user's sessions are nobody else's business */
	expect_silence(nobody);
	client_expect_error(root, NULL, "Manager1", "Watch", g_variant_new("(s)", "on"),
			    "org.freedesktop.DBus.Error.InvalidArgs");
	/* who leaves is not told any more */
	root = client_free(g_steal_pointer(&root));
	start_scan(other, path, -1);
	stop_scan(other, path);
	client_sync(other);
}
END_TEST

/* --- rows --- */

static void watch_rows(Client *by, bool on)
{
	client_do(by, NULL, "Manager1", "WatchRows", g_variant_new("(b)", on));
}

static Client *new_watcher(uid_t uid)
{
	Client *by = uid == geteuid() ? new_client() : new_client_as(uid);

	client_subscribe(by, NULL, MANAGER, NULL, NULL);
	watch_rows(by, true);
	return by;
}

/* The next row that it is told of: "1 there" and the row, as text. */
static char *next_row(Client *by)
{
	g_autoptr(GVariant) body = client_wait_signal(by, "RowChanged", world_patience(world), NULL);
	g_autoptr(GVariant) row = NULL;
	g_autofree char *text = NULL;
	gboolean there;
	uint32_t list;

	if (!body)
		return g_strdup("none");
	g_variant_get(body, "(ub@a{sv})", &list, &there, &row);
	text = g_variant_print(row, FALSE);
	return g_strdup_printf("%u %s %s", list, there ? "there" : "gone", text);
}

static void expect_session_row(Client *by, bool there, const char *path, uid_t uid, bool scanning)
{
	g_autofree char *got = next_row(by);
	g_autofree char *wanted = g_strdup_printf(
		"1 %s {'Path': <objectpath '%s'>, 'Uid': <uint32 %u>, 'Scanning': <%s>, 'Stream': <false>}",
		there ? "there" : "gone", path, uid, scanning ? "true" : "false");

	ck_assert_str_eq(got, wanted);
}

static void expect_no_row(Client *by)
{
	client_sync(by);
	ck_assert_uint_eq(client_count_signals(by, "RowChanged"), 0);
}

static ClientCall *begin_scan(Client *by, const char *path)
{
	return client_begin(by, path, SESSION, "StartScan", g_variant_new("(i)", -1));
}

/* Each is told, also of what is gone again when the daemon comes to tell it: the calls are sent without
 * waiting, to a session whose number the one before tells. */
START_TEST(rows_of_a_moment)
{
	g_autoptr(Client) root = new_watcher(geteuid()), other = new_watcher(SOME_UID);
	g_autoptr(Client) nobody = new_watcher(OTHER_UID), plain = new_client();
	g_autofree char *before = NULL, *path = NULL;
	ClientCall *calls[5];

	client_subscribe(plain, NULL, MANAGER, NULL, NULL);
	before = open_session(other, 0);
	expect_session_row(other, true, before, SOME_UID, false);
	expect_session_row(root, true, before, SOME_UID, false);
	path = g_strdup_printf("/com/example/Bluetooth/hci0/session/%u",
			       (unsigned int)atoi(strrchr(before, '/') + 1) + 1);
	calls[0] = client_begin(other, NULL, "Manager1", "OpenSession", g_variant_new("(ua{sv})", 0, NULL));
	calls[1] = begin_scan(other, path);
	calls[2] = client_begin(other, path, SESSION, "StopScan", NULL);
	calls[3] = begin_scan(other, path);
	calls[4] = client_begin(other, path, SESSION, "Close", NULL);
	for (unsigned int i = 0; i < G_N_ELEMENTS(calls); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GVariant) reply = client_call_finish(calls[i], &error);

		ck_assert_msg(reply != NULL, "call %u: %s", i, error ? error->message : "");
	}
	for (unsigned int i = 0; i < 2; i++) {
		Client *by = i == 0 ? other : root;

		expect_session_row(by, true, path, SOME_UID, false);
		expect_session_row(by, true, path, SOME_UID, true);
		expect_session_row(by, true, path, SOME_UID, false);
		expect_session_row(by, true, path, SOME_UID, true);
		expect_session_row(by, true, path, SOME_UID, false);
		expect_session_row(by, false, path, SOME_UID, false);
		expect_no_row(by);
	}
	/* another user's are nobody else's business; who watches lists only, or nothing, is told no rows */
	expect_no_row(nobody);
	watch(other, true);
	watch_rows(other, false);
	client_do(other, before, SESSION, "Close", NULL);
	ck_assert_uint_eq(next_change(other), 1);
	expect_no_row(other);
	expect_session_row(root, false, before, SOME_UID, false);
	client_sync(plain);
	ck_assert_uint_eq(client_count_signals(plain, NULL), 0);
}
END_TEST

/* What the daemon has to send for what somebody does is bounded. */
START_TEST(row_watchers)
{
	Client *watchers[WATCHERS];

	for (unsigned int i = 0; i < WATCHERS; i++)
		watchers[i] = new_watcher(SOME_UID);
	{
		g_autoptr(Client) more = new_client_as(SOME_UID), another = new_client_as(OTHER_UID);

		expect_refusal(more, NULL, "Manager1", "WatchRows", g_variant_new("(b)", TRUE), "LimitReached",
			       "watches");
		watch_rows(another, true);
		watch_rows(watchers[0], true);	/* does so already */
		watch_rows(watchers[1], false);
		watch_rows(more, true);
		client_expect_error(more, NULL, "Manager1", "WatchRows", g_variant_new("(s)", "on"),
				    "org.freedesktop.DBus.Error.InvalidArgs");
	}
	for (unsigned int i = 0; i < WATCHERS; i++)
		watchers[i] = client_free(watchers[i]);
	/* those who left do not count any more */
	client_free(new_watcher(SOME_UID));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { watching, rows_of_a_moment, row_watchers, NULL };

	return run_tests("scan-watch", tests, scan_setup, scan_teardown, 60);
}
