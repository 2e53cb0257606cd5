/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a peripheral does on its link: it answers, and pairs. */

#include <string.h>
#include <bluetooth/bluetooth.h>
#include <bluetooth/hci.h>

#include "radio-peer.h"

typedef struct Outgoing {
	uint64_t due;
	size_t length;
	uint8_t pdu[ATT_MTU_MAX];
} Outgoing;

void peer_end_new(Peer *peer)
{
	peer->end = g_new0(PeerEnd, 1);
	peer->end->smp.io = SMP_NONE;
	peer->end->smp.privacy = &peer->privacy;
	g_queue_init(&peer->end->outgoing);
}

void peer_end_free(Peer *peer)
{
	if (peer->link)
		link_close(peer->link, HCI_CONNECTION_TIMEOUT);
	g_free(peer->end);
}

void peer_end_drop(Peer *peer, uint8_t reason)
{
	link_close(peer->link, reason);
}

DeviceAddress peer_address(const Peer *peer)
{
	return device_address(peer->report.addr, peer->report.random);
}

void peer_join(Peer *peer, Link *link)
{
	const DeviceAddress address = peer_address(peer);

	smp_open(&peer->end->smp, &link->central, &address);
	peer_opened(peer, link, smp_is_bonded(&peer->end->smp));
}

void peer_leave(Peer *peer)
{
	g_queue_clear_full(&peer->end->outgoing, g_free);
	peer_closed(peer, smp_is_bonded(&peer->end->smp));
}

void peer_end_send(Peer *peer, const uint8_t *pdu, size_t len)
{
	(void)link_send(peer->link, CID_ATT, pdu, len);
}

void peer_end_hurry(Peer *peer)
{
	const uint64_t latest = clock_now() + peer->latency_ms * MILLISECOND;

	for (GList *at = peer->end->outgoing.head; at; at = at->next)
		((Outgoing *)at->data)->due = MIN(((Outgoing *)at->data)->due, latest);
}

/* An answer goes at once, or when the peer's latency has passed. */
static void answer_send(Peer *peer, const uint8_t *pdu, size_t length)
{
	Outgoing *outgoing;

	if (!peer->latency_ms && g_queue_is_empty(&peer->end->outgoing)) {
		peer_end_send(peer, pdu, length);
		return;
	}
	outgoing = g_new0(Outgoing, 1);
	outgoing->due = clock_now() + peer->latency_ms * MILLISECOND;
	outgoing->length = length;
	memcpy(outgoing->pdu, pdu, length);
	g_queue_push_tail(&peer->end->outgoing, outgoing);
}

static void smp_send(Peer *peer, const SmpAnswer *answer)
{
	for (size_t i = 0; i < answer->n; i++)
		(void)link_send(peer->link, CID_SMP, answer->pdus[i].bytes, answer->pdus[i].length);
}

void peer_take(Peer *peer, uint16_t cid, const uint8_t *payload, size_t length)
{
	SmpAnswer smp_answer = { .n = 0 };
	uint8_t pdu[ATT_MTU_MAX];
	size_t n;

	if (cid == CID_SMP) {
		smp_receive(&peer->end->smp, payload, length, &smp_answer);
		smp_send(peer, &smp_answer);
	} else if (cid == CID_ATT) {
		n = peer_receive(peer, payload, length, pdu);
		if (n > 0)
			answer_send(peer, pdu, n);
	}
}

bool peer_encrypt(Peer *peer, const uint8_t key[AES_BLOCK], uint16_t diversifier, uint64_t number)
{
	bool authenticated;

	if (!smp_key_is(&peer->end->smp, key, diversifier, number, &authenticated))
		return false;
	peer->att.encrypted = true;
	peer->att.authenticated = authenticated;
	return true;
}

void peer_encrypted(Peer *peer)
{
	SmpAnswer answer = { .n = 0 };

	smp_encrypted(&peer->end->smp, &answer);
	smp_send(peer, &answer);
	if (smp_is_bonded(&peer->end->smp))
		peer_secured(peer);
}

bool peer_end_bonded(const Peer *peer)
{
	return peer->end->smp.bonded;
}

void peer_end_forget(Peer *peer)
{
	peer->end->smp.bonded = false;
}

bool peer_end_pairing(Peer *peer)
{
	static const uint8_t io[] = { [PEER_JUST_WORKS] = SMP_NONE, [PEER_DISPLAY] = SMP_DISPLAY,
				      [PEER_KEYBOARD] = SMP_KEYBOARD, [PEER_REFUSES] = SMP_NONE };
	Smp *smp = &peer->end->smp;

	if (peer->pairing == PEER_CONFIRM)
		return false;
	smp->io = io[peer->pairing];
	smp->refuses = peer->pairing == PEER_REFUSES;
	smp->passkey = peer->passkey;
	return true;
}

bool peer_end_type(Peer *peer, uint32_t passkey)
{
	SmpAnswer answer = { .n = 0 };

	smp_type(&peer->end->smp, passkey, &answer);
	smp_send(peer, &answer);
	return true;
}

void peer_end_ask(Peer *peer)
{
	SmpAnswer answer = { .n = 0 };

	smp_ask(&peer->end->smp, &answer);
	smp_send(peer, &answer);
}

static uint64_t peer_end_run(Peer *peer, uint64_t now)
{
	uint64_t next = peer->link ? link_run(peer->link, now) : NEVER;
	Outgoing *outgoing;

	while ((outgoing = g_queue_peek_head(&peer->end->outgoing)) && outgoing->due <= now) {
		peer_end_send(peer, outgoing->pdu, outgoing->length);
		g_free(g_queue_pop_head(&peer->end->outgoing));
	}
	return outgoing ? MIN(next, outgoing->due) : next;
}

uint64_t peer_ends_run(Air *air, uint64_t now)
{
	uint64_t next = NEVER;

	for (unsigned int i = 0; i < air->peers->len; i++)
		next = MIN(next, peer_end_run(air->peers->pdata[i], now));
	return next;
}
