/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Peers that fall silent or vanish, and a bluetoothd that dies: every caller is told, in time, and nothing is
 * left. */
#include "link-fixture.h"

static bool is_amid_long_read(void *unused)
{
	(void)unused;
	return peer_count(0, LONG_HANDLE, "reads") >= 2;
}

START_TEST(vanishes_amid_long_read)
{
	g_autofree char *link = NULL;
	ClientCall *call, *write;
	uint64_t begun;

	peer_appear(0);
	air_do(air, "mtu peer0 23");
	link = connect_anew(client, 0);
	client_subscribe(client, NULL, CONNECTION, "Disconnected", NULL);
	air_do(air, "latency peer0 500");
	call = begin_read(client, link, LONG);
	write = begin_write(client, link, LONG, "00", "{}");
	ck_assert(wait_until(is_amid_long_read, NULL, SOON));
	begun = now_ms();
	air_do(air, "unpeer peer0");
	expect_call_error(call, "NotConnected", "");
	expect_call_error(write, "NotConnected", "");
	ck_assert_uint_le(now_ms() - begun, SOON);
	expect_disconnected(client, "disconnected");
	wait_gone(link, CONNECTION);
}
END_TEST

START_TEST(short_mtu)
{
	g_autofree char *link = NULL, *hex = long_hex();

	peer_appear(0);
	air_do(air, "mtu peer0 23");
	link = connect_anew(client, 0);
	expect_value(client, link, LONG, hex);
	ck_assert_uint_eq(peer_count(0, LONG_HANDLE, "reads"), 14); /* 22 bytes each */
	write_value(client, link, LONG, hex + 100, "{}");
	expect_value(client, link, LONG, hex + 100);
	expect_write_error(client, link, COMMAND, hex, "{'type': <'command'>}", "InvalidArguments", "value");
}
END_TEST

/* ATT gives up after 30 s, and the link is of no use then. */
START_TEST(silent_peer)
{
	g_autofree char *link = NULL;
	ClientCall *call;

	peer_appear(0);
	link = connect_anew(client, 0);
	client_subscribe(client, NULL, CONNECTION, "Disconnected", NULL);
	client_set_timeout(client, 60000);
	air_do(air, "silent peer0 on");
	call = begin_read(client, link, PLAIN);
	expect_call_error(call, "TimedOut", "");
	expect_disconnected(client, "disconnected");
	wait_linked(0, false);
	air_do(air, "silent peer0 off");
	g_free(connect_anew(client, 0));
	expect_value(client, link, PLAIN, "01020304");
}
END_TEST

/* It answers nothing from the beginning: its services never become known. */
START_TEST(silent_while_connecting)
{
	g_autofree char *session = open_session(client, 0);

	peer_appear(0);
	make_known(0);
	air_do(air, "silent peer0 on");
	expect_connect_error(client, session, peer_address(0), "{'timeout': <uint32 3000>}", "TimedOut");
	ck_assert(!daemon_has(peer_path(0), CONNECTION));
	wait_linked(0, false);
	air_do(air, "silent peer0 off");
	g_free(connect_to(client, session, 0, "{}"));
}
END_TEST

START_TEST(bluetoothd_killed)
{
	g_autoptr(Client) other = new_client_as(SOME_UID);
	g_autofree char *link = NULL, *same = NULL;
	ClientCall *read, *write;

	peer_appear(0);
	link = connect_anew(client, 0);
	same = connect_anew(other, 0);
	client_subscribe(client, NULL, CONNECTION, "Disconnected", NULL);
	client_subscribe(other, NULL, CONNECTION, "Disconnected", NULL);
	air_do(air, "latency peer0 2000");
	read = begin_read(client, link, PLAIN);
	write = begin_write(other, link, PLAIN, "00", "{}");
	wait_ms(300);
	world_bluez_kill(world);
	expect_call_error(read, "NotConnected", "");
	expect_call_error(write, "NotConnected", "");
	expect_disconnected(client, "bluez-gone");
	expect_disconnected(other, "bluez-gone");
	wait_gone(link, CONNECTION);
	ck_assert(!is_connected(client, link));
	world_bluez_start(world);
	air_do(air, "latency peer0 0");
	wait_adapter("hci0", "Powered", true);
	wait_linked(0, false);
	g_free(connect_anew(client, 0));
	expect_value(client, link, PLACE, "01");
}
END_TEST

START_TEST(radio_unplugged)
{
	g_autofree char *link = NULL;

	peer_appear(0);
	link = connect_anew(client, 0);
	client_subscribe(client, NULL, CONNECTION, "Disconnected", NULL);
	client_subscribe(client, NULL, PROPERTIES, "PropertiesChanged", NULL);
	air_do(air, "unplug " WORLD_RADIO);
	expect_disconnected(client, "radio-gone");
	expect_changed(client, link + strlen("/com/example/Bluetooth/"), "Connected", "false");
	wait_gone(link, CONNECTION);
	ck_assert(!is_connected(client, link));
	air_do(air, "plug " WORLD_RADIO);
	wait_adapter_there("hci0");
}
END_TEST

/* The daemon ends with a link up: it is closed, and BlueZ is left as it was. */
START_TEST(daemon_ends)
{
	peer_appear(0);
	g_free(connect_anew(client, 0));
	world_daemon_stop(world);
	wait_linked(0, false);
	world_daemon_start(world);
	ck_assert(!is_connected(client, peer_path(0)));
	g_free(connect_anew(client, 0));
	notify_from(client, peer_path(0), RATE);
	air_do(air, "notify peer0 " RATE_HANDLE " 00000000 10 1");
	expect_numbered(client, 10);
}
END_TEST

static void connect_foreign(unsigned int number)
{
	g_autofree char *path = bluez_path(number);

	make_known(number);
	client_do(world_bluez(world), path, "org.bluez.Device1", "Connect", NULL);
	wait_linked(number, true);
}

/* It is killed with a link up and an attempt under way: the next one ends both, and nothing of anybody
 * else's. */
START_TEST(daemon_killed)
{
	g_autofree char *session = open_session(client, 0);

	peer_appear(0);
	peer_appear(1);
	peer_appear(2);
	connect_foreign(1);
	g_free(connect_to(client, session, 0, "{}"));
	g_free(connect_to(client, session, 1, "{}"));
	make_known(2);
	air_do(air, "mute peer2 on");
	client_call_forget(begin_connect(client, session, peer_address(2), "{}"));
	wait_ms(500);
	world_daemon_kill(world);
	wait_ms(300);
	ck_assert(peer_is_linked(0));
	world_daemon_start(world);
	wait_linked(0, false);
	air_do(air, "mute peer2 off");
	wait_ms(2500); /* BlueZ takes two seconds to take a link down */
	ck_assert(peer_is_linked(1));
	ck_assert_msg(!peer_is_linked(2), "the attempt goes on");
	client_free(client);
	client = new_client();
	g_free(connect_anew(client, 0));
	g_free(connect_anew(client, 2));
	expect_value(client, peer_path(0), PLAIN, "01020304");

	/* not what another bluetoothd had, nor what anybody has written there */
	world_daemon_stop(world);
	ck_assert(peer_is_linked(1));
	{
		g_autofree char *file = g_build_filename(world_dir(world), "run", "links", NULL);

		ck_assert(!g_file_test(file, G_FILE_TEST_EXISTS));
		ck_assert(g_file_set_contents(
			file, "bluebrokerd links of everything\n" WORLD_RADIO " \xff\xfe\n", -1, NULL));
	}
	world_daemon_start(world);
	wait_ms(2500);
	ck_assert(peer_is_linked(1));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		vanishes_amid_long_read, short_mtu, silent_peer, silent_while_connecting, bluetoothd_killed,
		radio_unplugged, daemon_ends, daemon_killed, NULL
	};

	return link_main("link-faults", tests, NULL, 120);
}
