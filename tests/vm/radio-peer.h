/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A peripheral's part on a link of a controller: its frames, and pairing. */

#include "peer.h"
#include "radio-link.h"
#include "radio-smp.h"

typedef struct PeerEnd {
	Smp smp;
	GQueue outgoing;	/* answers that wait for their time */
} PeerEnd;

DeviceAddress peer_address(const Peer *peer);
/* Sends what is due on the links of peripherals. Returns when to be called again. */
uint64_t peer_ends_run(Air *air, uint64_t now);

/* Toward the controllers. */
void peer_join(Peer *peer, Link *link);
void peer_leave(Peer *peer);
void peer_take(Peer *peer, uint16_t cid, const uint8_t *payload, size_t length);
/* The central wants to encrypt with that key; false: it is another one. */
bool peer_encrypt(Peer *peer, const uint8_t key[AES_BLOCK], uint16_t diversifier, uint64_t number);
/* The link is encrypted. */
void peer_encrypted(Peer *peer);

/* As of AirOps. */
void peer_end_new(Peer *peer);
void peer_end_free(Peer *peer);
void peer_end_drop(Peer *peer, uint8_t reason);
void peer_end_send(Peer *peer, const uint8_t *pdu, size_t len);
void peer_end_hurry(Peer *peer);
bool peer_end_bonded(const Peer *peer);
void peer_end_forget(Peer *peer);
bool peer_end_pairing(Peer *peer);
bool peer_end_type(Peer *peer, uint32_t passkey);
void peer_end_ask(Peer *peer);
