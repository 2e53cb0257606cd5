/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The requests about peripherals, and about the identities of peripherals and centrals. */
#include "central.h"
#include "commands.h"
#include "peer.h"

#define REMOTE_USER_TERMINATED 0x13

Peer *parse_peer(Request *request)
{
	Peer *peer = air_get_peer(request->air, request->words[1]);

	if (!peer)
		fail(request, "no such peer: %s", request->words[1]);
	return peer;
}

static Peer *parse_linked(Request *request)
{
	Peer *peer = parse_peer(request);

	if (!peer || peer->link)
		return peer;
	fail(request, "no link: %s", request->words[1]);
	return NULL;
}

static bool run_peer(Request *request)
{
	static const uint8_t flags[] = { 0x02, 0x01, 0x06 };
	uint8_t data[REPORT_DATA_MAX];
	char **words = request->words;
	Air *air = request->air;
	uint64_t addr;
	bool random;
	size_t len;

	if (!parse_addr(request, words[2], &addr) || !parse_random(request, words[3], &random) ||
	    !parse_bytes(request, words[4], sizeof(data), data, &len))
		return false;
	if (air_get_peer(air, words[1]) || air_find_peer(air, addr, random))
		return fail(request, "there is such a peer: %s %s", words[1], words[2]);
	g_ptr_array_add(air->peers, peer_new(air, words[1], addr, random, len > 0 ? data : flags,
					     len > 0 ? len : sizeof(flags)));
	return true;
}

static bool run_unpeer(Request *request)
{
	Peer *peer = parse_peer(request);

	return peer && g_ptr_array_remove(request->air->peers, peer);
}

static bool run_peers(Request *request)
{
	const GPtrArray *peers = request->air->peers;

	for (unsigned int i = 0; i < peers->len; i++)
		g_string_append_printf(request->reply, " %s", ((const Peer *)peers->pdata[i])->name);
	return true;
}

static bool run_link(Request *request)
{
	const Peer *peer = parse_peer(request);
	const char *separator = "";

	if (!peer)
		return false;
	g_string_append_printf(request->reply, " up=%d mtu=%u encrypted=%d connects=%u subscribed=",
			       peer->link != NULL, peer->link ? peer->att.mtu : 0U,
			       peer->link && peer->att.encrypted, peer->connects);
	for (size_t i = 0; i < peer->database.n; i++) {
		const Attribute *attribute = &peer->database.attributes[i];

		if (!uuid_is(&attribute->type, UUID_CHARACTERISTIC) ||
		    !peer_is_subscribed(peer, (uint16_t)(attribute->handle + 1)))
			continue;
		g_string_append_printf(request->reply, "%s%04x", separator, attribute->handle);
		separator = ",";
	}
	return true;
}

static bool run_latency(Request *request)
{
	Peer *peer = parse_peer(request);
	unsigned int before;

	if (!peer)
		return false;
	before = peer->latency_ms;
	if (!parse_number(request, request->words[2], 0, 3600000, &peer->latency_ms))
		return false;
	if (peer->link && peer->latency_ms < before)
		peer->air->ops->peer_hurry(peer);
	return true;
}

static bool run_silent(Request *request)
{
	Peer *peer = parse_peer(request);

	return peer && parse_either(request, request->words[2], "on", "off", &peer->silent);
}

static bool run_mute(Request *request)
{
	Peer *peer = parse_peer(request);

	return peer && parse_either(request, request->words[2], "on", "off", &peer->muted);
}

static bool run_mtu(Request *request)
{
	Peer *peer = parse_peer(request);
	unsigned int mtu;

	if (!peer || !parse_number(request, request->words[2], ATT_MTU_MIN, ATT_MTU_MAX, &mtu))
		return false;
	peer->att.mtu_limit = (uint16_t)mtu;
	return true;
}

static bool run_refuse(Request *request)
{
	unsigned int status, times = 1;
	Peer *peer = parse_peer(request);

	if (!peer || !parse_hex(request, request->words[2], UINT8_MAX, &status) ||
	    (request->n > 3 && !parse_number(request, request->words[3], 0, UINT_MAX, &times)))
		return false;
	peer->refusal = (uint8_t)status;
	peer->refusals = times;
	return true;
}

static bool run_drop(Request *request)
{
	unsigned int reason = REMOTE_USER_TERMINATED;
	Peer *peer = parse_peer(request);

	if (!peer || (request->n > 2 && !parse_hex(request, request->words[2], UINT8_MAX, &reason)) ||
	    !parse_linked(request))
		return false;
	peer->air->ops->peer_drop(peer, (uint8_t)reason);
	return true;
}

static bool run_pairing(Request *request)
{
	static const char *const ways[] = { [PEER_JUST_WORKS] = "none",
					    [PEER_DISPLAY] = "display",
					    [PEER_KEYBOARD] = "keyboard",
					    [PEER_CONFIRM] = "confirm",
					    [PEER_REFUSES] = "refuse" };
	Peer *peer = parse_peer(request);
	unsigned int passkey = 0, way = 0;

	if (!peer || (request->n > 3 && !parse_number(request, request->words[3], 0, 999999, &passkey)))
		return false;
	while (way < G_N_ELEMENTS(ways) && !g_str_equal(ways[way], request->words[2]))
		way++;
	if (way == G_N_ELEMENTS(ways))
		return fail(request, "no way to pair: %s", request->words[2]);
	if ((way == PEER_DISPLAY || way == PEER_CONFIRM) != (request->n > 3))
		return fail(request, "display and confirm, and nothing else, have a passkey");
	peer->pairing = (PeerPairing)way;
	peer->passkey = passkey;
	return peer->air->ops->peer_pairing(peer) ||
	       fail(request, "no way to pair here: %s", request->words[2]);
}

static bool run_passkey(Request *request)
{
	unsigned int passkey;
	Peer *peer = parse_linked(request);

	if (!peer || !parse_number(request, request->words[2], 0, 999999, &passkey))
		return false;
	return peer->air->ops->peer_type(peer, passkey) ||
	       fail(request, "nobody shows it a passkey: %s", peer->name);
}

/* The peripheral sends a Security Request. */
static bool run_ask(Request *request)
{
	Peer *peer = parse_linked(request);

	if (!peer)
		return false;
	peer->air->ops->peer_ask(peer);
	return true;
}

static bool run_forget(Request *request)
{
	Peer *peer = parse_peer(request);

	if (!peer)
		return false;
	peer->change_untold = false;
	peer->air->ops->peer_forget(peer);
	return true;
}

/* The peripheral or central that a request about identities names. */
static bool parse_owner(Request *request, Peer **ret_peer, Central **ret_central)
{
	*ret_peer = air_get_peer(request->air, request->words[1]);
	*ret_central = air_get_central(request->air, request->words[1]);
	return *ret_peer || *ret_central ||
	       fail(request, "no such peripheral or central: %s", request->words[1]);
}

/* Gives it a new private address for what it does from now on. An open link keeps the old one. */
static bool rotate(Request *request, Peer *peer, Central *central)
{
	const Privacy *privacy = peer ? &peer->privacy : &central->privacy;
	char text[18];
	uint64_t addr;

	if (!privacy->on)
		return fail(request, "its address is not private: %s", request->words[1]);
	addr = request->air->ops->private_address(privacy);
	if (peer) {
		peer->report.addr = addr;
		peer->report.random = true;
	} else {
		central->addr = addr;
		central->random = true;
	}
	addr_format(text, addr, ':');
	g_string_append_printf(request->reply, " %s", text);
	return true;
}

static bool run_rotate(Request *request)
{
	Central *central;
	Peer *peer;

	return parse_owner(request, &peer, &central) && rotate(request, peer, central);
}

static bool run_private(Request *request)
{
	Privacy privacy = { .on = true };
	Central *central;
	size_t len;
	Peer *peer;

	if (!parse_owner(request, &peer, &central) ||
	    !parse_addr(request, request->words[2], &privacy.identity) ||
	    !parse_random(request, request->words[3], &privacy.random) ||
	    !parse_bytes(request, request->words[4], sizeof(privacy.irk), privacy.irk, &len))
		return false;
	if (len != sizeof(privacy.irk))
		return fail(request, "not a key of 16 bytes: %s", request->words[4]);
	*(peer ? &peer->privacy : &central->privacy) = privacy;
	return rotate(request, peer, central);
}

const Verb peer_verbs[] = {
	{ "peer", 5, 5, run_peer },
	{ "unpeer", 2, 2, run_unpeer },
	{ "peers", 1, 1, run_peers },
	{ "link", 2, 2, run_link },
	{ "latency", 3, 3, run_latency },
	{ "silent", 3, 3, run_silent },
	{ "mute", 3, 3, run_mute },
	{ "mtu", 3, 3, run_mtu },
	{ "refuse", 3, 4, run_refuse },
	{ "drop", 2, 3, run_drop },
	{ "pairing", 3, 4, run_pairing },
	{ "passkey", 3, 3, run_passkey },
	{ "ask", 2, 2, run_ask },
	{ "forget", 2, 2, run_forget },
	{ "private", 5, 5, run_private },
	{ "rotate", 2, 2, run_rotate },
	{ NULL, 0, 0, NULL },
};
