/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Centrals that subscribe: who is told, and who of them gets a value. */
#include "serve-fixture.h"

#define FIRST "00004561" BASE

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
	const TTest *const tests[] = { who_subscribed, indicated_alone, subscribed_while_it_goes, NULL };

	return serve_main("serve-subscriber", tests, NULL, 120);
}
