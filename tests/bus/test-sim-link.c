/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The simulated BlueZ's links, seen by a plain GDBus program: connecting and its failures, lost
 * links, what survives them. */
#include <check.h>

#include "gatt-fixture.h"

static void is_no_object(const char *path, const char *iface)
{
	client_expect_error(client, path, iface, "ReadValue", g_variant_new("(a{sv})", NULL),
			    "org.freedesktop.DBus.Error.UnknownObject");
}

/* The objects stay, and say so. On the face they are there as long as the link is. */
static void expect_no_attributes(void)
{
	if (is_face()) {
		is_no_object(READABLE, CHAR_IFACE);
		is_no_object(WRITABLE_DESC, DESC_IFACE);
		return;
	}
	call_fails(read_begin(client, READABLE, "{}"), "Failed", "Not connected");
	call_fails(write_begin(client, WRITABLE, "00", "{}"), "Failed", "Not connected");
	call_fails(read_begin(client, WRITABLE_DESC, "{}"), "Failed", "Not connected");
}

START_TEST(connecting)
{
	ClientCall *first = peer_begin("Connect");
	g_autofree char *path = NULL;
	g_autoptr(GVariant) added = NULL;

	if (is_face()) /* where nobody is turned away */
		peer_do(client, "Connect");
	else
		peer_fails("Connect", "Failed", "Operation already in progress");
	call_ok(first);
	expect_change(PEER_PATH, "{'Connected': <true>} []");
	ck_assert(link_has("up=1"));
	/* Before the last of the objects is there: */
	ck_assert(wait_until(is_resolved, NULL, SOON));
	/* what it has, not what it advertises */
	expect_change(PEER_PATH, "{'ServicesResolved': <true>, 'UUIDs': <["
				 "'00001801-0000-1000-8000-00805f9b34fb', "
				 "'0000180d-0000-1000-8000-00805f9b34fb']>} []");
	added = client_wait_signal(client, "InterfacesAdded", SOON, &path);
	ck_assert_ptr_nonnull(added);
	ck_assert(link_has("up=1 mtu=517 encrypted=0"));
	peer_do(client, "Connect"); /* it is */
	client_drop_signals(client);

	peer_do(client, "Disconnect");
	expect_change(PEER_PATH, "{'ServicesResolved': <false>} []");
	expect_change(PEER_PATH, "{'Connected': <false>} []");
	expect_link("up=0", true);
	peer_do(client, "Disconnect"); /* it is */
	expect_no_attributes();
	client_drop_signals(client);
	connect_peer();
	read_is(READABLE, "{}", "01");
}
END_TEST

START_TEST(refused)
{
	air_do(air, "refuse heart 3e 2");
	if (!is_face()) { /* which tries again by itself */
		peer_fails("Connect", "Failed", "le-connection-abort-by-local");
		peer_fails("Connect", "Failed", "le-connection-abort-by-local");
	}
	connect_peer();
	peer_do(client, "Disconnect");
	expect_link("up=0", true);
	air_do(air, "refuse heart 3e 0");
	for (int i = 0; i < 3; i++)
		peer_fails("Connect", "Failed", "le-connection-abort-by-local");
	air_do(air, "refuse heart 0");
	connect_peer();
}
END_TEST

START_TEST(not_there)
{
	ClientCall *call;

	air_do(air, "mute heart on");
	call = peer_begin("Connect");
	wait_ms(200);
	ck_assert(!client_call_done(call));
	peer_do(client, "Disconnect");
	call_fails(call, "Failed", "br-connection-canceled");

	call = peer_begin("Connect"); /* the attempt gets through once it advertises again */
	air_do(air, "mute heart off");
	call_ok(call);
	peer_do(client, "Disconnect");

	ck_assert(wait_until(is_gone, NULL, SOON));
	expect_link("up=0", true);
	air_do(air, "unpeer heart");
	(void)air_try(air, "patience connect 500"); /* the real one has more, 40 s */
	client_set_timeout(client, 60000);
	peer_fails("Connect", "Failed", "le-connection-abort-by-local");
}
END_TEST

START_TEST(anybody_cuts_the_link)
{
	g_autoptr(Client) other = client_new(bluez_address());

	client_direct(other, "org.bluez");
	connect_peer();
	peer_do(other, "Disconnect");
	expect_change(PEER_PATH, "{'ServicesResolved': <false>} []");
	expect_change(PEER_PATH, "{'Connected': <false>} []");
}
END_TEST

START_TEST(while_disconnecting)
{
	ClientCall *call;

	connect_peer();
	call = peer_begin("Disconnect");
	ck_assert(is_connected(NULL));
	/* It takes its time; until then the link works but for this: */
	read_is(READABLE, "{}", "01");
	client_expect_error(client, NOTIFIES, CHAR_IFACE, "StartNotify", NULL,
			    "org.bluez.Error.NotConnected");
	peer_do(client, "Connect"); /* pretends to help */
	call_ok(call);
	ck_assert(wait_until(is_gone, NULL, SOON));
}
END_TEST

/* On the face it is over at once, and Connect connects. */
START_TEST(connect_after_disconnecting)
{
	ClientCall *call;

	connect_peer();
	call = peer_begin("Disconnect");
	ck_assert(is_gone(NULL));
	expect_no_attributes();
	peer_do(client, "Connect");
	call_ok(call);
	ck_assert(is_connected(NULL) && is_resolved(NULL));
	read_is(READABLE, "{}", "01");
}
END_TEST

START_TEST(notifications_survive)
{
	g_autofree char *value = NULL;

	connect_peer();
	client_do(client, NOTIFIES, CHAR_IFACE, "StartNotify", NULL);
	client_drop_signals(client);
	air_do(air, "drop heart");
	expect_change(PEER_PATH, "{'Connected': <false>, 'ServicesResolved': <false>} []");
	ck_assert(client_get_boolean(client, NOTIFIES, CHAR_IFACE, "Notifying"));
	connect_peer();
	ck_assert(link_has("000b"));
	air_do(air, "notify heart 000B 55");
	value = next_value(client, NOTIFIES);
	ck_assert_str_eq(value, "55");
	expect_quiet(); /* once */

	/* Another way: asked for while there is no link. */
	client_do(client, NOTIFIES, CHAR_IFACE, "StopNotify", NULL);
	air_do(air, "drop heart 08");
	ck_assert(wait_until(is_gone, NULL, SOON));
	client_do(client, NOTIFIES, CHAR_IFACE, "StartNotify", NULL);
	connect_peer();
	ck_assert(link_has("000b"));
}
END_TEST

/* On the face, StartNotify is of the link. */
START_TEST(notifications_end)
{
	g_autofree char *value = NULL;

	connect_peer();
	client_do(client, NOTIFIES, CHAR_IFACE, "StartNotify", NULL);
	client_drop_signals(client);
	air_do(air, "drop heart");
	expect_change(PEER_PATH, "{'Connected': <false>, 'ServicesResolved': <false>} []");
	expect_no_attributes();
	connect_peer();
	ck_assert(!client_get_boolean(client, NOTIFIES, CHAR_IFACE, "Notifying"));
	expect_link("000b", false);
	client_do(client, NOTIFIES, CHAR_IFACE, "StartNotify", NULL);
	client_drop_signals(client);
	air_do(air, "notify heart 000B 55");
	value = next_value(client, NOTIFIES);
	ck_assert_str_eq(value, "55");
	expect_quiet(); /* once */
}
END_TEST

START_TEST(lost_while_reading)
{
	ClientCall *read, *write;

	connect_peer();
	air_do(air, "latency heart 20000");
	read = read_begin(client, READABLE, "{}");
	write = write_begin(client, WRITABLE, "00", "{}");
	ck_assert(is_connected(NULL)); /* so the calls before have arrived */
	air_do(air, "unpeer heart");
	call_fails(read, "Failed", "Operation failed with ATT error: 0x0e");
	call_fails(write, "Failed", "Operation failed with ATT error: 0x0e");
	ck_assert(wait_until(is_gone, NULL, SOON));
}
END_TEST

static bool was_read(void *unused)
{
	(void)unused;
	return count("000E", "reads") == 1;
}

START_TEST(silent)
{
	ClientCall *read;

	connect_peer();
	air_do(air, "silent heart on");
	(void)air_try(air, "patience att 500"); /* the real one has 30 s */
	client_set_timeout(client, 60000);
	read = read_begin(client, READABLE, "{}");
	ck_assert(is_connected(NULL));
	expect_in_time(was_read, NULL, true);
	call_fails(read, "Failed", "Operation failed with ATT error: 0x0e");
	ck_assert(is_connected(NULL)); /* for another two seconds */
	ck_assert(wait_until(is_gone, NULL, 2 * SOON));

	if (is_face()) /* where Connect fails, unless it learns of the services in ConnectTimeoutSeconds */
		return;
	/* Services that cannot be found out count as resolved for these two seconds, and are those known
	 * before. */
	peer_do(client, "Connect");
	ck_assert(wait_until(is_resolved, NULL, 40000));
	expect_get(READABLE, CHAR_IFACE, "UUID", "'00002a38-0000-1000-8000-00805f9b34fb'");
	ck_assert(wait_until(is_gone, NULL, 2 * SOON));
}
END_TEST

START_TEST(power_and_removal)
{
	connect_peer();
	world_power(world, "hci0", false);
	ck_assert(!is_connected(NULL));
	peer_fails("Connect", "Failed", "Input/output error");
	world_power(world, "hci0", true);
	connect_peer();
	adapter_do(client, "RemoveDevice", g_variant_new("(o)", PEER_PATH));
	expect_change(PEER_PATH, "{'ServicesResolved': <false>} []");
	ck_assert_ptr_null(client_get(client, PEER_PATH, DEVICE_IFACE, "Connected"));
	ck_assert_ptr_null(client_get(client, READABLE, CHAR_IFACE, "UUID"));
	expect_link("up=0", true);
}
END_TEST

START_TEST(killed)
{
	connect_peer();
	client_set(client, PEER_PATH, DEVICE_IFACE, "Trusted", g_variant_new_boolean(TRUE));
	world_bluez_kill(world);
	world_bluez_start(world);
	world_wait_powered(world, "hci0", true);
	ck_assert(wait_until(peer_is_found, NULL, SOON));
	ck_assert(wait_until(is_gone, NULL, SOON)); /* the new bluetoothd ends the old one's link */
	/* It is not a temporary device any more; its services have to be asked for again. */
	ck_assert(client_get_boolean(client, PEER_PATH, DEVICE_IFACE, "Trusted"));
	ck_assert(!is_resolved(NULL));
	ck_assert_ptr_null(client_get(client, READABLE, CHAR_IFACE, "UUID"));
	connect_peer();
	read_is(READABLE, "{}", "01");
}
END_TEST

static bool adapter_is_there(void *unused)
{
	g_autoptr(GVariant) powered = client_get(client, BLUEZ_ADAPTER, ADAPTER_IFACE, "Powered");

	(void)unused;
	return powered && g_variant_get_boolean(powered);
}

/* On the face, a device is not known when bluetoothd is back, unless it is paired, and Trusted was the
 * program's wish. */
START_TEST(killed_below_the_face)
{
	connect_peer();
	client_set(client, PEER_PATH, DEVICE_IFACE, "Trusted", g_variant_new_boolean(TRUE));
	client_drop_signals(client);
	world_bluez_kill(world);
	expect_removed(PEER_PATH);
	world_bluez_start(world);
	world_wait_powered(world, "hci0", true);
	ck_assert(wait_until(adapter_is_there, NULL, SOON));
	ck_assert(!peer_is_found(NULL));
	start_filtered();
	ck_assert(wait_until(peer_is_found, NULL, SOON));
	ck_assert(!client_get_boolean(client, PEER_PATH, DEVICE_IFACE, "Trusted"));
	connect_peer();
	read_is(READABLE, "{}", "01");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		connecting, refused, not_there, anybody_cuts_the_link, lost_while_reading, silent,
		power_and_removal, NULL
	};
	const TTest *const bluez[] = { while_disconnecting, notifications_survive, killed, NULL };
	const TTest *const face[] = {
		connect_after_disconnecting, notifications_end, killed_below_the_face, NULL
	};
	int r = run_tests("sim-link", tests, setup_peer, teardown, 150);

	if (is_face()) {
		left_out("while_disconnecting", "connect_after_disconnecting is its case");
		left_out("notifications_survive", "notifications_end is its case");
		left_out("killed", "killed_below_the_face is its case");
	}
	return r | run_tests("sim-link-either", is_face() ? face : bluez, setup_peer, teardown, 150);
}
