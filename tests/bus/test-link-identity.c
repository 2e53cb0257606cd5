/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices whose address is a private one that changes: once bonded they are the same under each. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys-server.h"
#include "link-pairing.h"

#define IRK "000102030405060708090a0b0c0d0e0f" /* but for its end, which is the test's own */

static char *session;
static char identity[18]; /* of peer0, and no other test's */
static char *keys_socket;
static char *keys_argument;
static pid_t keys_server;
static char *addresses[3]; /* peer0's, in the order in which it had them */

static char *taken(char *text) /* air_cmd's */
{
	char *address = g_strdup(g_strstrip(text));

	g_free(text);
	ck_assert_uint_eq(strlen(address), 17);
	return address;
}

static void key_hex(char *ret, bool reversed)
{
	g_autofree char *hex = g_strdup_printf("%.24s%08x", IRK, (unsigned int)getpid());

	for (size_t i = 0; i < 16; i++)
		memcpy(ret + 2 * i, hex + 2 * (reversed ? 15 - i : i), 2);
	ret[32] = '\0';
}

static void setup_private(void)
{
	char key[33];
	const char *arguments[2] = { NULL };
	const WorldOptions options = { .config = JUST_WORKS, .daemon_args = arguments };

	keys_socket = g_strdup_printf("/tmp/bluebroker-keys-%d.socket", (int)getpid());
	arguments[0] = keys_argument = g_strconcat("--keys=", keys_socket, NULL);
	link_setup_options(&options);
	session = open_session(client, 0);
	g_snprintf(identity, sizeof(identity), "00:1A:7D:%02X:%02X:%02X", (unsigned int)getpid() >> 16 & 0xff,
		   (unsigned int)getpid() >> 8 & 0xff, (unsigned int)getpid() & 0xff);
	peer_appear(0);
	key_hex(key, false);
	addresses[0] = taken(air_cmd(air, "private peer0 %s public %s", identity, key));
}

static void teardown_private(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(addresses); i++)
		g_clear_pointer(&addresses[i], g_free);
	g_clear_pointer(&session, g_free);
	teardown();
	keys_server_stop(keys_server, keys_socket);
	keys_server = 0;
	g_clear_pointer(&keys_socket, g_free);
	g_clear_pointer(&keys_argument, g_free);
}

/* The daemon may have the keys from now on. The simulated BlueZ keeps nothing on disk. */
static void give_keys(void)
{
	g_autofree char *store = g_strdup("/var/lib/bluetooth");

	if (!world_is_real(world)) {
		g_autofree char *directory = NULL, *file = NULL, *text = NULL;
		char key[33];

		g_free(store);
		store = g_build_filename(world_dir(world), "store", NULL);
		directory = g_build_filename(store, WORLD_RADIO, identity, NULL);
		ck_assert_int_eq(g_mkdir_with_parents(directory, 0700), 0);
		file = g_build_filename(directory, "info", NULL);
		key_hex(key, true);
		text = g_strdup_printf(
			"[General]\nName=x\nAddressType=public\n\n[IdentityResolvingKey]\nKey=%s\n", key);
		ck_assert(g_file_set_contents(file, text, -1, NULL));
	}
	keys_server = keys_server_start(keys_socket, KEYS_PROGRAM, store);
}

static void rotate(unsigned int number)
{
	addresses[number] = taken(air_cmd(air, "rotate peer0"));
	ck_assert_str_ne(addresses[number], addresses[number - 1]);
}

static char *connect_with(Client *by, const char *its, const char *address, const char *text)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply = client_call_finish(begin_connect(by, its, address, text), &error);
	char *path;

	if (!reply)
		ck_abort_msg("Connect to %s: %s", address, error->message);
	g_variant_get(reply, "(o)", &path);
	return path;
}

static char *connect_by(Client *by, const char *its, const char *address)
{
	return connect_with(by, its, address, "{}");
}

static void expect_property(const char *link, const char *property, const char *wanted)
{
	g_autoptr(GVariant) value = client_get(client, link, CONNECTION, property);

	ck_assert_msg(value != NULL, "no %s", property);
	ck_assert_str_eq(g_variant_get_string(value, NULL), wanted);
}

static bool is_identified(void *link)
{
	g_autoptr(GVariant) value = client_get(client, link, CONNECTION, "IdentityAddress");

	return value && strcmp(g_variant_get_string(value, NULL), identity) == 0;
}

static bool is_subscribed_again(void *link)
{
	g_autoptr(GVariant) connected = client_get(client, link, CONNECTION, "Connected");

	return connected && g_variant_get_boolean(connected) && peer_is_subscribed(0, RATE_HANDLE);
}

/* Connects by that address, and leaves. */
static void expect_reached(const char *address)
{
	g_autofree char *link = connect_by(client, session, address);

	ck_assert(peer_is_linked(0));
	expect_value(client, link, PLAIN, "01020304");
	expect_property(link, "Address", address);
	expect_property(link, "IdentityAddress", identity);
	let_go(client, link);
	wait_linked(0, false);
	wait_gone(link, CONNECTION);
}

/* Pairs under its first address. */
static void bond(void)
{
	g_autofree char *link = connect_by(client, session, addresses[0]);

	expect_property(link, "IdentityAddress", addresses[0]);
	pair(client, link, "{}");
	ck_assert(wait_until(is_identified, link, world_patience(world)));
	let_go(client, link);
	wait_linked(0, false);
	wait_gone(link, CONNECTION);
}

static void restart_daemon(void)
{
	world_daemon_stop(world);
	world_daemon_start(world);
	g_free(session);
	session = open_session(client, 0);
}

START_TEST(told_while_the_link_is_up)
{
	g_autofree char *link = connect_by(client, session, addresses[0]), *again = NULL;
	g_autofree char *wanted = g_strdup_printf("'%s'", identity);
	Client *second = new_client();
	g_autofree char *its = open_session(second, 0);

	expect_property(link, "Address", addresses[0]);
	expect_property(link, "IdentityAddress", addresses[0]);
	client_subscribe(client, NULL, PROPERTIES, "PropertiesChanged", link);
	pair(client, link, "{}");
	expect_changed(client, link + strlen("/com/example/Bluetooth/"), "IdentityAddress", wanted);
	expect_property(link, "IdentityAddress", identity);
	expect_property(link, "Address", addresses[0]);
	ck_assert(client_get_boolean(client, link, CONNECTION, "Connected"));
	ck_assert(client_get_boolean(client, link, CONNECTION, "Paired"));
	expect_value(client, link, PLAIN, "01020304");
	notify_from(client, link, RATE);
	air_do(air, "notify peer0 " RATE_HANDLE " 0102");
	expect_notification(client, "0102");
	/* another program's way to it is the same one */
	again = connect_by(second, its, identity);
	ck_assert_str_eq(again, link);
	client_free(second);
	let_go(client, link);
	wait_linked(0, false);
}
END_TEST

START_TEST(old_address_and_identity)
{
	bond();
	rotate(1);
	expect_reached(identity);
	expect_reached(addresses[0]);
}
END_TEST

START_TEST(after_bluetoothd)
{
	bond();
	rotate(1);
	restart_bluez();
	expect_reached(identity);
	expect_reached(addresses[0]);
}
END_TEST

START_TEST(after_the_daemon)
{
	bond();
	rotate(1);
	restart_daemon();
	expect_reached(addresses[0]);
	expect_reached(identity);
}
END_TEST

/* Who waits for the identity while nobody knows whose it is gets the link as soon as that is told. */
START_TEST(waited_for_by_identity)
{
	g_autofree char *link = connect_by(client, session, addresses[0]), *same = NULL;
	Client *second = new_client();
	g_autofree char *its = open_session(second, 0);
	ClientCall *call = begin_connect(second, its, identity, "{}");
	g_autoptr(GVariant) reply = NULL;

	client_sync(second);
	ck_assert(!client_call_done(call));
	pair(client, link, "{}");
	reply = client_call_finish(call, NULL);
	ck_assert(reply != NULL);
	g_variant_get(reply, "(o)", &same);
	ck_assert_str_eq(same, link);
	ck_assert_uint_eq(holders(link), 2);
	let_go(client, link);
	expect_value(second, same, PLAIN, "01020304");
	client_free(second);
	wait_linked(0, false);
}
END_TEST

/* A link that is to come back does, though the device is elsewhere by then, and bluetoothd calls it by
 * another name. */
START_TEST(comes_back)
{
	g_autofree char *link = NULL;

	bond();
	link = connect_with(client, session, addresses[0], "{'auto_reconnect': <true>}");
	notify_from(client, link, RATE);
	world_bluez_kill(world);
	rotate(1);
	world_bluez_start(world);
	ck_assert(wait_until(is_subscribed_again, link, 40000));
	expect_property(link, "Address", addresses[0]);
	expect_property(link, "IdentityAddress", identity);
	air_do(air, "notify peer0 " RATE_HANDLE " 0304");
	expect_notification(client, "0304");
}
END_TEST

/* Reports that pass a filter for that address come, until they do. */
static bool has_heard(void *its)
{
	return take_all(client, its) > 0;
}

static void expect_heard_by(const char *address)
{
	g_autofree char *its = open_session(client, 0);
	g_autofree char *text = g_strdup_printf("{'addresses': <['%s']>}", address);

	client_do(client, its, "Session1", "SetScanFilter", dictionary(text));
	start_scan(client, its, -1);
	ck_assert_msg(wait_until(has_heard, its, world_patience(world)), "nothing from %s", address);
	close_session(client, its);
}

/* The device's rows: how many have one of its addresses. */
static void expect_one_row(void)
{
	g_autoptr(GVariant) reply =
		client_expect(client, "hci0", "Adapter1", "GetDevices", no_options(), "(aa{sv})");
	g_autoptr(GVariant) rows = g_variant_get_child_value(reply, 0);
	g_autofree char *text = NULL;
	unsigned int n = 0;

	for (gsize i = 0; i < g_variant_n_children(rows); i++) {
		g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);
		const char *address, *its = identity;

		ck_assert(g_variant_lookup(row, "Address", "&s", &address));
		(void)g_variant_lookup(row, "IdentityAddress", "&s", &its);
		ck_assert_str_eq(its, identity);
		for (size_t a = 0; a < G_N_ELEMENTS(addresses); a++)
			n += addresses[a] && g_str_equal(address, addresses[a]);
		n += g_str_equal(address, identity);
	}
	text = g_variant_print(rows, FALSE);
	ck_assert_msg(n == 1, "%u rows of %s (%s): %s", n, addresses[0], identity, text);
}

START_TEST(one_row_and_any_filter)
{
	give_keys();
	expect_heard_by(addresses[0]);
	bond();
	rotate(1);
	expect_heard_by(addresses[0]);
	expect_heard_by(identity);
	expect_one_row();
}
END_TEST

/* Where the keys can be had, every address leads to the device: on air, old, never heard of; after every
 * restart. */
START_TEST(by_key)
{
	give_keys();
	bond();
	rotate(1);
	expect_reached(addresses[1]);
	expect_reached(identity);
	expect_reached(addresses[0]);
	restart_bluez();
	expect_reached(addresses[1]);
	restart_daemon();
	rotate(2);
	for (size_t i = 0; i < G_N_ELEMENTS(addresses); i++)
		expect_reached(addresses[i]);
	expect_reached(identity);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { told_while_the_link_is_up, old_address_and_identity, after_bluetoothd,
				       after_the_daemon, waited_for_by_identity, comes_back,
				       one_row_and_any_filter, by_key, NULL };

	return run_tests("link-identity", tests, setup_private, teardown_private, 60);
}
