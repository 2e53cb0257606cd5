/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the air does with a peripheral that a radio may be linked to. */
#include "link.h"

#define SUPERVISION_TIMEOUT 0x08

void peer_end_new(Peer *peer)
{
	peer->end = g_new0(PeerEnd, 1);
}

void peer_end_free(Peer *peer)
{
	if (peer->link)
		link_lose(peer->link, SUPERVISION_TIMEOUT);
	g_free(peer->end);
}

void peer_end_drop(Peer *peer, uint8_t reason)
{
	link_lose(peer->link, reason);
}

void peer_end_send(Peer *peer, const uint8_t *pdu, size_t len)
{
	link_take(peer->link, pdu, len);
}

void peer_end_hurry(Peer *peer)
{
	link_hurry(peer->link);
}

bool peer_end_bonded(const Peer *peer)
{
	return peer->end->bond != 0;
}

void peer_end_forget(Peer *peer)
{
	peer->end->bond = 0;
}

bool peer_end_pairing(Peer *peer)
{
	(void)peer; /* it is looked at when it is needed */
	return true;
}

bool peer_end_type(Peer *peer, uint32_t passkey)
{
	if (!peer->end->typed)
		return false;
	peer->end->typed(peer->end->typed_data, passkey);
	return true;
}

void peer_end_ask(Peer *peer)
{
	link_ask_security(peer->link);
}
