/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pairing with peripherals, and attributes that need it: who asks is asked, and those who share the link notice nothing. */
#include <string.h>

#include "link-fixture.h"

#define SEALED OURS "/char0035" /* encrypt-read, encrypt-write: 7e7f */
#define SEALED_HANDLE "0035"
#define AGENT "/com/example/Bluetooth/agent"
#define HASTY 2 /* seconds that BlueZ keeps a device that it has just found */
#define JUST_WORKS "[Links]\nJustWorks=1\n"

static Client *other; /* holds the link too, and has RATE's notifications */
static unsigned int subscribed; /* how often RATE's configuration had been written then */

static void appear(const char *pairing)
{
	peer_appear(0);
	air_do(air, "char peer0 " SEALED_HANDLE " 5a3b0035-1c1d-4f5e-8a9b-0123456789ab encrypt-read,encrypt-write 7e7f");
	air_do(air, "pairing peer0 %s", pairing);
}

/* Two programs hold the link to a peripheral that pairs that way. */
static const char *share_link(const char *pairing)
{
	const char *link = peer_path(0);

	appear(pairing);
	g_free(connect_anew(client, 0));
	other = client_new(world_address(world));
	g_free(connect_anew(other, 0));
	client_subscribe(client, NULL, CONNECTION, "PairingRequest", NULL);
	client_subscribe(client, NULL, CONNECTION, "Disconnected", NULL);
	client_subscribe(other, NULL, CONNECTION, "PairingRequest", NULL);
	client_subscribe(other, NULL, CONNECTION, "Disconnected", NULL);
	notify_from(other, link, RATE);
	subscribed = peer_count(0, RATE_CONFIG_HANDLE, "writes");
	return link;
}

static ClientCall *begin_pair(Client *by, const char *link, const char *text)
{
	g_autoptr(GVariant) dictionary = options(text);

	return client_begin(by, link, CONNECTION, "Pair", g_variant_new("(@a{sv})", dictionary));
}

static void expect_done(ClientCall *call, const char *method)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply = client_call_finish(call, &error);

	if (!reply)
		ck_abort_msg("%s: %s", method, error->message);
}

static void pair(Client *by, const char *link, const char *text)
{
	expect_done(begin_pair(by, link, text), "Pair");
}

static void expect_pair_error(Client *by, const char *link, const char *text, const char *error)
{
	expect_call_error(begin_pair(by, link, text), error, "");
}

/* What the program is asked. */
static uint32_t expect_question(Client *by, const char *wanted, uint32_t *ret_passkey)
{
	g_autoptr(GVariant) body = client_wait_signal(by, "PairingRequest", world_patience(world), NULL);
	const char *kind;
	uint32_t id, passkey;

	ck_assert_msg(body != NULL, "no PairingRequest");
	g_variant_get(body, "(u&su)", &id, &kind, &passkey);
	ck_assert_str_eq(kind, wanted);
	if (ret_passkey)
		*ret_passkey = passkey;
	return id;
}

static ClientCall *begin_respond(Client *by, const char *link, uint32_t id, bool accept, uint32_t passkey)
{
	return client_begin(by, link, CONNECTION, "RespondPairing", g_variant_new("(ubu)", id, accept, passkey));
}

static void respond(Client *by, const char *link, uint32_t id, bool accept, uint32_t passkey)
{
	expect_done(begin_respond(by, link, id, accept, passkey), "RespondPairing");
}

static bool is_paired(void *link)
{
	g_autoptr(GVariant) value = client_get(client, link, CONNECTION, "Paired");

	return value && g_variant_get_boolean(value);
}

static bool link_is_back(void *link)
{
	return peer_is_linked(0) && client_get_boolean(client, link, CONNECTION, "Connected");
}

/* The program beside: it holds the link still, was told nothing, and its notifications come. */
static void expect_undisturbed(const char *link)
{
	ck_assert_msg(wait_until(link_is_back, (void *)link, world_patience(world)), "the link is not back");
	expect_value(other, link, PLAIN, "01020304");
	air_do(air, "notify peer0 " RATE_HANDLE " 00000000 3 1");
	expect_numbered(other, 3);
	ck_assert(is_connected(other, link));
	ck_assert_uint_eq(client_count_signals(other, "Disconnected"), 0);
	ck_assert_uint_eq(client_count_signals(other, "PairingRequest"), 0);
	other = client_free(other);
}

static bool is_subscribed_anew(void *data)
{
	(void)data;
	return peer_count(0, RATE_CONFIG_HANDLE, "writes") > subscribed;
}

/* The same, where the pairing has cost the link. The device itself may remember a subscription that BlueZ does not. */
static void expect_mended(const char *link)
{
	ck_assert_msg(wait_until(is_subscribed_anew, NULL, world_patience(world)), "nobody has subscribed again");
	expect_undisturbed(link);
}

/*
 * A pairing was refused here, or taken back. Since 5.81 Pair asks for it by the ATT socket, on which the kernel lets nothing
 * pass then: the daemon opens the link anew.
 */
static void expect_refusal_undone(const char *link)
{
	if (world_bluez_since(world, 81))
		expect_mended(link);
	else
		expect_undisturbed(link);
}

static void expect_sealed(const char *link)
{
	expect_value(client, link, SEALED, "7e7f");
	write_value(client, link, SEALED, "80", "{}");
	expect_value(client, link, SEALED, "80");
	write_value(client, link, SEALED, "7e7f", "{}");
}

/* --- without pairing --- */

static void expect_refused_unpaired(const char *pairing)
{
	const char *link = share_link(pairing);
	ClientCall *beside;
	unsigned int asked;

	expect_read_error(client, link, SEALED, "{}", "AttError", "0x05");
	/* in the same moment, while the link is being mended */
	beside = begin_read(other, link, PLACE);
	g_free(finish_read(beside));
	asked = peer_count(0, SEALED_HANDLE, "reads");
	expect_read_error(client, link, SEALED, "{}", "AttError", "0x05");
	expect_read_error(other, link, SEALED, "{}", "AttError", "0x05");
	expect_write_error(client, link, SEALED, "00", "{}", "AttError", "0x05");
	ck_assert_uint_eq(peer_count(0, SEALED_HANDLE, "reads"), asked); /* the daemon knew */
	ck_assert(!is_paired((void *)link));
	ck_assert_uint_eq(client_count_signals(client, "PairingRequest"), 0);
	expect_mended(link);
}

START_TEST(unpaired_read)
{
	expect_refused_unpaired("none");
}
END_TEST

START_TEST(unpaired_read_display)
{
	expect_refused_unpaired("display 1");
}
END_TEST

START_TEST(unpaired_read_keyboard)
{
	expect_refused_unpaired("keyboard");
}
END_TEST

static void expect_lost(Client *by)
{
	g_autoptr(GVariant) body = client_wait_signal(by, "Disconnected", world_patience(world), NULL);

	ck_assert_msg(body != NULL, "no Disconnected");
}

/* The kernel ends the link over that, and BlueZ does not tell it from any other loss. */
START_TEST(unpaired_read_refuse)
{
	const char *link = share_link("refuse");

	expect_read_error(client, link, SEALED, "{}", "NotConnected", "");
	expect_lost(client);
	expect_lost(other);
	wait_gone(link, CONNECTION);
	g_free(connect_anew(client, 0));
	expect_value(client, link, PLAIN, "01020304");
	other = client_free(other);
}
END_TEST

/* Of several things under way, only what needs a pairing fails. */
START_TEST(unpaired_write_among_others)
{
	const char *link = share_link("none");
	ClientCall *write, *reads[2];
	char *hex = long_hex(), *got;

	air_do(air, "latency peer0 100");
	write = begin_write(client, link, SEALED, "00", "{}");
	reads[0] = begin_read(other, link, PLAIN);
	reads[1] = begin_read(other, link, LONG);
	expect_call_error(write, "AttError", "0x05");
	got = finish_read(reads[0]);
	ck_assert_str_eq(got, "01020304");
	g_free(got);
	got = finish_read(reads[1]);
	ck_assert_str_eq(got, hex);
	g_free(got);
	g_free(hex);
	expect_mended(link);
}
END_TEST

/* What was refused works after the pairing. */
START_TEST(refused_then_paired)
{
	const char *link = share_link("display 4711");

	expect_read_error(client, link, SEALED, "{}", "AttError", "0x05");
	ck_assert(wait_until(link_is_back, (void *)link, world_patience(world)));
	pair(client, link, "{'passkey': <uint32 4711>}");
	expect_sealed(link);
	expect_value(other, link, SEALED, "7e7f");
	expect_mended(link);
}
END_TEST

/* --- Just Works --- */

START_TEST(just_works_is_off)
{
	const char *link = share_link("none");

	expect_pair_error(client, link, "{}", "NotPermitted");
	expect_mended(link);
	ck_assert(!is_paired((void *)link));
	expect_read_error(client, link, SEALED, "{}", "AttError", "0x05");
}
END_TEST

START_TEST(just_works_is_on)
{
	const char *link = share_link("none");

	pair(client, link, "{}");
	ck_assert(wait_until(is_paired, (void *)link, SOON));
	ck_assert_uint_eq(client_count_signals(client, "PairingRequest"), 0);
	expect_sealed(link);
	pair(client, link, "{}"); /* it is */
	pair(other, link, "{}");
	expect_undisturbed(link);
}
END_TEST

START_TEST(just_works_by_reading)
{
	const char *link = share_link("none");

	expect_sealed(link);
	ck_assert(wait_until(is_paired, (void *)link, SOON));
	expect_undisturbed(link);
}
END_TEST

/* That much trust does not do where there is a passkey. */
START_TEST(just_works_but_passkey)
{
	expect_refused_unpaired("display 1");
}
END_TEST

/* --- passkeys --- */

START_TEST(passkey_is_entered)
{
	const char *link = share_link("display 123456");
	ClientCall *call = begin_pair(client, link, "{}");
	uint32_t id, shown;

	id = expect_question(client, "enter", &shown);
	ck_assert_uint_eq(shown, 0);
	ck_assert(!client_call_done(call));
	expect_call_error(begin_respond(client, link, id + 1, true, 123456), "DoesNotExist", "");
	expect_call_error(begin_respond(client, link, id, true, 1000000), "InvalidArguments", "passkey");
	expect_call_error(begin_respond(other, link, id, true, 123456), "DoesNotExist", "");
	respond(client, link, id, true, 123456);
	expect_done(call, "Pair");
	expect_call_error(begin_respond(client, link, id, true, 123456), "DoesNotExist", "");
	ck_assert(wait_until(is_paired, (void *)link, SOON));
	expect_sealed(link);
	expect_undisturbed(link);
}
END_TEST

START_TEST(passkey_is_known)
{
	const char *link = share_link("display 42");

	expect_pair_error(client, link, "{'passkey': <uint32 1000000>}", "InvalidArguments");
	expect_pair_error(client, link, "{'pin': <uint32 1>}", "InvalidArguments");
	pair(client, link, "{'passkey': <uint32 42>}");
	ck_assert_uint_eq(client_count_signals(client, "PairingRequest"), 0);
	expect_sealed(link);
	expect_undisturbed(link);
}
END_TEST

START_TEST(passkey_is_shown)
{
	const char *link = share_link("keyboard");
	ClientCall *call = begin_pair(client, link, "{}");
	uint32_t passkey;

	expect_question(client, "display", &passkey);
	air_do(air, "passkey peer0 %u", passkey);
	expect_done(call, "Pair");
	expect_sealed(link);
	expect_undisturbed(link);
}
END_TEST

START_TEST(passkey_is_wrong)
{
	const char *link = share_link("display 123456");
	ClientCall *call = begin_pair(client, link, "{}");

	respond(client, link, expect_question(client, "enter", NULL), true, 123457);
	expect_call_error(call, "Failed", "");
	expect_mended(link);
	ck_assert(!is_paired((void *)link));
	pair(client, link, "{'passkey': <uint32 123456>}");
	expect_sealed(link);
}
END_TEST

START_TEST(passkey_is_mistyped_there)
{
	const char *link = share_link("keyboard");
	ClientCall *call = begin_pair(client, link, "{}");
	uint32_t passkey;

	expect_question(client, "display", &passkey);
	air_do(air, "passkey peer0 %u", (passkey + 1) % 1000000);
	expect_call_error(call, "Failed", "");
	expect_mended(link);
}
END_TEST

START_TEST(program_refuses)
{
	const char *link = share_link("display 123456");
	ClientCall *call = begin_pair(client, link, "{}");

	respond(client, link, expect_question(client, "enter", NULL), false, 0);
	expect_call_error(call, "Failed", "");
	expect_refusal_undone(link);
}
END_TEST

/* Bluetooth gives a pairing 30 s. */
START_TEST(nobody_answers)
{
	const char *link = share_link("display 123456");
	ClientCall *call;

	client_set_timeout(client, 90000);
	call = begin_pair(client, link, "{}");
	(void)expect_question(client, "enter", NULL);
	expect_call_error(call, "NotConnected", "");
	expect_mended(link);
}
END_TEST

START_TEST(peer_refuses)
{
	const char *link = share_link("refuse");

	expect_pair_error(client, link, "{}", "Failed");
	expect_mended(link);
}
END_TEST

/* --- what comes between --- */

START_TEST(second_pair)
{
	const char *link = share_link("display 5");
	ClientCall *call = begin_pair(client, link, "{}");
	uint32_t id = expect_question(client, "enter", NULL);

	expect_pair_error(other, link, "{}", "InProgress");
	expect_pair_error(client, link, "{}", "InProgress");
	respond(client, link, id, true, 5);
	expect_done(call, "Pair");
	expect_undisturbed(link);
}
END_TEST

START_TEST(caller_leaves)
{
	Client *leaver = client_new(world_address(world));
	const char *link = share_link("display 5");

	g_free(connect_anew(leaver, 0));
	client_subscribe(leaver, NULL, CONNECTION, "PairingRequest", NULL);
	client_call_forget(begin_pair(leaver, link, "{}"));
	(void)expect_question(leaver, "enter", NULL);
	client_free(leaver);
	expect_refusal_undone(link);
	ck_assert(!is_paired((void *)link));
	pair(client, link, "{'passkey': <uint32 5>}");
	expect_sealed(link);
}
END_TEST

typedef enum Way {
	BY_DISCONNECT,
	BY_CLOSE,
	BY_DEINIT,
	BY_INIT,
	BY_LEAVING,
} Way;

static Client *leave(Client *leaver, const char *session, const char *link, Way way)
{
	static const char *const methods[] = { [BY_CLOSE] = "Close", [BY_DEINIT] = "Deinit", [BY_INIT] = "Init" };

	if (way == BY_LEAVING)
		return client_free(leaver);
	if (way == BY_DISCONNECT)
		let_go(leaver, link);
	else
		client_do(leaver, session, "Session1", methods[way], way == BY_INIT ? no_options() : NULL);
	return leaver;
}

/* Whatever way a session lets go of the link while its Pair waits, the next one may pair in the same moment. */
START_TEST(session_lets_go)
{
	for (Way way = BY_DISCONNECT; way <= BY_LEAVING; way++) {
		Client *leaver = client_new(world_address(world));
		const char *link = peer_path(0);
		g_autofree char *session = NULL;
		ClientCall *call, *next;

		if (way == BY_DISCONNECT)
			(void)share_link("display 5");
		session = open_session(leaver, 0);
		g_free(connect_to(leaver, session, 0, "{}"));
		client_subscribe(leaver, NULL, CONNECTION, "PairingRequest", NULL);
		call = begin_pair(leaver, link, "{}");
		(void)expect_question(leaver, "enter", NULL);
		if (way == BY_LEAVING)
			client_call_forget(call);
		leaver = leave(leaver, session, link, way);
		next = begin_pair(client, link, "{}");
		if (leaver)
			expect_call_error(call, "NotConnected", "");
		respond(client, link, expect_question(client, "enter", NULL), false, 0);
		expect_call_error(next, "Failed", "");
		client_free(leaver);
	}
	pair(client, peer_path(0), "{'passkey': <uint32 5>}");
	expect_sealed(peer_path(0));
	expect_undisturbed(peer_path(0));
}
END_TEST

/* --- what a failed pairing leaves behind --- */

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
		ck_assert_msg(wait_until(is_subscribed_anew, NULL, world_patience(world)), "nobody has subscribed again");
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

	respond(client, link, expect_question(client, "enter", NULL), false, 0);
	expect_call_error(call, "Failed", "");
	expect_lasting_refusal(link);
	ck_assert(!is_trusted(device));
}
END_TEST

START_TEST(lasting_caller_leaves)
{
	Client *leaver = client_new(world_address(world));
	const char *link = share_link("display 5");
	g_autofree char *device = bluez_path(0);

	g_free(connect_anew(leaver, 0));
	client_subscribe(leaver, NULL, CONNECTION, "PairingRequest", NULL);
	client_call_forget(begin_pair(leaver, link, "{}"));
	(void)expect_question(leaver, "enter", NULL);
	client_free(leaver);
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
	respond(client, link, expect_question(client, "enter", NULL), false, 0);
	expect_call_error(call, "Failed", "");
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
	ck_assert_msg(wait_until(is_not_trusted, device, world_patience(world)), "the device is trusted still");

	wait_linked(0, false);
	g_free(connect_anew(client, 0));
	call = begin_pair(client, link, "{}");
	(void)expect_question(client, "enter", NULL);
	client_call_forget(call);
	ck_assert(is_trusted(device));
	world_daemon_stop(world);
	ck_assert_msg(wait_until(is_not_trusted, device, world_patience(world)), "the device is trusted still");
	other = client_free(other);
}
END_TEST

/* The only holder leaves: nothing is left of it. */
START_TEST(last_caller_leaves)
{
	Client *leaver = client_new(world_address(world));

	appear("display 5");
	g_free(connect_anew(leaver, 0));
	client_subscribe(leaver, NULL, CONNECTION, "PairingRequest", NULL);
	client_call_forget(begin_pair(leaver, peer_path(0), "{}"));
	(void)expect_question(leaver, "enter", NULL);
	client_free(leaver);
	wait_gone(peer_path(0), CONNECTION);
	wait_linked(0, false);
	g_free(connect_anew(client, 0));
	pair(client, peer_path(0), "{'passkey': <uint32 5>}");
	expect_sealed(peer_path(0));
}
END_TEST

START_TEST(link_is_lost)
{
	const char *link = share_link("display 5");
	ClientCall *call = begin_pair(client, link, "{}");

	(void)expect_question(client, "enter", NULL);
	air_do(air, "drop peer0");
	expect_call_error(call, "NotConnected", "");
	expect_mended(link);
	pair(client, link, "{'passkey': <uint32 5>}");
	expect_sealed(link);
}
END_TEST

START_TEST(bluetoothd_is_killed)
{
	const char *link = share_link("display 5");
	ClientCall *call = begin_pair(client, link, "{}");

	(void)expect_question(client, "enter", NULL);
	world_bluez_kill(world);
	expect_call_error(call, "NotConnected", "");
	wait_gone(link, CONNECTION);
	world_bluez_start(world);
	wait_adapter("hci0", "Powered", true);
	wait_linked(0, false);
	g_free(connect_anew(client, 0));
	pair(client, link, "{'passkey': <uint32 5>}");
	expect_sealed(link);
	other = client_free(other);
}
END_TEST

static uint32_t process_of(Client *bus, const char *name)
{
	g_autoptr(GVariant) reply = client_call(bus, "/", "org.freedesktop.DBus", "GetConnectionUnixProcessID",
						g_variant_new("(s)", name), "(u)", NULL);
	uint32_t pid = 0;

	if (reply)
		g_variant_get(reply, "(u)", &pid);
	return pid;
}

/* The daemon's other connection, which is for bluetoothd. */
static char *hot_name(Client *bus)
{
	g_autoptr(GVariant) reply = client_expect(bus, "/", "org.freedesktop.DBus", "ListNames", NULL, "(as)");
	g_autoptr(GVariant) owner = client_expect(bus, "/", "org.freedesktop.DBus", "GetNameOwner",
						  g_variant_new("(s)", WORLD_NAME), "(s)");
	uint32_t daemon = process_of(bus, WORLD_NAME);
	g_autofree const char **names = NULL;
	const char *service;

	g_variant_get(reply, "(^a&s)", &names);
	g_variant_get(owner, "(&s)", &service);
	for (unsigned int i = 0; names[i]; i++)
		if (names[i][0] == ':' && strcmp(names[i], service) != 0 && process_of(bus, names[i]) == daemon)
			return g_strdup(names[i]);
	ck_abort_msg("the daemon has no second connection");
}

/* Whoever is on the bus may try: what we have there is for bluetoothd alone. The question that is open stays open. */
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
		{ "/com/example/Bluetooth/application0/service/char0", "org.bluez.GattCharacteristic1", "StartNotify", "()" },
		{ "/com/example/Bluetooth/monitors0/monitor", "org.bluez.AdvertisementMonitor1", "Release", "()" },
	};
	const char *link = share_link("display 5");
	ClientCall *call = begin_pair(client, link, "{}");
	uint32_t id = expect_question(client, "enter", NULL);
	Client *bus = client_new(world_address(world)), *stranger = client_new(world_address(world));
	g_autofree char *device = bluez_path(0), *hot = NULL;

	client_direct(bus, "org.freedesktop.DBus");
	hot = hot_name(bus);
	client_direct(stranger, hot);
	for (size_t i = 0; i < G_N_ELEMENTS(calls); i++) {
		g_auto(GStrv) parts = g_strsplit(calls[i].args, "%s", 2);
		g_autofree char *args = g_strjoinv(device, parts);

		client_expect_error(stranger, calls[i].path, calls[i].iface, calls[i].method,
				    g_variant_new_parsed(args, NULL), "org.freedesktop.DBus.Error.AccessDenied");
	}
	client_free(stranger);
	client_free(bus);
	respond(client, link, id, true, 5);
	expect_done(call, "Pair");
	expect_undisturbed(link);
}
END_TEST

START_TEST(not_a_holder)
{
	appear("display 5");
	g_free(connect_anew(client, 0));
	other = client_new(world_address(world));
	expect_pair_error(other, peer_path(0), "{}", "AccessDenied");
	expect_call_error(begin_respond(other, peer_path(0), 1, true, 5), "AccessDenied", "");
	expect_call_error(begin_respond(client, peer_path(0), 1, true, 5), "DoesNotExist", "");
	other = client_free(other);
}
END_TEST

/* The key is kept. */
START_TEST(paired_once)
{
	appear("display 5");
	g_free(connect_anew(client, 0));
	pair(client, peer_path(0), "{'passkey': <uint32 5>}");
	let_go(client, peer_path(0));
	wait_linked(0, false);
	wait_gone(peer_path(0), CONNECTION);
	g_free(connect_anew(client, 0));
	ck_assert(is_paired((void *)peer_path(0)));
	expect_sealed(peer_path(0));
}
END_TEST

static void setup_hasty(void)
{
	link_setup_hasty(G_STRINGIFY(HASTY));
}

int main(void)
{
	const TTest *const tests[] = {
		unpaired_read, unpaired_read_display, unpaired_read_keyboard, unpaired_read_refuse,
		unpaired_write_among_others, refused_then_paired, just_works_is_off, passkey_is_entered,
		passkey_is_known, passkey_is_shown, passkey_is_wrong, passkey_is_mistyped_there, program_refuses,
		nobody_answers, peer_refuses, second_pair, caller_leaves, session_lets_go, last_caller_leaves,
		link_is_lost, bluetoothd_is_killed, strangers_at_our_objects, not_a_holder, paired_once, NULL
	};
	const TTest *const with_just_works[] = {
		just_works_is_on, just_works_by_reading, just_works_but_passkey, NULL
	};
	const TTest *const lasting[] = {
		lasting_program_refuses, lasting_caller_leaves, lasting_device_asks, lasting_device_asks_with_passkey,
		lasting_and_trusted, lent_trust_comes_back, NULL
	};
	int r = link_main("link-pair", tests, NULL, 90);

	r |= run_tests("link-pair-lasting", lasting, setup_hasty, teardown, 90);
	return link_main("link-pair-just-works", with_just_works, JUST_WORKS, 90) | r;
}
