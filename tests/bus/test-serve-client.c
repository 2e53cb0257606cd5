/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Centrals that come and go: who is told, who may send them away; and the documentation's example as a program. */
#include <signal.h>

#include "serve-fixture.h"

#define FIRST "00004561" BASE
#define SECOND "00004562" BASE

static void expect_client(Client *by, const char *signal, unsigned int number)
{
	g_autoptr(GVariant) body = client_wait_signal(by, signal, world_patience(world), NULL);
	const char *address;

	ck_assert_msg(body != NULL, "no %s", signal);
	g_variant_get(body, "(&s)", &address);
	ck_assert_str_eq(address, central_address(number));
}

static void follow(Client *by, const char *session, unsigned int triggers)
{
	client_subscribe(by, NULL, "Session1", NULL, NULL);
	client_do(by, session, "Session1", "Callback", g_variant_new("(u)", triggers));
}

START_TEST(comes_and_goes)
{
	Client *server = client_new(world_address(world)), *idle = client_new(world_address(world));
	g_autofree char *advertiser = advertise_as(client, "one"), *serving = open_session(server, 0);
	g_autofree char *doing_nothing = open_session(idle, 0), *path = serve_one(server, serving, 0xaa01, 0x4561, "");

	follow(client, advertiser, CLIENT_CONNECTED | CLIENT_DISCONNECTED);
	follow(server, serving, CLIENT_CONNECTED);
	follow(idle, doing_nothing, CLIENT_CONNECTED | CLIENT_DISCONNECTED);
	central_appear(0);
	central_appear(1);
	central_connect(0);
	expect_client(client, "ClientConnected", 0);
	expect_client(server, "ClientConnected", 0);
	central_connect(1);
	expect_client(client, "ClientConnected", 1);
	expect_client(server, "ClientConnected", 1);
	/* Event wakes once, until Events is read */
	client_sync(client);
	ck_assert_uint_eq(client_count_signals(client, "Event"), 1);
	ck_assert_uint_eq(take_events(client, advertiser, "Session1"), CLIENT_CONNECTED);
	ck_assert_uint_eq(take_events(client, advertiser, "Session1"), 0);
	client_drop_signals(client);

	central_disconnect(0);
	expect_client(client, "ClientDisconnected", 0);
	central_disconnect(1);
	expect_client(client, "ClientDisconnected", 1);
	client_sync(client);
	ck_assert_uint_eq(client_count_signals(client, "Event"), 1);
	ck_assert_uint_eq(take_events(client, advertiser, "Session1"), CLIENT_DISCONNECTED);
	ck_assert_uint_eq(take_events(server, serving, "Session1"), CLIENT_CONNECTED | CLIENT_DISCONNECTED);
	client_sync(server);
	ck_assert_uint_eq(client_count_signals(server, "ClientDisconnected"), 0);
	client_sync(idle);
	ck_assert_uint_eq(client_count_signals(idle, NULL), 0);
	ck_assert_uint_eq(take_events(idle, doing_nothing, "Session1"), 0);
	central_connect(0);
	expect_client(client, "ClientConnected", 0);
	client_free(server);
	client_free(idle);
}
END_TEST

static unsigned int mtu_of(Client *by, const char *session)
{
	g_autoptr(GVariant) reply = client_expect(by, session, "Session1", "GattsMtu", NULL, "(aq)");
	g_autoptr(GVariant) list = g_variant_get_child_value(reply, 0);
	uint16_t mtu = 0;

	if (g_variant_n_children(list) > 0)
		g_variant_get_child(list, 0, "q", &mtu);
	return mtu;
}

START_TEST(mtu)
{
	g_autofree char *session = advertise_as(client, "one"), *other = open_session(client, 0), *handle = NULL;
	g_autofree char *path = serve_one(client, session, 0xaa01, 0x4561, "'value': <byte 1>");

	ck_assert_uint_eq(mtu_of(client, session), 0);
	central_appear(0);
	central_connect_mtu(0, 100);
	handle = central_find(0, FIRST);
	central_reads(0, handle, "01");
	ck_assert_uint_eq(mtu_of(client, session), 100);
	ck_assert_uint_eq(mtu_of(client, other), 0);
	central_disconnect(0);
	central_connect(0);
	central_reads(0, handle, "01");
	ck_assert_uint_eq(mtu_of(client, session), 517);
}
END_TEST

static bool no_mtu(void *data)
{
	return mtu_of(client, data) == 0;
}

START_TEST(disconnect_client)
{
	Client *a = client_new(world_address(world)), *b = client_new_as(world_address(world), SOME_UID);
	g_autofree char *a_session = open_session(a, 0), *b_session = open_session(b, 0);
	g_autofree char *a_char = NULL, *b_char = NULL, *advertiser = NULL, *handle = NULL, *other = NULL;

	tell_fails(a, a_session, "Session1", "DisconnectClient", NULL, "NotConnected", "");
	/* the only session that it can mean */
	advertiser = advertise_as(client, "one");
	follow(client, advertiser, CLIENT_CONNECTED | CLIENT_DISCONNECTED);
	central_appear(0);
	central_appear(1);
	central_connect(0);
	expect_client(client, "ClientConnected", 0);
	tell_fails(a, a_session, "Session1", "DisconnectClient", NULL, "NotConnected", "");
	tell(client, advertiser, "Session1", "DisconnectClient", NULL);
	expect_client(client, "ClientDisconnected", 0);
	ck_assert(!central_is_up(0));

	a_char = serve_one(a, a_session, 0xaa01, 0x4561, "'value': <byte 1>");
	b_char = serve_one(b, b_session, 0xaa02, 0x4562, "'value': <byte 2>");
	central_connect(0);
	central_connect(1);
	handle = central_find(0, FIRST);
	other = central_find(1, SECOND);
	central_reads(0, handle, "01");
	central_reads(1, other, "02");
	tell_fails(client, advertiser, "Session1", "DisconnectClient", NULL, "NotConnected", "");
	tell(a, a_session, "Session1", "DisconnectClient", NULL);
	expect_client(client, "ClientDisconnected", 0);
	ck_assert(!central_is_up(0));
	ck_assert(central_is_up(1));
	tell_fails(a, a_session, "Session1", "DisconnectClient", NULL, "NotConnected", "");

	central_reads(1, handle, "01");
	tell_fails(a, a_session, "Session1", "DisconnectClient", NULL, "Busy", central_address(1));
	tell_fails(b, b_session, "Session1", "DisconnectClient", NULL, "Busy", central_address(1));
	ck_assert(central_is_up(1));
	central_reads(1, other, "02");
	client_free(a);
	tell(b, b_session, "Session1", "DisconnectClient", NULL);
	wait_central_up(1, false);
	ck_assert(wait_until(no_mtu, advertiser, SOON));
	client_free(b);
}
END_TEST

typedef struct Said {
	const char *log, *wanted;
} Said;

static bool has_said(void *data)
{
	const Said *said = data;
	g_autofree char *text = NULL;

	return g_file_get_contents(said->log, &text, NULL, NULL) && strstr(text, said->wanted);
}

static void expect_said(const char *log, const char *format, const char *address)
{
	g_autofree char *wanted = g_strdup_printf("%s %s", format, address), *text = NULL;
	Said said = { log, wanted };

	if (!wait_until(has_said, &said, world_patience(world))) {
		(void)g_file_get_contents(log, &text, NULL, NULL);
		ck_abort_msg("the program does not say '%s': %s", wanted, text);
	}
}

/* The example's two services, each with a characteristic that counts its reads; writes to the first, whose handle this
 * is. */
static char *central_uses_counters(void)
{
	char *first = central_find(0, "61623334-3536-3738-3930-313233343536");
	g_autofree char *second = central_find(0, "000011d7" BASE);

	for (unsigned int i = 1; i <= 3; i++) {
		g_autofree char *count = g_strdup_printf("%02x000000", i), *other = g_strdup_printf("%02x12", 0x34 + i);

		central_reads(0, first, count);
		central_reads(0, second, other);
	}
	central_writes(0, first, "0a0b", "request", "");
	return first;
}

/* The documentation's examples: events, and two services with counters. */
START_TEST(documented_example)
{
	const char *const argv[] = { LOPY_PROGRAM, NULL };
	g_autofree char *where = g_strdup_printf("DBUS_SYSTEM_BUS_ADDRESS=%s", world_address(world));
	const char *const environment[] = { where, NULL };
	g_autofree char *log = g_build_filename(world_dir(world), "lopy.log", NULL), *text = NULL, *wanted = NULL;
	g_autofree char *first = NULL;
	Child child;

	child_start(&child, argv, environment, log);
	expect_said(log, "advertising as", "LoPy");
	wait_on_air("110736353433323130393837363534333231020106", "05094c6f5079");
	central_appear(0);
	central_connect(0);
	expect_said(log, "Client connected", central_address(0));
	first = central_uses_counters();
	expect_said(log, central_address(0), "writes 0a 0b");
	central_disconnect(0);
	expect_said(log, "Client disconnected", central_address(0));
	wanted = g_strdup_printf("advertising as LoPy\nClient connected %s\n%s writes 0a 0b\nClient disconnected %s\n",
				 central_address(0), central_address(0), central_address(0));
	ck_assert(g_file_get_contents(log, &text, NULL, NULL));
	ck_assert_str_eq(text, wanted);
	(void)child_end(&child, SIGTERM, SOON);
	wait_off_air(NULL, NULL, SOON);
}
END_TEST

/* The same server as a shell script, which bluebrokerctl runs again for each read, write, connect and disconnect. */
START_TEST(documented_script)
{
	const char *const argv[] = { LOPY_SCRIPT, NULL };
	g_autofree char *where = g_strdup_printf("DBUS_SYSTEM_BUS_ADDRESS=%s", world_address(world));
	g_autofree char *path = g_strdup_printf("PATH=%s:%s", CTL_DIRECTORY, g_getenv("PATH"));
	const char *const environment[] = { where, path, NULL };
	g_autofree char *log = g_build_filename(world_dir(world), "lopy-script.log", NULL);
	g_autofree char *first = NULL;
	Child child;

	child_start(&child, argv, environment, log);
	wait_on_air("110736353433323130393837363534333231020106", "05094c6f5079");
	central_appear(0);
	central_connect(0);
	expect_said(log, "Client connected:", central_address(0));
	first = central_uses_counters();
	expect_said(log, "Write to counter:", "0a0b");
	central_subscribes(0, first, "notify");
	expect_said(log, "subscribe counter", "1");
	central_disconnect(0);
	expect_said(log, "Client disconnected:", central_address(0));
	ck_assert(child_end(&child, SIGTERM, world_patience(world)));
	ck_assert_int_eq(child.status, 0);
	wait_off_air(NULL, NULL, SOON);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { comes_and_goes, mtu, disconnect_client, documented_example, documented_script, NULL };

	return serve_main("serve-client", tests, NULL, 120);
}
