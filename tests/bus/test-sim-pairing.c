/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The simulated BlueZ's pairing, seen by a plain GDBus program that is the agent as well. */
#include <string.h>

#include <check.h>

#include "gatt-fixture.h"

#define AGENT_PATH "/agent"

typedef struct TestAgent {
	const char *answer; /* text of the reply's tuple; NULL: an error */
	char *asked; /* method and arguments, without the device's path */
	uint32_t passkey;
	guint id;
} TestAgent;

static TestAgent agent;

static void agent_on_call(GDBusConnection *connection, const char *sender, const char *path,
			  const char *iface, const char *method, GVariant *args,
			  GDBusMethodInvocation *call, void *data)
{
	g_autoptr(GVariant) device = g_variant_n_children(args) > 0
					     ? g_variant_get_child_value(args, 0)
					     : NULL;

	(void)connection;
	(void)sender;
	(void)path;
	(void)iface;
	(void)data;
	g_free(agent.asked);
	agent.asked = g_strdup(method);
	if (device)
		ck_assert_str_eq(g_variant_get_string(device, NULL), PEER_PATH);
	if (g_variant_n_children(args) > 1)
		g_variant_get_child(args, 1, "u", &agent.passkey);
	if (agent.answer && !agent.answer[0]) { /* it thinks */
		g_object_unref(call);
	} else if (agent.answer) {
		g_autoptr(GVariant) value = g_variant_parse(NULL, agent.answer, NULL, NULL, NULL);

		g_dbus_method_invocation_return_value(call, value);
	} else {
		g_dbus_method_invocation_return_dbus_error(call, "org.bluez.Error.Rejected", "no");
	}
}

static void agent_register(const char *capability, const char *answer)
{
	static const char xml[] = "<node><interface name='org.bluez.Agent1'>"
				  "<method name='RequestAuthorization'>"
				  "<arg type='o' direction='in'/></method>"
				  "<method name='RequestConfirmation'>"
				  "<arg type='o' direction='in'/><arg type='u' direction='in'/></method>"
				  "<method name='RequestPasskey'>"
				  "<arg type='o' direction='in'/><arg type='u' direction='out'/></method>"
				  "<method name='DisplayPasskey'>"
				  "<arg type='o' direction='in'/><arg type='u' direction='in'/>"
				  "<arg type='q' direction='in'/></method>"
				  "<method name='Cancel'/><method name='Release'/>"
				  "</interface></node>";
	static const GDBusInterfaceVTable vtable = { .method_call = agent_on_call };
	g_autoptr(GDBusNodeInfo) node = g_dbus_node_info_new_for_xml(xml, NULL);

	g_free(agent.asked);
	memset(&agent, 0, sizeof(agent));
	agent.answer = answer;
	agent.id = g_dbus_connection_register_object(client_connection(client), AGENT_PATH,
						     node->interfaces[0], &vtable, NULL, NULL,
						     NULL);
	ck_assert_uint_ne(agent.id, 0);
	client_do(client, "/org/bluez", "org.bluez.AgentManager1", "RegisterAgent",
		  g_variant_new("(os)", AGENT_PATH, capability));
}

static void agent_unregister(void)
{
	client_do(client, "/org/bluez", "org.bluez.AgentManager1", "UnregisterAgent",
		  g_variant_new("(o)", AGENT_PATH));
}

static bool peer_is_lost(void *data)
{
	return !peer_is_found(data);
}

static bool agent_was_asked(void *data)
{
	(void)data;
	return agent.asked != NULL;
}

/* The radio, which becomes pairable with the first agent, says so in its own time. */
static void expect_paired(void)
{
	for (;;) {
		g_autofree char *from = NULL;
		g_autoptr(GVariant) body = client_wait_signal(client, "PropertiesChanged", SOON, &from);
		g_autoptr(GVariant) changed = NULL;

		ck_assert_msg(body != NULL, "nothing tells that it is paired");
		if (!g_str_equal(from, PEER_PATH))
			continue;
		changed = g_variant_get_child_value(body, 1);
		expect_property(changed, "Paired", "true");
		expect_property(changed, "Bonded", "true");
		return;
	}
}

START_TEST(pair_just_works)
{
	ClientCall *pair;

	connect_peer();
	if (!is_face()) /* pair_without_agent is its case */
		peer_fails("Pair", "AuthenticationFailed", NULL); /* nobody to ask */
	ck_assert(is_connected(NULL));
	agent_register("NoInputNoOutput", "()");
	call_ok(peer_begin("Pair"));
	ck_assert_ptr_null(agent.asked);
	expect_paired();
	read_is(SECRET, "{}", "7e");
	write_ok(SECRET, "7F", "{}");
	air_do(air, "drop heart");
	ck_assert(wait_until(is_gone, NULL, SOON));
	connect_peer();
	read_is(SECRET, "{}", "7f"); /* the key is kept */
	ck_assert(link_has("encrypted=1"));
	if (is_face()) {
		peer_fails("Pair", "AlreadyExists", NULL);
		return;
	}
	/* Once more: it never answers. */
	pair = peer_begin("Pair");
	wait_ms(300);
	ck_assert(!client_call_done(pair));
	peer_do(client, "CancelPairing");
	call_fails(pair, "AuthenticationCanceled", "Authentication Canceled");
}
END_TEST

/* The face has an agent, as a desktop has one, whose consent is the call itself. */
START_TEST(pair_without_agent)
{
	connect_peer();
	peer_do(client, "Pair");
	expect_paired();
	read_is(SECRET, "{}", "7e");
	peer_fails("Pair", "AlreadyExists", NULL);
	adapter_do(client, "RemoveDevice", g_variant_new("(o)", PEER_PATH));
	start_filtered();
	ck_assert(wait_until(peer_is_found, NULL, SOON));
	ck_assert(!client_get_boolean(client, PEER_PATH, DEVICE_IFACE, "Paired"));
	/* where there are numbers, somebody has to be asked */
	air_do(air, "pairing heart display 777");
	peer_fails("Pair", "AuthenticationFailed", NULL);
}
END_TEST

START_TEST(pair_refused)
{
	agent_register("NoInputNoOutput", "()");
	air_do(air, "pairing heart refuse");
	peer_fails("Pair", "AuthenticationFailed", "Authentication Failed");
	peer_fails("CancelPairing", "DoesNotExist", "Does Not Exist");
	ck_assert(!client_get_boolean(client, PEER_PATH, DEVICE_IFACE, "Paired"));
}
END_TEST

START_TEST(pair_with_confirmation)
{
	air_do(air, "pairing heart confirm 123456");
	agent_register("DisplayYesNo", NULL);
	peer_fails("Pair", "AuthenticationFailed", NULL); /* the agent says no */
	ck_assert_str_eq(agent.asked, "RequestConfirmation");
	ck_assert_uint_eq(agent.passkey, 123456);
	agent.answer = "()";
	call_ok(peer_begin("Pair")); /* connects too */
	ck_assert(client_get_boolean(client, PEER_PATH, DEVICE_IFACE, "Paired"));
	read_is(SECRET, "{}", "7e");
}
END_TEST

START_TEST(pair_with_passkey)
{
	ClientCall *pair;

	connect_peer();
	air_do(air, "pairing heart display 777");
	agent_register("KeyboardDisplay", "(uint32 778,)");
	peer_fails("Pair", "AuthenticationFailed", NULL);
	/* the other side ends the link over that, a little later; the daemon opens it again */
	if (!is_face())
		ck_assert(wait_until(is_gone, NULL, SOON));
	agent.answer = "(uint32 777,)";
	call_ok(peer_begin("Pair"));
	ck_assert_str_eq(agent.asked, "RequestPasskey");
	adapter_do(client, "RemoveDevice", g_variant_new("(o)", PEER_PATH));
	start_filtered();
	air_do(air, "pairing heart keyboard");
	g_clear_pointer(&agent.asked, g_free);
	agent.answer = "()";
	ck_assert(wait_until(peer_is_found, NULL, SOON));
	pair = peer_begin("Pair");
	ck_assert(wait_until(agent_was_asked, NULL, SOON));
	ck_assert_str_eq(agent.asked, "DisplayPasskey");
	air_do(air, "passkey heart %u", agent.passkey);
	call_ok(pair);
}
END_TEST

static bool is_answered(void *call)
{
	return client_call_done(call);
}

static bool is_refused(ClientCall *call)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply = client_call_finish(call, &error);

	return !reply;
}

START_TEST(read_asks_for_pairing)
{
	ClientCall *read;

	connect_peer();
	agent_register("NoInputNoOutput", "()");
	client_do(client, "/org/bluez", "org.bluez.AgentManager1", "RequestDefaultAgent",
		  g_variant_new("(o)", AGENT_PATH));
	/* bluetoothd 5.66 at times pairs for it, and then forgets it: once more, on a new link */
	client_set_timeout(client, 8000);
	read = read_begin(client, SECRET, "{}");
	(void)wait_until(is_answered, read, 10000);
	ck_assert_str_eq(agent.asked, "RequestAuthorization");
	if (is_refused(read)) {
		ck_assert(client_get_boolean(client, PEER_PATH, DEVICE_IFACE, "Paired"));
		peer_do(client, "Disconnect");
		ck_assert(wait_until(is_gone, NULL, SOON));
		connect_peer();
	}
	read_is(SECRET, "{}", "7e");
}
END_TEST

static void expect_not_paired(void)
{
	call_fails(read_begin(client, SECRET, "{}"), "NotPermitted", "Not paired");
	ck_assert(is_connected(NULL));
	ck_assert(!client_get_boolean(client, PEER_PATH, DEVICE_IFACE, "Paired"));
}

/* On the face, a read without an agent says at once that the program has to pair, and so does one whose agent
 * says no. */
START_TEST(read_wants_pairing)
{
	connect_peer();
	expect_not_paired();
	peer_do(client, "Pair");
	read_is(SECRET, "{}", "7e");
}
END_TEST

START_TEST(read_is_refused)
{
	connect_peer();
	agent_register("NoInputNoOutput", NULL);
	expect_not_paired();
	ck_assert_str_eq(agent.asked, "RequestAuthorization");
	peer_do(client, "Pair");
	read_is(SECRET, "{}", "7e");
}
END_TEST

/* Whoever is asked may leave instead. */
START_TEST(asked_program_leaves)
{
	ClientCall *read;

	connect_peer();
	agent_register("NoInputNoOutput", "");
	read = read_begin(client, SECRET, "{}");
	ck_assert(wait_until(agent_was_asked, NULL, SOON));
	peer_do(client, "Disconnect");
	call_fails(read, "Failed", NULL);
	ck_assert(wait_until(is_gone, NULL, SOON));
	connect_peer();
	agent_unregister();
	expect_not_paired();
}
END_TEST

/* Without an agent, or where it says no, the read hangs, and the device is forgotten over that. */
START_TEST(read_without_pairing)
{
	ClientCall *read;

	connect_peer();
	(void)air_try(air, "patience att 6000"); /* the real one has 30 s */
	client_set_timeout(client, 60000);
	read = read_begin(client, SECRET, "{}");
	wait_ms(200);
	ck_assert(!client_call_done(read));
	call_fails(read, "Failed", "Operation failed with ATT error: 0x0e");
	ck_assert(wait_until(peer_is_lost, NULL, 2 * SOON));
}
END_TEST

START_TEST(pairing_is_cancelled)
{
	ClientCall *pair;

	air_do(air, "pairing heart keyboard");
	agent_register("DisplayOnly", "()");
	client_expect_error(client, "/org/bluez", "org.bluez.AgentManager1", "RegisterAgent",
			    g_variant_new("(os)", AGENT_PATH, ""), "org.bluez.Error.AlreadyExists");
	pair = peer_begin("Pair");
	ck_assert(wait_until(agent_was_asked, NULL, SOON));
	peer_fails("Pair", "InProgress", "In Progress");
	peer_do(client, "CancelPairing");
	call_fails(pair, "AuthenticationCanceled", "Authentication Canceled");
	ck_assert(wait_until(is_gone, NULL, SOON)); /* it was opened for the pairing */
	g_clear_pointer(&agent.asked, g_free);
	pair = peer_begin("Pair");
	/* the daemon pairs on a link that is there, and tells of the link before */
	ck_assert(wait_until(is_face() ? agent_was_asked : is_connected, NULL, SOON));
	air_do(air, "drop heart");
	call_fails(pair, "AuthenticationCanceled", NULL);
	client_do(client, "/org/bluez", "org.bluez.AgentManager1", "UnregisterAgent",
		  g_variant_new("(o)", AGENT_PATH));
	client_expect_error(client, "/org/bluez", "org.bluez.AgentManager1", "UnregisterAgent",
			    g_variant_new("(o)", AGENT_PATH), "org.bluez.Error.DoesNotExist");
}
END_TEST

/* A link that was there before outlives a pairing that our side gave up. */
START_TEST(given_up_on_open_link)
{
	ClientCall *pair;

	connect_peer();
	air_do(air, "pairing heart display 777");
	agent_register("KeyboardDisplay", NULL);
	peer_fails("Pair", "AuthenticationFailed", NULL);
	ck_assert_str_eq(agent.asked, "RequestPasskey");
	wait_ms(500);
	ck_assert(link_has("up=1"));

	air_do(air, "pairing heart keyboard");
	agent.answer = "()";
	g_clear_pointer(&agent.asked, g_free);
	pair = peer_begin("Pair");
	ck_assert(wait_until(agent_was_asked, NULL, SOON));
	peer_do(client, "CancelPairing");
	call_fails(pair, "AuthenticationCanceled", "Authentication Canceled");
	wait_ms(500);
	ck_assert(link_has("up=1"));
}
END_TEST

static int run_on_bluez(void)
{
	const TTest *const tests[] = { read_asks_for_pairing, NULL };
	/* bluetoothd 5.66 answers after 30 s, or never: seen both */
	const TTest *const simulated[] = { read_without_pairing, NULL };
	int r = run_tests("sim-pairing-bluez", tests, setup_peer, teardown, 90);

	if (needs_simulation("read_without_pairing"))
		r |= run_tests("sim-pairing-simulated", simulated, setup_peer, teardown, 90);
	return r;
}

static int run_on_face(void)
{
	const TTest *const tests[] = { pair_without_agent, read_asks_for_pairing, read_wants_pairing,
				       read_is_refused,	   asked_program_leaves,  NULL };

	left_out("read_without_pairing", "read_wants_pairing is its case");
	return run_tests("sim-pairing-face", tests, setup_peer, teardown, 90);
}

int main(void)
{
	const TTest *const tests[] = {
		pair_just_works, pair_refused, pair_with_passkey, pairing_is_cancelled, given_up_on_open_link,
		NULL
	};
	/* the radio's pairing is the legacy one */
	const TTest *const confirming[] = { pair_with_confirmation, NULL };
	int r = run_tests("sim-pairing", tests, setup_peer, teardown, 90);

	r |= is_face() ? run_on_face() : run_on_bluez();
	if (needs_simulation("pair_with_confirmation"))
		r |= run_tests("sim-pairing-confirming", confirming, setup_peer, teardown, 90);
	return r;
}
