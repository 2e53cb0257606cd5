/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs side by side: one that is killed takes only its own with it, and nobody gets at another's. */
#include <signal.h>

#include "serve-fixture.h"

#define LOPY_FIRST "61623334-3536-3738-3930-313233343536"
#define LOPY_ADV "110736353433323130393837363534333231020106"

static bool lopy_is_gone(void *data)
{
	g_autofree char *text = central_discover(0);

	(void)data;
	return !strstr(text, LOPY_FIRST) && !is_on_air(LOPY_ADV, NULL);
}

START_TEST(one_is_killed)
{
	const char *const argv[] = { LOPY_PROGRAM, NULL };
	g_autofree char *where = g_strdup_printf("DBUS_SYSTEM_BUS_ADDRESS=%s", world_address(world));
	const char *const environment[] = { where, NULL };
	g_autofree char *log = g_build_filename(world_dir(world), "lopy.log", NULL);
	g_autoptr(Client) a = new_client(), b = new_client_as(SOME_UID);
	g_autofree char *a_session = advertise_as(a, "stays"), *b_session = open_session(b, 0);
	g_autofree char *a_char = serve_one(a, a_session, 0xaa01, 0x4561, ""), *a_handle = NULL;
	g_autofree char *b_char = serve_one(b, b_session, 0xaa02, 0x4562, ""), *b_handle = NULL,
			*hex = name_hex("stays");
	Child child;

	child_start(&child, argv, environment, log);
	wait_on_air(LOPY_ADV, NULL);
	central_appear(0);
	central_connect(0);
	g_free(central_find(0, LOPY_FIRST));
	a_handle = central_find(0, "00004561" BASE);
	b_handle = central_find(0, "00004562" BASE);
	central_subscribes(0, a_handle, "notify");
	central_subscribes(0, b_handle, "notify");
	wait_subscribers(a, a_char, 1);
	wait_subscribers(b, b_char, 1);

	set_numbered(a, a_char, 0, 50);
	expect_numbered_events(0, a_handle, 0, 50);
	kill(child.pid, SIGKILL);
	ck_assert_msg(wait_until(lopy_is_gone, NULL, world_release(world)),
		      "what the killed program had is still there");
	(void)child_end(&child, 0, SOON);
	set_numbered(a, a_char, 50, 200);
	expect_numbered_events(0, a_handle, 50, 200);
	set_numbered(b, b_char, 0, 200);
	expect_numbered_events(0, b_handle, 0, 200);
	for (int i = 0; i < 2; i++)
		wait_on_air(NULL, hex);
	ck_assert_uint_eq(subscribers(a, a_char), 1);
	ck_assert_uint_eq(subscribers(b, b_char), 1);
	central_writes(0, a_handle, "05", "request", "");
	expect_stored(a, a_char, "05");
}
END_TEST

START_TEST(access_denied)
{
	static const struct {
		const char *method, *text;
	} session_calls[] = {
		{ "SetAdvertisement", "({'name': <'x'>},)" },
		{ "SetAdvertisementParams", "({'adv_type': <byte 0>},)" },
		{ "SetAdvertisementRaw", "(@ay [], @ay [])" },
		{ "Advertise", "(false,)" },
		{ "Service", "(<uint16 1>, @a{sv} {})" },
		{ "DisconnectClient", NULL },
		{ "SetPin", "(uint32 1,)" },
		{ "GattsMtu", NULL },
	}, char_calls[] = {
		{ "SetValue", "(<byte 1>,)" },
		{ "Callback", "(uint32 8,)" },
		{ "Events", NULL },
		{ "RespondRead", "(uint32 1, <byte 1>)" },
		{ "RejectRead", "(uint32 1, byte 1)" },
		{ "Descriptor", "(<uint16 1>, @a{sv} {})" },
	};
	g_autoptr(Client) owner = new_client_as(SOME_UID), other = new_client_as(OTHER_UID);
	g_autoptr(Client) same_user = new_client_as(SOME_UID);
	g_autofree char *session = open_session(owner, 0);
	g_autofree char *service = add_service(owner, session, "uint16 0xaa01", "");
	g_autofree char *characteristic = add_char(owner, service, "uint16 0x4561", "'value': <'mine'>");
	g_autofree char *descriptor = add_desc(owner, characteristic, "uint16 0x2901", "'value': <'mine'>");
	Client *const strangers[] = { other, same_user };

	for (size_t s = 0; s < G_N_ELEMENTS(strangers); s++) {
		Client *by = strangers[s];

		for (size_t i = 0; i < G_N_ELEMENTS(session_calls); i++)
			tell_fails(by, session, "Session1", session_calls[i].method, session_calls[i].text,
				   "AccessDenied", "");
		tell_fails(by, service, LOCAL_SERVICE, "Start", NULL, "AccessDenied", "");
		tell_fails(by, service, LOCAL_SERVICE, "Stop", NULL, "AccessDenied", "");
		tell_fails(by, service, LOCAL_SERVICE, "Remove", NULL, "AccessDenied", "");
		tell_fails(by, service, LOCAL_SERVICE, "Characteristic", "(<uint16 1>, @a{sv} {})",
			   "AccessDenied", "");
		for (size_t i = 0; i < G_N_ELEMENTS(char_calls); i++)
			tell_fails(by, characteristic, LOCAL_CHAR, char_calls[i].method, char_calls[i].text,
				   "AccessDenied", "");
		tell_fails(by, descriptor, LOCAL_DESC, "SetValue", "(<byte 1>,)", "AccessDenied", "");
		tell_fails(by, characteristic, PROPERTIES, "Get",
			   "('com.example.Bluetooth.LocalCharacteristic1', 'Value')", "AccessDenied", "");
		tell_fails(by, descriptor, PROPERTIES, "Get",
			   "('com.example.Bluetooth.LocalDescriptor1', 'Value')", "AccessDenied", "");
	}
	expect_stored(owner, characteristic, "6d696e65");
	expect_stored(client, characteristic, "6d696e65"); /* root may */
}
END_TEST

/* A user's session is the same under both its paths, for all of the user's connections, and nobody else's. */
START_TEST(user_session)
{
	Client *one = new_client_as(SOME_UID), *two = new_client_as(SOME_UID);
	g_autoptr(Client) other = new_client_as(OTHER_UID);
	g_autofree char *service = add_service(one, "hci0", "uint16 0xaa01", "");
	g_autofree char *characteristic = NULL, *advertiser = advertise_as(client, "one"), *handle = NULL;

	ck_assert_str_eq(service, "/com/example/Bluetooth/hci0/session/uid1/service0");
	one = client_free(one);
	characteristic = add_char(two, service, "uint16 0x4561", "'value': <byte 7>");
	two = client_free(two);
	tell_fails(other, service, LOCAL_SERVICE, "Stop", NULL, "AccessDenied", "");
	central_appear(0);
	central_connect(0);
	handle = central_find(0, "00004561" BASE);
	central_reads(0, handle, "07");
	two = new_client_as(SOME_UID);
	set_value(two, characteristic, "byte 8");
	central_reads(0, handle, "08");
	tell(two, "hci0", "Session1", "Deinit", NULL);
	wait_central_loses(0, "00004561" BASE);
	client_free(two);
}
END_TEST

/* Whether it is still the same bluetoothd. */
static char *bluez_owner(void)
{
	g_autoptr(GVariant) reply = NULL;
	char *owner;

	client_direct(client, "org.freedesktop.DBus");
	reply = client_expect(client, "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetNameOwner",
			      g_variant_new("(s)", "org.bluez"), "(s)");
	client_direct(client, WORLD_NAME);
	g_variant_get(reply, "(s)", &owner);
	return owner;
}

/* What bluetoothd says of itself: it is asked, and has to answer. */
static void expect_bluez_answers(void)
{
	g_autoptr(GVariant) reply =
		client_expect(world_bluez(world), "/", "org.freedesktop.DBus.ObjectManager",
			      "GetManagedObjects", NULL, "(a{oa{sa{sv}}})");
}

/* Each scans and serves. */
START_TEST(come_and_go)
{
	Client *programs[8];

	client_set_timeout(world_bluez(world), SOON);
	for (int round = 0; round < 3; round++) {
		for (unsigned int i = 0; i < G_N_ELEMENTS(programs); i++) {
			g_autofree char *session = NULL;

			programs[i] = new_client();
			session = open_session(programs[i], 0);
			start_scan(programs[i], session, -1);
			g_free(serve_one(programs[i], session, 0xaa01 + i, 0x4561 + i, ""));
		}
		wait_radio_scans(WORLD_RADIO, true, SOON);
		expect_bluez_answers();
		for (unsigned int i = 0; i < G_N_ELEMENTS(programs); i++)
			client_free(programs[i]);
		wait_radio_scans(WORLD_RADIO, false, SOON);
		expect_bluez_answers();
	}
	ck_assert_uint_eq(stats_total(client, "Stalls"), 0);
}
END_TEST

/* Each asks for it, and is gone before bluetoothd has answered; or is when it has. */
START_TEST(hardly_advertise)
{
	g_autofree char *before = bluez_owner(), *after = NULL, *hex = name_hex("stays"),
			*stays = advertise_as(client, "stays");

	wait_on_air(NULL, hex);
	for (unsigned int i = 0; i < 100; i++) {
		Client *program = new_client();
		g_autofree char *session = open_session(program, 0);
		ClientCall *call;

		set_advertisement(program, session, "'name': <'hardly'>");
		call = client_begin(program, session, "Session1", "Advertise", g_variant_new("(b)", TRUE));
		g_usleep(i * 100);
		client_call_forget(call);
		client_free(program);
	}
	wait_ms(500);
	after = bluez_owner();
	ck_assert_str_eq(before, after);
	wait_on_air(NULL, hex);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		one_is_killed, access_denied, user_session, come_and_go, hardly_advertise, NULL
	};

	return serve_main("serve-many", tests, NULL, 120);
}
