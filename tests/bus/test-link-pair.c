/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pairing with peripherals: who asks for it is asked, whatever comes between, and those who share the link
 * notice nothing. */
#include "link-pairing.h"

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

	refuse(link, call);
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
	const char *link = share_link("display 5");

	pair_and_leave();
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
	static const char *const methods[] = {
		[BY_CLOSE] = "Close", [BY_DEINIT] = "Deinit", [BY_INIT] = "Init"
	};

	if (way == BY_LEAVING)
		return client_free(leaver);
	if (way == BY_DISCONNECT)
		let_go(leaver, link);
	else
		client_do(leaver, session, "Session1", methods[way], way == BY_INIT ? no_options() : NULL);
	return leaver;
}

/* Whatever way a session lets go of the link while its Pair waits, the next one may pair in the same
 * moment. */
START_TEST(session_lets_go)
{
	for (Way way = BY_DISCONNECT; way <= BY_LEAVING; way++) {
		Client *leaver = new_client();
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
		refuse(link, next);
		client_free(leaver);
	}
	pair(client, peer_path(0), "{'passkey': <uint32 5>}");
	expect_sealed(peer_path(0));
	expect_undisturbed(peer_path(0));
}
END_TEST

/* The only holder leaves: nothing is left of it. */
START_TEST(last_caller_leaves)
{
	sealed_appear("display 5");
	pair_and_leave();
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

START_TEST(not_a_holder)
{
	sealed_appear("display 5");
	g_free(connect_anew(client, 0));
	other = new_client();
	expect_pair_error(other, peer_path(0), "{}", "AccessDenied");
	expect_call_error(begin_respond(other, peer_path(0), 1, true, 5), "AccessDenied", "");
	expect_call_error(begin_respond(client, peer_path(0), 1, true, 5), "DoesNotExist", "");
	other = client_free(other);
}
END_TEST

/* The key is kept. */
START_TEST(paired_once)
{
	sealed_appear("display 5");
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

int main(void)
{
	const TTest *const tests[] = {
		passkey_is_entered, passkey_is_known, passkey_is_shown, passkey_is_wrong,
		passkey_is_mistyped_there, program_refuses, nobody_answers, peer_refuses, second_pair,
		caller_leaves, session_lets_go, last_caller_leaves, link_is_lost, bluetoothd_is_killed,
		not_a_holder, paired_once, NULL
	};

	return link_main("link-pair", tests, NULL, 90);
}
