/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What pairing leaves behind: a device that is kept after it has failed, and trusted only where somebody
 * wants that; and who may speak as bluetoothd meanwhile. */
#include <string.h>

#include "link-pairing.h"

#define AGENT "/com/example/Bluetooth/agent"
#define HASTY 2 /* seconds that BlueZ keeps a device that it has just found */

/* After a failed pairing BlueZ drops the device, link and all, when HASTY seconds have passed. */
static void expect_lasting(const char *link)
{
	wait_ms(HASTY * 1000 + 1500);
	ck_assert(peer_is_linked(0));
	ck_assert_uint_eq(peer_count(0, RATE_CONFIG_HANDLE, "writes"), subscribed);
	expect_undisturbed(link);
}

static bool is_trusted(void *path)
{
	return client_get_boolean(world_bluez(world), path, "org.bluez.Device1", "Trusted");
}

/* After a refusal of ours: see expect_refusal_undone. */
static void expect_lasting_refusal(const char *link)
{
	if (world_bluez_since(world, 81)) {
		ck_assert_msg(wait_until(is_subscribed_anew, NULL, world_patience(world)),
			      "nobody has subscribed again");
		subscribed = peer_count(0, RATE_CONFIG_HANDLE, "writes");
	}
	expect_lasting(link);
}

static bool is_not_trusted(void *path)
{
	return !is_trusted(path);
}

START_TEST(lasting_program_refuses)
{
	const char *link = share_link("display 123456");
	ClientCall *call = begin_pair(client, link, "{}");
	g_autofree char *device = bluez_path(0);

	refuse(link, call);
	expect_lasting_refusal(link);
	ck_assert(!is_trusted(device));
}
END_TEST

START_TEST(lasting_caller_leaves)
{
	const char *link = share_link("display 5");
	g_autofree char *device = bluez_path(0);

	pair_and_leave();
	expect_lasting_refusal(link);
	ck_assert(!is_trusted(device));
}
END_TEST

/* A device that asks for a pairing which nobody here wants: it is refused, and that is all. */
static void expect_refused_asker(const char *pairing)
{
	const char *link = share_link(pairing);
	g_autofree char *device = bluez_path(0);

	air_do(air, "ask peer0");
	ck_assert_msg(wait_until(is_trusted, device, SOON), "bluetoothd has not asked");
	expect_lasting(link);
	ck_assert(!is_paired((void *)link));
	ck_assert(!is_trusted(device));
}

START_TEST(lasting_device_asks)
{
	expect_refused_asker("none");
}
END_TEST

START_TEST(lasting_device_asks_with_passkey)
{
	expect_refused_asker("display 123456");
}
END_TEST

/* Whom somebody else trusts, is trusted still. */
START_TEST(lasting_and_trusted)
{
	const char *link = share_link("display 123456");
	g_autofree char *device = bluez_path(0);
	ClientCall *call;

	client_set(world_bluez(world), device, "org.bluez.Device1", "Trusted", g_variant_new_boolean(TRUE));
	client_sync(client);
	call = begin_pair(client, link, "{}");
	refuse(link, call);
	expect_lasting_refusal(link);
	ck_assert(is_trusted(device));
}
END_TEST

/* Trust that was lent comes back, whoever dies meanwhile. */
START_TEST(lent_trust_comes_back)
{
	const char *link = share_link("display 5");
	g_autofree char *device = bluez_path(0);
	ClientCall *call = begin_pair(client, link, "{}");

	(void)expect_question(client, "enter", NULL);
	ck_assert(is_trusted(device));
	world_bluez_kill(world);
	expect_call_error(call, "NotConnected", "");
	world_bluez_start(world);
	wait_adapter("hci0", "Powered", true);
	ck_assert_msg(wait_until(is_not_trusted, device, world_patience(world)),
		      "the device is trusted still");

	wait_linked(0, false);
	g_free(connect_anew(client, 0));
	call = begin_pair(client, link, "{}");
	(void)expect_question(client, "enter", NULL);
	client_call_forget(call);
	ck_assert(is_trusted(device));
	world_daemon_stop(world);
	ck_assert_msg(wait_until(is_not_trusted, device, world_patience(world)),
		      "the device is trusted still");
	other = client_free(other);
}
END_TEST

static uint32_t process_of(Client *bus, const char *name)
{
	g_autoptr(GVariant) reply =
		client_call(bus, "/", "org.freedesktop.DBus", "GetConnectionUnixProcessID",
			    g_variant_new("(s)", name), "(u)", NULL);
	uint32_t pid = 0;

	if (reply)
		g_variant_get(reply, "(u)", &pid);
	return pid;
}

/* The daemon's other connection, which is for bluetoothd. */
static char *hot_name(Client *bus)
{
	g_autoptr(GVariant) reply =
		client_expect(bus, "/", "org.freedesktop.DBus", "ListNames", NULL, "(as)");
	g_autoptr(GVariant) owner = client_expect(bus, "/", "org.freedesktop.DBus", "GetNameOwner",
						  g_variant_new("(s)", WORLD_NAME), "(s)");
	uint32_t daemon = process_of(bus, WORLD_NAME);
	g_autofree const char **names = NULL;
	const char *service;

	g_variant_get(reply, "(^a&s)", &names);
	g_variant_get(owner, "(&s)", &service);
	for (unsigned int i = 0; names[i]; i++)
		if (names[i][0] == ':' && strcmp(names[i], service) != 0 &&
		    process_of(bus, names[i]) == daemon)
			return g_strdup(names[i]);
	ck_abort_msg("the daemon has no second connection");
}

/* Whoever is on the bus may try: what we have there is for bluetoothd alone. The question that is open stays
 * open. */
START_TEST(strangers_at_our_objects)
{
	static const struct {
		const char *path, *iface, *method, *args;
	} calls[] = {
		{ AGENT, "org.bluez.Agent1", "Cancel", "()" },
		{ AGENT, "org.bluez.Agent1", "Release", "()" },
		{ AGENT, "org.bluez.Agent1", "RequestPinCode", "(objectpath '/',)" },
		{ AGENT, "org.bluez.Agent1", "RequestPasskey", "(objectpath '%s',)" },
		{ AGENT, "org.bluez.Agent1", "RequestConfirmation", "(objectpath '%s', uint32 5)" },
		{ AGENT, "org.bluez.Agent1", "RequestAuthorization", "(objectpath '%s',)" },
		{ AGENT, "org.bluez.Agent1", "DisplayPasskey", "(objectpath '%s', uint32 5, uint16 0)" },
		{ AGENT, "org.freedesktop.DBus.Introspectable", "Introspect", "()" },
		{ "/com/example/Bluetooth/advertisement0", "org.bluez.LEAdvertisement1", "Release", "()" },
		{ "/com/example/Bluetooth/application0/service0/char0", "org.bluez.GattCharacteristic1",
		  "StartNotify", "()" },
		{ "/com/example/Bluetooth/monitors0/monitor", "org.bluez.AdvertisementMonitor1", "Release",
		  "()" },
	};
	const char *link = share_link("display 5");
	ClientCall *call = begin_pair(client, link, "{}");
	uint32_t id = expect_question(client, "enter", NULL);
	Client *bus = new_client(), *stranger = new_client();
	g_autofree char *device = bluez_path(0), *hot = NULL;

	client_direct(bus, "org.freedesktop.DBus");
	hot = hot_name(bus);
	client_direct(stranger, hot);
	for (size_t i = 0; i < G_N_ELEMENTS(calls); i++) {
		g_auto(GStrv) parts = g_strsplit(calls[i].args, "%s", 2);
		g_autofree char *args = g_strjoinv(device, parts);

		client_expect_error(stranger, calls[i].path, calls[i].iface, calls[i].method,
				    g_variant_new_parsed(args, NULL),
				    "org.freedesktop.DBus.Error.AccessDenied");
	}
	client_free(stranger);
	client_free(bus);
	respond(client, link, id, true, 5);
	expect_done(call, "Pair");
	expect_undisturbed(link);
}
END_TEST

static void setup_hasty(void)
{
	link_setup_hasty(G_STRINGIFY(HASTY));
}

int main(void)
{
	const TTest *const tests[] = { strangers_at_our_objects, NULL };
	const TTest *const lasting[] = {
		lasting_program_refuses, lasting_caller_leaves, lasting_device_asks,
		lasting_device_asks_with_passkey, lasting_and_trusted, lent_trust_comes_back, NULL
	};
	int r = run_tests("link-trust", lasting, setup_hasty, teardown, 90);

	return r | link_main("link-trust-strangers", tests, NULL, 90);
}
