/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Centrals that come and go: who is told, who may send them away, and the name that they read. */
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
	g_autoptr(Client) server = new_client(), idle = new_client();
	g_autofree char *advertiser = advertise_as(client, "one"), *serving = open_session(server, 0);
	g_autofree char *doing_nothing = open_session(idle, 0),
			*path = serve_one(server, serving, 0xaa01, 0x4561, "");

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
	g_autofree char *session = advertise_as(client, "one"), *other = open_session(client, 0),
			*handle = NULL;
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
	Client *a = new_client(), *b = new_client_as(SOME_UID);
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

static void set_name(const char *name)
{
	client_set(client, "hci0", "Adapter1", "Name", g_variant_new_string(name));
}

static void name_fails(GVariant *value, const char *error)
{
	client_expect_error(client, "hci0", PROPERTIES, "Set",
			    g_variant_new("(ssv)", WORLD_NAME ".Adapter1", "Name", value), error);
}

static bool is_named(void *data)
{
	g_autoptr(GVariant) value = client_get(client, "hci0", "Adapter1", "Name");

	return value && g_str_equal(g_variant_get_string(value, NULL), data);
}

/* The name that centrals read. */
START_TEST(gap_name)
{
	g_autofree char *session = advertise_as(client, "one"), *handle = NULL,
			*long_name = g_strnfill(247, 'n');
	g_autofree char *too_long = g_strnfill(248, 'n'), *before = NULL, *got = NULL;
	g_autoptr(GVariant) value = client_get(client, "hci0", "Adapter1", "Name");

	before = g_strdup(g_variant_get_string(value, NULL));
	central_appear(0);
	central_connect(0);
	handle = central_find(0, "00002a00" BASE);
	set_name("Küche");
	ck_assert(is_named((void *)(uintptr_t)"Küche"));
	central_reads(0, handle, "4bc3bc636865");
	name_fails(g_variant_new_string(too_long), "InvalidArguments");
	name_fails(g_variant_new_uint32(1), "InvalidArguments");
	central_reads(0, handle, "4bc3bc636865");
	set_name(long_name);
	ck_assert(wait_until(is_named, long_name, world_patience(world)));
	got = central_says(0, "read", "%s", handle);
	ck_assert_uint_eq(strlen(got), 2 * 247);
	set_name("");
	ck_assert(wait_until(is_named, before, world_patience(world)));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { comes_and_goes, mtu, disconnect_client, gap_name, NULL };

	return serve_main("serve-client", tests, NULL, 120);
}
