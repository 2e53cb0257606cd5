/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of pairing with peripherals share. */
#include "link-pairing.h"

Client *other;
unsigned int subscribed;

void sealed_appear(const char *pairing)
{
	peer_appear(0);
	air_do(air, "char peer0 " SEALED_HANDLE
		    " 5a3b0035-1c1d-4f5e-8a9b-0123456789ab encrypt-read,encrypt-write 7e7f");
	air_do(air, "pairing peer0 %s", pairing);
}

const char *share_link(const char *pairing)
{
	const char *link = peer_path(0);

	sealed_appear(pairing);
	g_free(connect_anew(client, 0));
	other = new_client();
	g_free(connect_anew(other, 0));
	client_subscribe(client, NULL, CONNECTION, "PairingRequest", NULL);
	client_subscribe(client, NULL, CONNECTION, "Disconnected", NULL);
	client_subscribe(other, NULL, CONNECTION, "PairingRequest", NULL);
	client_subscribe(other, NULL, CONNECTION, "Disconnected", NULL);
	notify_from(other, link, RATE);
	subscribed = peer_count(0, RATE_CONFIG_HANDLE, "writes");
	return link;
}

ClientCall *begin_pair(Client *by, const char *link, const char *text)
{
	return client_begin(by, link, CONNECTION, "Pair", dictionary(text));
}

void expect_done(ClientCall *call, const char *method)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply = client_call_finish(call, &error);

	if (!reply)
		ck_abort_msg("%s: %s", method, error->message);
}

void pair(Client *by, const char *link, const char *text)
{
	expect_done(begin_pair(by, link, text), "Pair");
}

void expect_pair_error(Client *by, const char *link, const char *text, const char *error)
{
	expect_call_error(begin_pair(by, link, text), error, "");
}

uint32_t expect_question(Client *by, const char *wanted, uint32_t *ret_passkey)
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

ClientCall *begin_respond(Client *by, const char *link, uint32_t id, bool accept, uint32_t passkey)
{
	return client_begin(by, link, CONNECTION, "RespondPairing",
			    g_variant_new("(ubu)", id, accept, passkey));
}

void respond(Client *by, const char *link, uint32_t id, bool accept, uint32_t passkey)
{
	expect_done(begin_respond(by, link, id, accept, passkey), "RespondPairing");
}

void refuse(const char *link, ClientCall *call)
{
	respond(client, link, expect_question(client, "enter", NULL), false, 0);
	expect_call_error(call, "Failed", "");
}

void pair_and_leave(void)
{
	Client *leaver = new_client();

	g_free(connect_anew(leaver, 0));
	client_subscribe(leaver, NULL, CONNECTION, "PairingRequest", NULL);
	client_call_forget(begin_pair(leaver, peer_path(0), "{}"));
	(void)expect_question(leaver, "enter", NULL);
	client_free(leaver);
}

bool is_paired(void *link)
{
	g_autoptr(GVariant) value = client_get(client, link, CONNECTION, "Paired");

	return value && g_variant_get_boolean(value);
}

bool link_is_back(void *link)
{
	return peer_is_linked(0) && client_get_boolean(client, link, CONNECTION, "Connected");
}

void expect_undisturbed(const char *link)
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

bool is_subscribed_anew(void *data)
{
	(void)data;
	return peer_count(0, RATE_CONFIG_HANDLE, "writes") > subscribed;
}

void expect_mended(const char *link)
{
	ck_assert_msg(wait_until(is_subscribed_anew, NULL, world_patience(world)),
		      "nobody has subscribed again");
	expect_undisturbed(link);
}

/* Since 5.81 Pair asks for it by the ATT socket, on which the kernel lets nothing pass then: the daemon opens
 * the link anew. */
void expect_refusal_undone(const char *link)
{
	if (world_bluez_since(world, 81))
		expect_mended(link);
	else
		expect_undisturbed(link);
}

void expect_sealed(const char *link)
{
	expect_value(client, link, SEALED, "7e7f");
	write_value(client, link, SEALED, "80", "{}");
	expect_value(client, link, SEALED, "80");
	write_value(client, link, SEALED, "7e7f", "{}");
}
