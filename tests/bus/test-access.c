/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who may do what, how much each user may hold, and what goes when a program dies. Two users need root:
 * without it those tests fail and say so. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "daemon-fixture.h"

/* Everything of Session1 that is refused to others, with good arguments. */
static void expect_denied(Client *by, const char *session)
{
	static const struct {
		const char *method;
		const char *args;
	} calls[] = {
		{ "Init", "(@a{sv} {},)" },	     { "Deinit", "()" },
		{ "StartScan", "(-1,)" },	     { "StopScan", "()" },
		{ "IsScanning", "()" },		     { "GetAdv", "()" },
		{ "GetAdvertisements", "()" },	     { "ReadAdvertisements", "(uint32 0,)" },
		{ "Callback", "(uint32 1,)" },	     { "Events", "()" },
		{ "SetScanFilter", "(@a{sv} {},)" }, { "AcquireAdvertisements", "(@a{sv} {},)" },
		{ "Forget", "('C0:00:00:00:00:01',)" },
		{ "Close", "()" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(calls); i++)
		client_expect_error(by, session, "Session1", calls[i].method,
				    g_variant_new_parsed(calls[i].args, NULL), "AccessDenied");
}

START_TEST(private_sessions)
{
	g_autoptr(Client) same = new_client();
	g_autoptr(Client) alice = new_alice();
	g_autoptr(Client) alice_too = new_alice();
	g_autoptr(Client) bob = new_bob();
	g_autofree char *session = open_session(alice, 0);

	start_scan(alice, session, -1);
	hear_and_leave(alice, session, WORLD_RADIO);
	expect_denied(bob, session);
	expect_denied(alice_too, session); /* the same user, but not the connection that opened it */
	ck_assert_uint_ge(fifo_count(alice, session), 1);
	ck_assert(is_scanning(same, session)); /* root may */
	ck_assert_uint_ge(take_all(same, session), 1);
	close_session(same, session);
	client_expect_error(alice, session, "Session1", "IsScanning", NULL, "DoesNotExist");
}
END_TEST

START_TEST(user_sessions)
{
	Client *alice = new_alice();
	Client *alice_too = new_alice();
	Client *bob = new_bob();
	char hers[64];

	snprintf(hers, sizeof(hers), "hci0/session/uid%u", alice_uid());
	client_expect_error(client, hers, "Session1", "IsScanning", NULL,
			    "DoesNotExist"); /* not made by looking */
	start_scan(alice, "hci0", -1);
	ck_assert(is_scanning(alice_too, "hci0"));
	ck_assert(is_scanning(alice_too, hers));
	ck_assert(is_scanning(client, hers));
	ck_assert(!is_scanning(bob, "hci0"));
	ck_assert(!is_scanning(client, "hci0"));
	expect_denied(bob, hers);

	/* it outlives the connections, and two users' do not meet */
	client_free(alice);
	start_scan(bob, "hci0", -1);
	hear_and_leave(alice_too, "hci0", WORLD_RADIO);
	hear_and_leave(bob, "hci0", WORLD_RADIO);
	ck_assert_uint_ge(take_all(alice_too, "hci0"), 1);
	ck_assert_uint_ge(fifo_count(bob, "hci0"), 1);
	client_do(bob, "hci0", "Session1", "Deinit", NULL);
	ck_assert(is_scanning(alice_too, hers));
	client_expect_error(client, hers, "Session1", "Close", NULL, "NotSupported");
	client_free(bob);
	client_free(alice_too);
	wait_ms(300);
	ck_assert_uint_eq(air_status(air, WORLD_RADIO, "scanning"), 1);
	client_do(client, hers, "Session1", "Deinit", NULL);
	wait_radio_scans(WORLD_RADIO, false, SOON);
}
END_TEST

static GVariant *depth_option(uint32_t depth)
{
	GVariantBuilder builder;

	g_variant_builder_init(&builder, G_VARIANT_TYPE("a{sv}"));
	g_variant_builder_add(&builder, "{sv}", "fifo", g_variant_new_uint32(depth));
	return g_variant_new("(ua{sv})", 0, &builder);
}

static unsigned int session_rows(Client *by)
{
	g_autoptr(GVariant) table = stats(by);
	g_autoptr(GVariant) rows = g_variant_lookup_value(table, "Sessions", NULL);

	return (unsigned int)g_variant_n_children(rows);
}

START_TEST(stats_show_ones_own)
{
	g_autoptr(Client) alice = new_alice();
	g_autoptr(Client) bob = new_bob();
	g_autofree char *hers = open_session(alice, 0);
	g_autofree char *his = open_session(bob, 0);

	ck_assert_uint_eq(session_rows(alice), 1);
	ck_assert_uint_eq(session_rows(bob), 1);
	ck_assert_uint_eq(session_rows(client), 2);
}
END_TEST

/* strict: few of everything */
START_TEST(limit_of_sessions)
{
	g_autoptr(Client) alice = new_alice();
	g_autoptr(Client) alice_too = new_alice();
	g_autoptr(Client) bob = new_bob();
	g_autofree char *first = open_session(alice, 0);
	g_autofree char *second = open_session(alice_too, 0);
	g_autofree char *third = open_session(alice, 0);
	g_autofree char *his = NULL;

	client_expect_error(alice, NULL, "Manager1", "OpenSession", radio_number(0), "LimitReached");
	client_expect_error(alice, "hci0", "Session1", "IsScanning", NULL, "LimitReached");
	his = open_session(bob, 0);
	start_scan(bob, his, -1);
	close_session(alice_too, second);
	g_free(open_session(alice, 0));
}
END_TEST

START_TEST(limit_of_memory)
{
	g_autoptr(Client) alice = new_alice();
	g_autoptr(Client) bob = new_bob();
	g_autoptr(GVariant) first = NULL, his = NULL;

	client_expect_error(alice, NULL, "Manager1", "OpenSession", depth_option(3001), "LimitReached");
	first = client_expect(alice, NULL, "Manager1", "OpenSession", depth_option(2000), "(o)");
	client_expect_error(alice, NULL, "Manager1", "OpenSession", depth_option(3000), "LimitReached");
	ck_assert_uint_eq(session_rows(alice), 1); /* the refused one is gone */
	his = client_expect(bob, NULL, "Manager1", "OpenSession", depth_option(3000), "(o)");
}
END_TEST

START_TEST(limit_of_calls)
{
	g_autoptr(Client) alice = new_alice();
	g_autoptr(Client) bob = new_bob();
	ClientCall *calls[3], *his;
	GVariant *replies[4];

	world_power(world, "hci0", false);
	wait_adapter("hci0", "Powered", false);
	air_do(air, "delay Set:Powered %u",
	       world_patience(world) / 5 < 8000 ? world_patience(world) / 5 : 8000);
	for (int i = 0; i < 3; i++)
		calls[i] = client_begin(alice, "hci0", "Session1", "Init", no_options());
	wait_ms(300);
	client_expect_error(alice, "hci0", "Session1", "Init", no_options(), "LimitReached");
	his = client_begin(bob, "hci0", "Session1", "Init", no_options());
	ck_assert(!is_scanning(alice, "hci0")); /* what needs not wait is answered */
	ck_assert(!is_scanning(bob, "hci0"));
	for (int i = 0; i < 3; i++)
		ck_assert(!client_call_done(calls[i]));
	for (int i = 0; i < 3; i++) {
		replies[i] = client_call_finish(calls[i], NULL);
		ck_assert_ptr_nonnull(replies[i]);
	}
	replies[3] = client_call_finish(his, NULL);
	ck_assert_ptr_nonnull(replies[3]);
	client_do(alice, "hci0", "Session1", "Init", no_options());
	for (int i = 0; i < 4; i++)
		g_variant_unref(replies[i]);
}
END_TEST

START_TEST(limit_of_connections)
{
	Client *hers[5], *bob = new_bob();

	for (int i = 0; i < 5; i++) {
		hers[i] = new_alice();
		if (i < 4)
			(void)stats_total(hers[i], "Reports");
	}
	client_expect_error(hers[4], NULL, "Manager1", "GetStats", NULL, "LimitReached");
	(void)stats_total(bob, "Reports");
	client_free(hers[0]);
	(void)stats_total(bob, "Reports");
	(void)stats_total(hers[4], "Reports");
	for (int i = 1; i < 5; i++)
		client_free(hers[i]);
	client_free(bob);
}
END_TEST

START_TEST(many_sessions_of_one_connection)
{
	char *sessions[60];

	for (size_t i = 0; i < G_N_ELEMENTS(sessions); i++) {
		sessions[i] = open_session(client, 0);
		start_scan(client, sessions[i], -1);
	}
	hear_and_leave(client, sessions[59], WORLD_RADIO);
	for (size_t i = 0; i < G_N_ELEMENTS(sessions); i++)
		ck_assert_uint_ge(take_all(client, sessions[i]), 1);
	for (size_t i = 0; i < 30; i++)
		close_session(client, sessions[i]);
	hear_through(client, sessions[30], WORLD_RADIO);
	ck_assert_uint_eq(session_rows(client), 30);
	client = client_free(client); /* the rest goes with it */
	wait_radio_scans(WORLD_RADIO, false, SOON);
	client = new_client();
	ck_assert_uint_eq(session_rows(client), 0);
	for (size_t i = 0; i < G_N_ELEMENTS(sessions); i++)
		g_free(sessions[i]);
}
END_TEST

static bool discovery_is_over(void *unused)
{
	(void)unused;
	return !client_get_boolean(world_bluez(world), BLUEZ_ADAPTER, BLUEZ_ADAPTER_IFACE, "Discovering");
}

static const char *self; /* this program */

/* What the test program is when it is called with --victim ADDRESS: a program that scans until it is
 * killed. */
static void G_GNUC_NORETURN be_victim(const char *address)
{
	Client *me = client_new(address);
	g_autofree char *session = open_session(me, 0);

	start_scan(me, session, -1);
	printf("%s\n", session);
	fflush(stdout);
	for (;;)
		pause();
}

static bool victim_scans(void *data)
{
	g_autofree char *text = NULL;

	return g_file_get_contents(data, &text, NULL, NULL) && strchr(text, '\n');
}

static void victim_start(Child *victim, char *told)
{
	const char *const argv[] = { self, "--victim", world_address(world), NULL };

	child_start(victim, argv, NULL, told);
	ck_assert_msg(wait_until(victim_scans, told, world_patience(world)),
		      "the program does not come to scan");
}

START_TEST(killed_program)
{
	g_autofree char *told = g_build_filename(world_dir(world), "victim", NULL);
	g_autofree char *session = NULL;
	Child victim = { 0 };

	victim_start(&victim, told);
	ck_assert(g_file_get_contents(told, &session, NULL, NULL));
	ck_assert(is_scanning(client, g_strchomp(session)));
	wait_radio_scans(WORLD_RADIO, true, SOON);
	child_end(&victim, SIGKILL, SOON);
	ck_assert_msg(wait_until(discovery_is_over, NULL, world_release(world)),
		      "BlueZ still discovers for a program that was killed");
	client_expect_error(client, session, "Session1", "IsScanning", NULL, "DoesNotExist");
	wait_radio_scans(WORLD_RADIO, false, SOON);
}
END_TEST

/* One that goes on loses nothing. */
START_TEST(killed_neighbour)
{
	g_autofree char *told = g_build_filename(world_dir(world), "victim", NULL);
	g_autofree char *session = open_session(client, 0);
	Child victim = { 0 };
	unsigned int n;

	start_scan(client, session, -1);
	victim_start(&victim, told);
	hear_through(client, session, WORLD_RADIO);
	child_end(&victim, SIGKILL, SOON);
	n = air_ask(air, "adv " WORLD_RADIO " C0:00:00:00:00:07 random 3 -50 020106");
	ck_assert_uint_eq(n, 1);
	wait_ms(1000);
	ck_assert(!discovery_is_over(NULL));
	ck_assert_uint_ge(take_all(client, session), 1);
	hear_through(client, session, WORLD_RADIO);
}
END_TEST

static void setup_as_root(void)
{
	ck_assert_msg(client_can_be_others(), "two users: only root can be several users; run this as root");
	setup();
}

static void setup_strict(void)
{
	ck_assert_msg(client_can_be_others(), "two users: only root can be several users; run this as root");
	setup_with(0, "[Limits]\nSessionsPerUser=3\nMaxFifoDepth=3000\nFifoBytesPerUser=65536\n"
		      "QueuedCallsPerUser=3\nConnectionsPerUser=4\n");
}

int main(int argc, char *argv[])
{
	const TTest *const alone[] = { many_sessions_of_one_connection, killed_program, killed_neighbour,
				       NULL };
	const TTest *const users[] = { private_sessions, user_sessions, stats_show_ones_own, NULL };
	const TTest *const strict[] = { limit_of_sessions, limit_of_memory, limit_of_connections, NULL };
	const TTest *const slow[] = { limit_of_calls, NULL };
	int result;

	if (argc == 3 && g_str_equal(argv[1], "--victim"))
		be_victim(argv[2]);

	self = argv[0];
	result = run_tests("access", alone, setup, teardown, 60);
	result |= run_tests("users", users, setup_as_root, teardown, 60);
	result |= run_tests("limits", strict, setup_strict, teardown, 60);
	if (is_guest())
		printf("left out: limit_of_calls (only the simulated BlueZ can be so slow that calls pile up)\n");
	else
		result |= run_tests("queue", slow, setup_strict, teardown, 60);
	return result;
}
