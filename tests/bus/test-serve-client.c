/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Centrals that come and go: who is told, who may send them away; and the documentation's example as a
 * program. */
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
	Client *server = new_client(), *idle = new_client();
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

typedef struct Said {
	const char *log, *wanted;
} Said;

static void expect_subscribed(Client *by, unsigned int number, bool on)
{
	g_autoptr(GVariant) body = client_wait_signal(by, "Subscribed", world_patience(world), NULL);
	const char *address;
	gboolean got;

	ck_assert_msg(body != NULL, "no Subscribed of cen%u", number);
	g_variant_get(body, "(&sb)", &address, &got);
	ck_assert_str_eq(address, central_address(number));
	ck_assert(got == on);
}

static char *to_one(unsigned int number, const char *value)
{
	return g_strdup_printf("('%s', <%s>)", central_address(number), value);
}

static void notify_one(const char *path, unsigned int number, const char *value)
{
	g_autofree char *text = to_one(number, value);

	tell(client, path, LOCAL_CHAR, "Notify", text);
}

static void notify_fails(const char *path, unsigned int number, const char *error, const char *contains)
{
	g_autofree char *text = to_one(number, "byte 1");

	tell_fails(client, path, LOCAL_CHAR, "Notify", text, error, contains);
}

START_TEST(who_subscribed)
{
	g_autofree char *session = advertise_as(client, "one"), *other = open_session(client, 0),
			*handle = NULL;
	g_autofree char *path = serve_one(client, session, 0xaa01, 0x4561, "'value': <byte 9>");
	g_autoptr(GPtrArray) events = NULL;
	g_autofree char *mute = serve_one(client, other, 0xaa02, 0x4562, "'properties': <uint32 0x0a>");

	for (unsigned int i = 0; i < 3; i++) {
		central_appear(i);
		central_connect(i);
		g_free(handle);
		handle = central_find(i, FIRST);
	}
	listen_to(client, path, CHAR_SUBSCRIBE_EVENT);
	notify_fails(mute, 0, "NotPermitted", "properties");
	notify_fails(path, 0, "NotConnected", "subscribe");
	tell_fails(client, path, LOCAL_CHAR, "Notify", "('C2:00:00:00:00', <byte 1>)", "InvalidArguments",
		   "address");
	tell_fails(client, path, LOCAL_CHAR, "Notify", "('C2:FF:FF:FF:FF:FF', <byte 1>)", "NotConnected",
		   "connected");
	central_subscribes(0, handle, "notify");
	expect_subscribed(client, 0, true);
	ck_assert_uint_eq(subscribers(client, path), 1);
	ck_assert_uint_eq(take_events(client, path, LOCAL_CHAR), CHAR_SUBSCRIBE_EVENT);
	/* in order with what all get, and not stored */
	set_value(client, path, "byte 1");
	notify_one(path, 0, "byte 2");
	set_value(client, path, "byte 3");
	events = central_events(0, handle, 3);
	ck_assert_uint_eq(events->len, 3);
	for (unsigned int i = 0; i < 3; i++) {
		g_autofree char *wanted = g_strdup_printf("%s:%02x", handle, i + 1);

		ck_assert_str_eq(g_ptr_array_index(events, i), wanted);
	}
	expect_stored(client, path, "03");
	notify_fails(path, 1, "NotConnected", "subscribe");

	central_subscribes(1, handle, "notify");
	expect_subscribed(client, 1, true);
	central_subscribes(2, handle, "notify");
	expect_subscribed(client, 2, true);
	ck_assert_uint_eq(subscribers(client, path), 3);
	set_value(client, path, "byte 4");
	for (unsigned int i = 0; i < 3; i++)
		expect_event(i, handle, "04");
	/* there is a way to each single subscriber */
	if (world_bluez_since(world, 76)) {
		notify_one(path, 1, "byte 6");
		expect_event(1, handle, "06");
		tell_fails(client, path, LOCAL_CHAR, "Notify", "('C2:00:00:00:00:00', <byte 1>)",
			   "NotConnected", "");
		central_subscribes(2, handle, "off");
		expect_subscribed(client, 2, false);
		ck_assert_uint_eq(subscribers(client, path), 2);
		central_subscribes(2, handle, "notify");
		expect_subscribed(client, 2, true);
	} else {
		notify_fails(path, 1, "NotSupported", "3 centrals");
	}
	for (unsigned int i = 0; i < 3; i++)
		g_ptr_array_unref(central_events(i, handle, 0));
	/* the one that leaves, and nobody else */
	central_disconnect(1);
	expect_subscribed(client, 1, false);
	wait_ms(300);
	ck_assert_uint_eq(subscribers(client, path), 2);
	set_value(client, path, "byte 8");
	expect_event(0, handle, "08");
	expect_event(2, handle, "08");
	notify_fails(path, 1, "NotConnected", "connected");
	central_disconnect(0);
	expect_subscribed(client, 0, false);
	notify_one(path, 2, "byte 5");
	expect_event(2, handle, "05");
	expect_stored(client, path, "08");

	/* one that has done nothing but subscribe is this session's client */
	tell_fails(client, other, "Session1", "DisconnectClient", NULL, "NotConnected", "");
	tell(client, session, "Session1", "DisconnectClient", NULL);
	wait_central_up(2, false);
	expect_subscribed(client, 2, false);
	ck_assert_uint_eq(subscribers(client, path), 0);
	central_connect(0);
	central_subscribes(0, handle, "notify");
	expect_subscribed(client, 0, true);
	central_subscribes(0, handle, "off");
	expect_subscribed(client, 0, false);
	tell(client, path, LOCAL_CHAR, "Callback", "(uint32 0,)");
}
END_TEST

/* Services come and go while centrals subscribe: bluetoothd does not survive an answer that comes too
 * late. */
START_TEST(subscribed_while_it_goes)
{
	g_autofree char *session = advertise_as(client, "one"), *service = NULL, *path = NULL, *handle = NULL;

	service = add_service(client, session, "uint16 0xaa01", "");
	path = add_char(client, service, "uint16 0x4561", "");
	central_appear(0);
	central_appear(1);
	central_connect(0);
	central_connect(1);
	for (unsigned int i = 0; i < 8; i++) {
		AirCall *calls[2];
		ClientCall *stop;

		for (unsigned int c = 0; c < 2; c++) {
			g_free(handle);
			handle = central_find(c, FIRST);
		}
		for (unsigned int c = 0; c < 2; c++)
			calls[c] = air_begin(air, "subscribe cen%u %s notify", c, handle);
		wait_ms(i / 2);
		stop = client_begin(client, service, LOCAL_SERVICE, "Stop", NULL);
		for (unsigned int c = 0; c < 2; c++)
			g_free(air_call_finish(calls[c]));
		g_variant_unref(client_call_finish(stop, NULL));
		ck_assert_uint_eq(subscribers(client, path), 0);
		tell(client, service, LOCAL_SERVICE, "Start", NULL);
	}
	ck_assert(central_is_up(0) && central_is_up(1));
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

/* The example's two services, each with a characteristic that counts its reads; writes to the first, whose
 * handle this is. */
static char *central_uses_counters(void)
{
	char *first = central_find(0, "61623334-3536-3738-3930-313233343536");
	g_autofree char *second = central_find(0, "000011d7" BASE);

	for (unsigned int i = 1; i <= 3; i++) {
		g_autofree char *count = g_strdup_printf("%02x000000", i),
				*other = g_strdup_printf("%02x12", 0x34 + i);

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
	g_autofree char *log = g_build_filename(world_dir(world), "lopy.log", NULL), *text = NULL,
			*wanted = NULL;
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
	wanted = g_strdup_printf(
		"advertising as LoPy\nClient connected %s\n%s writes 0a 0b\nClient disconnected %s\n",
		central_address(0), central_address(0), central_address(0));
	ck_assert(g_file_get_contents(log, &text, NULL, NULL));
	ck_assert_str_eq(text, wanted);
	(void)child_end(&child, SIGTERM, SOON);
	wait_off_air(NULL, NULL, SOON);
}
END_TEST

/* The same server as a shell script, which bluebrokerctl runs again for each read, write, connect and
 * disconnect. */
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

/* Indications likewise: each is confirmed before the next. */
START_TEST(indicated_alone)
{
	g_autofree char *session = advertise_as(client, "one"), *handle = NULL;
	g_autofree char *path = serve_one(client, session, 0xaa01, 0x4561, "'properties': <uint32 0x22>");

	listen_to(client, path, CHAR_SUBSCRIBE_EVENT);
	for (unsigned int i = 0; i < 2; i++) {
		central_appear(i);
		central_connect(i);
		g_free(handle);
		handle = central_find(i, FIRST);
		central_subscribes(i, handle, "indicate");
		expect_subscribed(client, i, true);
		if (i > 0 && !world_bluez_since(world, 76)) {
			notify_fails(path, 1, "NotSupported", "2 centrals");
			break;
		}
		for (unsigned int n = 0; n < 5; n++) {
			g_autofree char *value = g_strdup_printf("byte %u", n),
					*hex = g_strdup_printf("%02x", n);

			notify_one(path, i, value);
			expect_event(i, handle, hex);
		}
	}
	g_ptr_array_unref(central_events(0, handle, 0));
	set_value(client, path, "byte 9");
	expect_event(0, handle, "09");
	expect_event(1, handle, "09");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		comes_and_goes,		  mtu,	    disconnect_client,	who_subscribed,	   indicated_alone,
		subscribed_while_it_goes, gap_name, documented_example, documented_script, NULL
	};

	return serve_main("serve-client", tests, NULL, 120);
}
