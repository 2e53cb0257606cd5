/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Notifications and indications; links that are lost and come back; services that change. */
#include <string.h>

#include "link-fixture.h"

static char *session;

static void setup_link(void)
{
	link_setup();
	session = open_session(client, 0);
	peer_appear(0);
	link_ = connect_to(client, session, 0, "{'auto_reconnect': <true>}");
	client_subscribe(client, NULL, CONNECTION, "Disconnected", NULL);
}

static void teardown_link(void)
{
	g_clear_pointer(&session, g_free);
	link_teardown();
}

static uint32_t char_events(Client *by, const char *attr)
{
	g_autofree char *path = attr_path(link_, attr);
	g_autoptr(GVariant) reply = client_expect(by, path, CHARACTERISTIC, "Events", NULL, "(u)");
	uint32_t events;

	g_variant_get(reply, "(u)", &events);
	return events;
}

START_TEST(notifications)
{
	g_autoptr(GVariant) body = NULL, value = NULL;
	uint64_t time, now = (uint64_t)g_get_monotonic_time();
	g_autofree char *path = attr_path(link_, RATE);

	ck_assert_uint_eq(char_events(client, RATE), 0);
	notify_from(client, link_, RATE);
	ck_assert(peer_is_subscribed(0, RATE_HANDLE)); /* when Callback has returned */
	air_do(air, "notify peer0 " RATE_HANDLE " 0648");
	body = client_wait_signal(client, "Notification", SOON, NULL);
	ck_assert_ptr_nonnull(body);
	g_variant_get_child(body, 0, "t", &time);
	ck_assert_uint_ge(time + 1000, now); /* no suspend in a test: the clocks agree */
	value = client_get(client, path, CHARACTERISTIC, "Value");
	ck_assert_uint_eq(g_variant_n_children(value), 2);
	ck_assert_uint_eq(char_events(client, RATE), CHAR_NOTIFY_EVENT);
	ck_assert_uint_eq(char_events(client, RATE), 0);

	/* the same value again is news too */
	for (int i = 0; i < 3; i++)
		air_do(air, "notify peer0 " RATE_HANDLE " 0648");
	for (int i = 0; i < 3; i++)
		expect_notification(client, "0648");
	notify_from(client, link_, RATE); /* twice is once */
	air_do(air, "notify peer0 " RATE_HANDLE " 01");
	expect_notification(client, "01");
	ck_assert_ptr_null(next_notification(client, 300));
	notify_no_more(client, link_, RATE);
	wait_subscribed(0, RATE_HANDLE, false);
	notify_from(client, link_, RATE);
	ck_assert(peer_is_subscribed(0, RATE_HANDLE));
}
END_TEST

START_TEST(indications)
{
	notify_from(client, link_, INDICATED);
	air_do(air, "notify peer0 " INDICATED_HANDLE " aa");
	expect_notification(client, "aa");
	air_do(air, "notify peer0 " INDICATED_HANDLE " 00000000 20");
	expect_numbered(client, 20);
}
END_TEST

/* Two characteristics do not mix. */
START_TEST(two_characteristics)
{
	g_autofree char *path = NULL, *other = attr_path(link_, OTHER_RATE);
	g_autoptr(GVariant) body = NULL;

	notify_from(client, link_, RATE);
	notify_from(client, link_, OTHER_RATE);
	client_drop_signals(client);
	notify_no_more(client, link_, RATE);
	air_do(air, "notify peer0 " OTHER_RATE_HANDLE " 22");
	body = client_wait_signal(client, "Notification", SOON, &path);
	ck_assert_ptr_nonnull(body);
	ck_assert_str_eq(path, other);
	ck_assert(peer_is_subscribed(0, OTHER_RATE_HANDLE));
}
END_TEST

/* A read while notifications come: none is lost, none is twice. */
START_TEST(reads_amid_notifications)
{
	notify_from(client, link_, RATE);
	air_do(air, "notify peer0 " RATE_HANDLE " 00000000 200 5");
	for (int i = 0; i < 20; i++)
		expect_value(client, link_, PLAIN, "01020304");
	expect_numbered(client, 200);
}
END_TEST

/* A user session's subscription outlives the connection that made it. */
START_TEST(user_session)
{
	Client *first = new_client_as(SOME_UID);
	g_autoptr(Client) second = new_client_as(SOME_UID);

	client_do(first, "hci0", "Session1", "Init", no_options());
	expect_connected(begin_connect(first, "hci0", peer_address(0), "{}"));
	notify_from(first, link_, RATE);
	client_free(first);
	wait_ms(300);
	ck_assert(peer_is_subscribed(0, RATE_HANDLE));
	air_do(air, "notify peer0 " RATE_HANDLE " 05");
	wait_ms(500);
	ck_assert_uint_eq(char_events(second, RATE), CHAR_NOTIFY_EVENT);
	client_do(second, "hci0", "Session1", "Deinit", NULL);
	wait_subscribed(0, RATE_HANDLE, false);
}
END_TEST

/* --- lost links --- */

static void expect_restored(void)
{
	wait_back(0, true);
	air_do(air, "notify peer0 " RATE_HANDLE " 00000000 50 2");
	expect_numbered(client, 50);
	expect_value(client, link_, PLAIN, "01020304");
}

START_TEST(comes_back)
{
	notify_from(client, link_, RATE);
	for (int i = 0; i < 2; i++) {
		air_do(air, "drop peer0");
		expect_disconnected(client, "disconnected");
		expect_restored();
	}
	ck_assert_uint_eq(holders(link_), 1);
}
END_TEST

START_TEST(away_for_a_while)
{
	g_autoptr(Client) other = new_client();

	g_free(connect_anew(other, 0)); /* does not want it back */
	notify_from(client, link_, RATE);
	air_do(air, "mute peer0 on");
	air_do(air, "drop peer0 08");
	expect_disconnected(client, "disconnected");
	expect_read_error(client, link_, PLAIN, "{}", "NotConnected", "");
	ck_assert(!is_connected(client, link_));
	ck_assert_uint_eq(holders(link_), 1);
	expect_read_error(other, link_, PLAIN, "{}", "AccessDenied", "");
	wait_ms(1500);
	air_do(air, "mute peer0 off");
	expect_restored();
}
END_TEST

START_TEST(radio_off_and_on)
{
	notify_from(client, link_, RATE);
	world_power(world, "hci0", false);
	expect_disconnected(client, "radio-off");
	world_power(world, "hci0", true);
	expect_restored();
}
END_TEST

START_TEST(bluetoothd_killed)
{
	notify_from(client, link_, RATE);
	world_bluez_kill(world);
	expect_disconnected(client, "bluez-gone");
	expect_connect_error(client, session, peer_address(0), "{}", "BlueZUnavailable");
	world_bluez_start(world);
	expect_restored();
}
END_TEST

START_TEST(given_up_while_away)
{
	air_do(air, "mute peer0 on");
	air_do(air, "drop peer0");
	expect_disconnected(client, "disconnected");
	let_go(client, link_);
	wait_gone(link_, CONNECTION);
	air_do(air, "mute peer0 off");
	wait_ms(1500);
	ck_assert(!peer_is_linked(0));
}
END_TEST

/* --- services that change --- */

START_TEST(service_changes)
{
	g_autofree char *added = attr_path(link_, "service0040"), *gone = attr_path(link_, OURS);
	g_autofree char *plain = attr_path(link_, PLAIN);

	notify_from(client, link_, RATE);
	wait_subscribed(0, "0002", true); /* BlueZ wants to know of it */
	client_subscribe(client, NULL, OBJECT_MANAGER, NULL, NULL);
	air_do(air, "service peer0 0040 180f primary");
	air_do(air, "char peer0 0041 2a19 read 64");
	air_do(air, "unservice peer0 0020");
	air_do(air, "changed peer0");
	wait_gone(gone, SERVICE);
	expect_read_error(client, link_, PLAIN, "{}", "DoesNotExist", "");
	client_expect_error(client, plain, CHARACTERISTIC, "ReadDescriptor",
			    g_variant_new_parsed("(<uint16 0x2901>,)"), "DoesNotExist");
	for (int i = 0; i < 50 && !daemon_has(added, SERVICE); i++)
		wait_ms(100);
	expect_value(client, link_, "service0040/char0041", "64");
	ck_assert_uint_ge(client_count_signals(client, "InterfacesAdded"), 2);
	ck_assert_uint_ge(client_count_signals(client, "InterfacesRemoved"), 8);
	/* what did not change goes on */
	air_do(air, "notify peer0 " RATE_HANDLE " 00000000 20 1");
	expect_numbered(client, 20);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		notifications, indications, two_characteristics, reads_amid_notifications, user_session,
		comes_back, away_for_a_while, radio_off_and_on, bluetoothd_killed, given_up_while_away,
		service_changes, NULL
	};

	return run_tests("link-notify", tests, setup_link, teardown_link, 90);
}
