/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connecting: to devices known and unknown, in every form, and each way that it can fail. */
#include <stdlib.h>
#include <string.h>

#include "link-fixture.h"

static char *session;

static void setup_session(void)
{
	link_setup();
	session = open_session(client, 0);
}

static void teardown_session(void)
{
	g_clear_pointer(&session, g_free);
	teardown();
}

START_TEST(known_device)
{
	g_autofree char *link = NULL;

	peer_appear(0);
	make_known(0);
	link = connect_to(client, session, 0, "{'timeout': <uint32 10000>}");
	ck_assert(peer_is_linked(0));
	ck_assert(is_connected(client, link));
	expect_value(client, link, PLAIN, "01020304"); /* the tree is there */
	expect_value(client, link, PLAIN_NAME, "706c61696e");
}
END_TEST

START_TEST(unknown_device)
{
	g_autofree char *link = NULL;

	peer_appear(0);
	ck_assert(!bluez_knows(0));
	link = connect_to(client, session, 0, "{}");
	ck_assert(peer_is_linked(0));
	expect_value(client, link, PLAIN, "01020304");
	wait_radio_scans(WORLD_RADIO, false, RESUME); /* it scanned only for that */
}
END_TEST

static bool is_known(void *data)
{
	return bluez_knows(*(const unsigned int *)data);
}

/* The radio does not say how well it hears it. */
START_TEST(device_without_rssi)
{
	const unsigned int number = 0;
	ClientCall *call = begin_connect(client, session, peer_address(number), "{'timeout': <uint32 20000>}");

	wait_radio_scans(WORLD_RADIO, true, RESUME);
	air_do(air, "adv * %s random 0 127 020106", peer_address(number));
	air_do(air, "adv * %s random 4 127 -", peer_address(number));
	ck_assert(wait_until(is_known, (void *)&number, world_patience(world)));
	client_call_forget(call);
}
END_TEST

/* It comes within the time. */
START_TEST(late_device)
{
	ClientCall *call = begin_connect(client, session, peer_address(0), "{}");

	wait_ms(1000);
	ck_assert(!client_call_done(call));
	peer_appear(0);
	expect_connected(call);
	ck_assert(peer_is_linked(0));
}
END_TEST

START_TEST(address_forms)
{
	static const char *const garbage[] = { "", "C0:00", "C0:00:00:00:00:0G", "C00000000001FF", "hci0" };
	g_autofree char *lower = g_ascii_strdown(peer_address(0), -1);
	g_autofree char *link = NULL, *bare = NULL, *upper = NULL, *path = NULL;
	g_auto(GStrv) parts = g_strsplit(lower, ":", -1);

	bare = g_strjoinv("", parts);
	upper = g_ascii_strup(bare, -1);
	peer_appear(0);
	link = connect_to(client, session, 0, "{}");
	expect_connected(begin_connect(client, session, lower, "{}"));
	expect_connected(begin_connect(client, session, bare, "{}"));
	expect_connected(begin_connect(client, session, upper, "{'addr_type': <byte 1>}"));
	ck_assert_uint_eq(holders(link), 1);
	for (size_t i = 0; i < G_N_ELEMENTS(garbage); i++)
		expect_connect_error(client, session, garbage[i], "{}", "InvalidArguments");
}
END_TEST

START_TEST(option_errors)
{
	static const char *const bad[] = {
		"{'timeout': <uint32 0>}", "{'timeout': <'soon'>}", "{'addr_type': <byte 4>}",
		"{'addr_type': <uint32 1>}", "{'priority': <true>}", "{'auto_reconnect': <byte 1>}",
		"{'speed': <uint32 3>}",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		expect_connect_error(client, session, peer_address(0), bad[i], "InvalidArguments");
}
END_TEST

START_TEST(address_types)
{
	g_autofree char *link = NULL, *path = g_strdup(peer_path(1));
	g_autoptr(GVariant) type = NULL;

	air_do(air, "peer peer1 00%s public -", peer_address(1) + 2);
	peer_add_attributes(1);
	memcpy(strstr(path, "C1_"), "00", 2);
	{
		g_autofree char *address = g_strconcat("00", peer_address(1) + 2, NULL);

		expect_connected(begin_connect(client, session, address, "{'addr_type': <byte 0>}"));
	}
	type = client_get(client, path, CONNECTION, "AddressType");
	ck_assert_str_eq(g_variant_get_string(type, NULL), "public");
	g_clear_pointer(&type, g_variant_unref);

	peer_appear(0);
	link = connect_to(client, session, 0, "{'addr_type': <byte 1>}");
	type = client_get(client, link, CONNECTION, "AddressType");
	ck_assert_str_eq(g_variant_get_string(type, NULL), "random");
}
END_TEST

START_TEST(nobody_there)
{
	uint64_t begun = now_ms();

	expect_connect_error(client, session, peer_address(0), "{'timeout': <uint32 1500>}", "TimedOut");
	ck_assert_uint_ge(now_ms() - begun, 1400);
	ck_assert_uint_le(now_ms() - begun, 1500 + SOON);
	wait_radio_scans(WORLD_RADIO, false, RESUME);
	ck_assert(!daemon_has(peer_path(0), CONNECTION));
	/* a private address may be that of a bonded device */
	expect_call_error(begin_connect(client, session, "5A:00:00:00:00:01", "{'timeout': <uint32 500>}"),
			  "TimedOut", "5A:00:00:00:00:01 was not heard; if that is the private address");
	expect_call_error(begin_connect(client, session, "DA:00:00:00:00:01", "{'timeout': <uint32 500>}"),
			  "TimedOut", "DA:00:00:00:00:01 was not heard; is it near");
}
END_TEST

/* BlueZ knows it, but it is away. The next one must not have to wait for long. */
START_TEST(known_but_away)
{
	g_autofree char *link = NULL;

	peer_appear(0);
	peer_appear(1);
	make_known(0);
	air_do(air, "mute peer0 on");
	expect_connect_error(client, session, peer_address(0), "{'timeout': <uint32 1500>}", "TimedOut");
	link = connect_to(client, session, 1, "{'timeout': <uint32 10000>}");
	air_do(air, "mute peer0 off");
	wait_ms(500);
	ck_assert(!peer_is_linked(0)); /* nobody wants it any more */
	expect_connected(begin_connect(client, session, peer_address(0), "{'timeout': <uint32 10000>}"));
}
END_TEST

START_TEST(refused)
{
	peer_appear(0);
	make_known(0);
	air_do(air, "refuse peer0 0d 0");
	/* bluetoothd 5.66 does not tell this from any other failure */
	expect_connect_error(client, session, peer_address(0), "{'timeout': <uint32 20000>}",
			     "ConnectionRefused");
	air_do(air, "refuse peer0 0 0");
	g_free(connect_to(client, session, 0, "{'timeout': <uint32 20000>}"));
}
END_TEST

START_TEST(transient_failures)
{
	uint64_t begun;

	peer_appear(0);
	make_known(0);
	air_do(air, "refuse peer0 3e 2");
	begun = now_ms();
	g_free(connect_to(client, session, 0, "{'timeout': <uint32 20000>}"));
	ck_assert_uint_ge(now_ms() - begun, 250 + 500); /* it waited between */
}
END_TEST

/* After this one bluetoothd forgets the device, too. */
START_TEST(transient_rejection)
{
	peer_appear(0);
	make_known(0);
	air_do(air, "refuse peer0 0d 2");
	g_free(connect_to(client, session, 0, "{'timeout': <uint32 20000>}"));
}
END_TEST

START_TEST(lasting_failure)
{
	peer_appear(0);
	make_known(0);
	air_do(air, "refuse peer0 3e 0");
	expect_connect_error(client, session, peer_address(0), "{'timeout': <uint32 20000>}",
			     "ConnectionRefused");
	air_do(air, "refuse peer0 0 0");
	g_free(connect_to(client, session, 0, "{'timeout': <uint32 20000>}"));
}
END_TEST

START_TEST(radio_off)
{
	peer_appear(0);
	world_power(world, "hci0", false);
	expect_connect_error(client, session, peer_address(0), "{}", "NotReady");
	world_power(world, "hci0", true);
	g_free(connect_to(client, session, 0, "{}"));
	client_do(client, session, "Session1", "Deinit", NULL);
	expect_connect_error(client, session, peer_address(0), "{}", "NotReady");
	wait_linked(0, false);
}
END_TEST

START_TEST(radio_goes_off_meanwhile)
{
	ClientCall *call = begin_connect(client, session, peer_address(0), "{}");

	wait_ms(500);
	world_power(world, "hci0", false);
	expect_call_error(call, "NotReady", "");
	world_power(world, "hci0", true);
}
END_TEST

/* Its wait is over: nothing goes on for it. */
START_TEST(caller_leaves)
{
	Client *leaver = new_client();
	g_autofree char *its = open_session(leaver, 0);
	g_autofree char *bystander = NULL;

	client_call_forget(begin_connect(leaver, its, peer_address(0), "{}"));
	wait_radio_scans(WORLD_RADIO, true, SOON);
	client_free(leaver);
	wait_radio_scans(WORLD_RADIO, false, RESUME);
	peer_appear(0);
	start_scan(client, session, 2);
	wait_ms(2000);
	ck_assert(!peer_is_linked(0));
}
END_TEST

/* The user session lives on, its caller does not. */
START_TEST(caller_of_user_session_leaves)
{
	Client *leaver = new_client();

	client_do(leaver, "hci0", "Session1", "Init", no_options());
	client_call_forget(begin_connect(leaver, "hci0", peer_address(0), "{}"));
	wait_radio_scans(WORLD_RADIO, true, SOON);
	client_free(leaver);
	wait_radio_scans(WORLD_RADIO, false, RESUME);
}
END_TEST

/* Another session's scan goes on. */
START_TEST(beside_a_scan)
{
	peer_appear(0);
	peer_appear(1);
	start_scan(client, session, -1);
	g_free(connect_to(client, session, 0, "{}"));
	g_free(connect_to(client, session, 1, "{}"));
	ck_assert(is_scanning(client, session));
	(void)take_all(client, session);
	hear_through(client, session, WORLD_RADIO);
}
END_TEST

/* What BlueZ calls the device, for who has not heard it. */
START_TEST(name_of_device)
{
	g_autoptr(GVariant) name = NULL;
	g_autofree char *link = NULL;

	air_do(air, "peer peer0 %s random 05094c6f6368", peer_address(0));
	peer_add_attributes(0);
	make_known(0);
	link = connect_to(client, session, 0, "{}");
	name = client_get(client, link, CONNECTION, "Name");
	ck_assert_ptr_nonnull(name);
	ck_assert_str_eq(g_variant_get_string(name, NULL), "Loch");
}
END_TEST

/* A name that sd-bus refuses is no obstacle, to the device that has it, to others, nor to radios, also at the
 * start. */
START_TEST(name_not_for_a_bus)
{
	g_autofree char *second = air_cmd(air, "plug " SECOND_RADIO);

	ck_assert_str_eq(second, "hci1");
	air_do(air, "peer peer0 %s random 060941efbfbf42", peer_address(0));
	peer_add_attributes(0);
	peer_appear(1);
	make_known(0);
	make_known(1);
	for (int i = 0; i < 2; i++) {
		for (unsigned int number = 0; number < 2; number++) {
			g_autofree char *link = connect_anew(client, number);

			expect_value(client, link, PLAIN, "01020304");
		}
		world_daemon_stop(world);
		wait_linked(0, false);
		wait_linked(1, false);
		ck_assert(bluez_knows(0));
		world_daemon_start(world);
		wait_adapter_there("hci1");
	}
	air_do(air, "unplug " SECOND_RADIO);
}
END_TEST

/* --- links that linger --- */

/* BlueZ's Connected, each time that it changed. */
static unsigned int bluez_changes(void)
{
	Client *bluez = world_bluez(world);
	unsigned int n = 0;
	GVariant *body;

	client_sync(bluez);
	while ((body = client_wait_signal(bluez, "PropertiesChanged", 0, NULL))) {
		g_autoptr(GVariant) changed = g_variant_get_child_value(body, 1);
		g_autoptr(GVariant) connected =
			g_variant_lookup_value(changed, "Connected", G_VARIANT_TYPE_BOOLEAN);

		n += connected != NULL;
		g_variant_unref(body);
	}
	return n;
}

START_TEST(lingering)
{
	g_autofree char *path = bluez_path(0);

	g_clear_pointer(&session, g_free);
	teardown();
	link_setup_with("[Links]\nLingerSeconds=5\n");
	session = open_session(client, 0);
	peer_appear(0);
	make_known(0);
	client_subscribe(world_bluez(world), "org.bluez", PROPERTIES, "PropertiesChanged", path);
	g_free(connect_to(client, session, 0, "{}"));
	ck_assert_uint_eq(bluez_changes(), 1);
	for (int i = 0; i < 3; i++) {
		let_go(client, peer_path(0));
		ck_assert_uint_eq(holders(peer_path(0)), 0);
		expect_read_error(client, peer_path(0), PLAIN, "{}", "AccessDenied", "");
		g_free(connect_to(client, session, 0, "{}"));
		expect_value(client, peer_path(0), PLAIN, "01020304");
	}
	ck_assert_uint_eq(bluez_changes(), 0); /* it was there all the time */
	let_go(client, peer_path(0));
	wait_ms(2500); /* without linger BlueZ would have taken it down by now */
	ck_assert(peer_is_linked(0));
	wait_linked(0, false);
	wait_gone(peer_path(0), CONNECTION);
	ck_assert_uint_eq(bluez_changes(), 1);
	g_free(connect_to(client, session, 0, "{}"));
	ck_assert_uint_eq(bluez_changes(), 1);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		known_device, unknown_device, device_without_rssi, late_device, address_forms, option_errors,
		address_types, nobody_there, known_but_away, refused, transient_failures, transient_rejection,
		lasting_failure, radio_off, radio_goes_off_meanwhile, caller_leaves,
		caller_of_user_session_leaves, beside_a_scan, name_of_device, name_not_for_a_bus, lingering, NULL
	};

	return run_tests("link-connect", tests, setup_session, teardown_session, 60);
}
