/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Carries out the requests about peripherals. */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <bluetooth/bluetooth.h>
#include <bluetooth/hci.h>

#include "radio-gatt-commands.h"
#include "radio-peer-commands.h"

bool parse_peer(Request *request, Peer **ret)
{
	*ret = peers_find(&request->air->peers, request->words[1]);
	return *ret ? true : fail(request, "no such peer", request->words[1]);
}

static bool run_peer(Request *request)
{
	char **words = request->words;
	Peer model = { .link = NULL };
	static const uint8_t flags[] = { 2, 0x01, 0x06 };
	size_t length;
	int r;

	if (strlen(words[1]) >= sizeof(model.name))
		return fail(request, "name too long", words[1]);
	strcpy(model.name, words[1]);
	if (!parse_address(request, words[2], &model.address.address) ||
	    !parse_address_type(request, words[3], &model.address.type) ||
	    !parse_bytes(request, words[4], REPORT_DATA_MAX, model.advertisement.data, &length))
		return false;
	if (length == 0) {
		memcpy(model.advertisement.data, flags, sizeof(flags));
		length = sizeof(flags);
	}
	model.advertisement.length = (uint8_t)length;
	r = peer_new(&request->air->peers, &model, request->now);
	return r < 0 ? fail_errno(request, "peer", r) : true;
}

static bool run_unpeer(Request *request)
{
	Peer *peer;

	if (!parse_peer(request, &peer))
		return false;
	peer_free(&request->air->peers, peer);
	return true;
}

static bool run_peers(Request *request)
{
	size_t n = strlen(request->reply);

	for (const Peer *peer = request->air->peers.first; peer; peer = peer->next)
		if (n < COMMAND_REPLY_MAX)
			n += (size_t)snprintf(request->reply + n, COMMAND_REPLY_MAX - n, " %s",
					      peer->name);
	return n < COMMAND_REPLY_MAX ? true : fail(request, "peers", "too many for a line");
}

static bool run_link(Request *request)
{
	const Database *database;
	const char *separator = "";
	Peer *peer;
	size_t n;

	if (!parse_peer(request, &peer))
		return false;
	database = &peer->database;
	n = (size_t)snprintf(request->reply, COMMAND_REPLY_MAX, "ok up=%d mtu=%u encrypted=%d subscribed=",
			     peer->link != NULL, peer->link ? peer->att.mtu : 0,
			     peer->link && peer->att.encrypted);
	for (size_t i = 0; i < database->n && n < COMMAND_REPLY_MAX; i++) {
		uint16_t handle = database->attributes[i].handle;

		if (!peer->link || !uuid_is(&database->attributes[i].type, UUID_CHARACTERISTIC) ||
		    !(gatt_subscription(database, (uint16_t)(handle + 1)) & 3))
			continue;
		n += (size_t)snprintf(request->reply + n, COMMAND_REPLY_MAX - n, "%s%04x", separator,
				      handle);
		separator = ",";
	}
	return n < COMMAND_REPLY_MAX ? true : fail(request, "link", "too much for a line");
}

static bool run_latency(Request *request)
{
	uint32_t milliseconds;
	Peer *peer;

	if (!parse_peer(request, &peer) ||
	    !parse_number(request, request->words[2], 0, 3600000, &milliseconds))
		return false;
	peer_set_latency(peer, milliseconds * (SECOND / 1000));
	return true;
}

static bool run_silent(Request *request)
{
	Peer *peer;

	return parse_peer(request, &peer) &&
	       parse_either(request, request->words[2], "on", "off", &peer->silent);
}

static bool run_mute(Request *request)
{
	Peer *peer;

	return parse_peer(request, &peer) &&
	       parse_either(request, request->words[2], "on", "off", &peer->muted);
}

static bool run_refuse(Request *request)
{
	uint32_t status, times = 1;
	Peer *peer;

	if (!parse_peer(request, &peer) ||
	    !parse_hex_number(request, request->words[2], UINT8_MAX, &status) ||
	    (request->n_words > 3 &&
	     !parse_number(request, request->words[3], 0, UINT32_MAX, &times)))
		return false;
	peer->refusal = (uint8_t)status;
	peer->refuses_for_ever = times == 0;
	peer->refusals = times;
	return true;
}

static bool run_drop(Request *request)
{
	uint32_t reason = HCI_OE_USER_ENDED_CONNECTION;
	Peer *peer;

	if (!parse_peer(request, &peer) ||
	    (request->n_words > 2 &&
	     !parse_hex_number(request, request->words[2], UINT8_MAX, &reason)))
		return false;
	if (!peer->link)
		return fail(request, "no link", request->words[1]);
	link_close(peer->link, (uint8_t)reason);
	return true;
}

static bool run_mtu(Request *request)
{
	uint32_t limit;
	Peer *peer;

	if (!parse_peer(request, &peer) ||
	    !parse_number(request, request->words[2], ATT_MTU_MIN, ATT_MTU_MAX, &limit))
		return false;
	peer->att.mtu_limit = (uint16_t)limit;
	return true;
}

static bool run_pairing(Request *request)
{
	static const struct {
		const char *name;
		uint8_t io;
		bool refuses;
	} ways[] = {
		{ "none", SMP_NONE, false },
		{ "display", SMP_DISPLAY, false },
		{ "keyboard", SMP_KEYBOARD, false },
		{ "refuse", SMP_NONE, true },
	};
	uint32_t passkey = 0;
	Peer *peer;

	if (!parse_peer(request, &peer) ||
	    (request->n_words > 3 && !parse_number(request, request->words[3], 0, 999999, &passkey)))
		return false;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (strcmp(ways[i].name, request->words[2]))
			continue;
		if ((ways[i].io == SMP_DISPLAY) != (request->n_words > 3))
			return fail(request, "display, and nothing else, has a passkey",
				    request->words[2]);
		peer->smp.io = ways[i].io;
		peer->smp.refuses = ways[i].refuses;
		peer->smp.passkey = passkey;
		return true;
	}
	return fail(request, "no way to pair", request->words[2]);
}

static bool run_passkey(Request *request)
{
	uint32_t passkey;
	Peer *peer;

	if (!parse_peer(request, &peer) ||
	    !parse_number(request, request->words[2], 0, 999999, &passkey))
		return false;
	if (!peer->link)
		return fail(request, "no link", request->words[1]);
	peer_type_passkey(peer, passkey);
	return true;
}

/* A Security Request. */
static bool run_ask(Request *request)
{
	Peer *peer;

	if (!parse_peer(request, &peer))
		return false;
	if (!peer->link)
		return fail(request, "no link", request->words[1]);
	peer_ask_security(peer);
	return true;
}

static bool run_forget(Request *request)
{
	Peer *peer;

	if (!parse_peer(request, &peer))
		return false;
	peer->smp.bonded = peer->change_untold = false;
	return true;
}

/* Whose identity, and whose address: a peripheral's or a central's. */
static bool parse_owner(Request *request, Smp **ret_smp, DeviceAddress **ret_address)
{
	Peer *peer = peers_find(&request->air->peers, request->words[1]);
	Central *central = centrals_find(&request->air->centrals, request->words[1]);

	if (!peer && !central)
		return fail(request, "no such peripheral or central", request->words[1]);
	*ret_smp = peer ? &peer->smp : &central->smp;
	*ret_address = peer ? &peer->address : &central->address;
	return true;
}

/* Another address, for what it does from now on. A link keeps the one it was opened with. */
static bool run_rotate(Request *request)
{
	Peer *peer = peers_find(&request->air->peers, request->words[1]);
	DeviceAddress *address;
	const uint8_t *b;
	Smp *smp;
	int r;

	if (!parse_owner(request, &smp, &address))
		return false;
	if (!smp->private)
		return fail(request, "its address is not private", request->words[1]);
	r = smp_make_private(smp, address);
	if (r < 0)
		return fail_errno(request, "rotate", r);
	if (peer) {
		peer->advertisement.address_type = address->type;
		peer->advertisement.address = address->address;
	}
	b = address->address.b;
	snprintf(request->reply, COMMAND_REPLY_MAX, "ok %02X:%02X:%02X:%02X:%02X:%02X", b[5], b[4], b[3], b[2], b[1], b[0]);
	return true;
}

static bool run_private(Request *request)
{
	uint8_t irk[AES_BLOCK];
	DeviceAddress *address;
	size_t length;
	Smp *smp;

	if (!parse_owner(request, &smp, &address) ||
	    !parse_address(request, request->words[2], &smp->identity.address) ||
	    !parse_address_type(request, request->words[3], &smp->identity.type) ||
	    !parse_bytes(request, request->words[4], sizeof(irk), irk, &length))
		return false;
	if (length != sizeof(irk))
		return fail(request, "not a key of 16 bytes", request->words[4]);
	for (size_t i = 0; i < sizeof(irk); i++)
		smp->irk[i] = irk[sizeof(irk) - 1 - i];
	smp->private = true;
	return run_rotate(request);
}

const Verb peer_verbs[] = {
	{ "peer", 5, 5, run_peer },
	{ "unpeer", 2, 2, run_unpeer },
	{ "peers", 1, 1, run_peers },
	{ "link", 2, 2, run_link },
	{ "service", 5, 5, run_service },
	{ "unservice", 3, 3, run_unservice },
	{ "char", 6, 6, run_char },
	{ "desc", 6, 6, run_desc },
	{ "changed", 2, 2, run_changed },
	{ "value", 3, 4, run_value },
	{ "notify", 4, 6, run_notify },
	{ "counts", 3, 3, run_counts },
	{ "atterror", 5, 5, run_atterror },
	{ "latency", 3, 3, run_latency },
	{ "silent", 3, 3, run_silent },
	{ "mute", 3, 3, run_mute },
	{ "refuse", 3, 4, run_refuse },
	{ "drop", 2, 3, run_drop },
	{ "mtu", 3, 3, run_mtu },
	{ "pairing", 3, 4, run_pairing },
	{ "passkey", 3, 3, run_passkey },
	{ "ask", 2, 2, run_ask },
	{ "forget", 2, 2, run_forget },
	{ "private", 5, 5, run_private },
	{ "rotate", 2, 2, run_rotate },
};

const size_t n_peer_verbs = sizeof(peer_verbs) / sizeof(peer_verbs[0]);
