/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A radio's link to a peripheral: the kernel's attempt to connect, and the ATT channel over it, with
 * one request on the air at a time. */
#pragma once

#include "attribute.h"
#include "peer.h"
#include "radio.h"


typedef struct Link Link;

/* error: ATT error code; 0: value is the answer. A link that is lost answers ATT_UNLIKELY. */
typedef void (*LinkAnswer)(void *data, uint8_t error, const uint8_t *value, size_t len);

typedef struct LinkOps {
	void (*up)(void *owner);
	/* The link is over; the owner frees it. */
	void (*failed)(void *owner);
	void (*down)(void *owner, uint8_t reason);
	void (*heard)(void *owner, uint16_t handle, const uint8_t *value, size_t len);
	void (*changed)(void *owner); /* Service Changed */
	/* The peripheral wants encryption first. Unless link_retry follows, the request hangs until
	 * the ATT timeout. False: the answer is as it is. */
	bool (*elevate)(void *owner);
} LinkOps;

/* Tries for as long as the air says. The outcome comes later. */
Link *link_new(Air *air, Radio *radio, uint64_t addr, bool random, const LinkOps *ops,
	       void *owner);
/* Ends it without a word to the owner; the peripheral notices. Requests are answered first. */
Link *link_free(Link *link);

bool link_is_up(const Link *link);
Peer *link_peer(const Link *link); /* while it is up */
Radio *link_radio(const Link *link);
uint16_t link_mtu(const Link *link);
AttrSecurity link_security(const Link *link);
void link_secure(Link *link, AttrSecurity security);

#define LINK_DISCOVER 0 /* in the place of an opcode: the whole of service discovery */
/* value may be NULL. answer is called once, later. Of ATT_EXECUTE_WRITE the handle is 1, or 0 to cancel. */
void link_request(Link *link, uint8_t opcode, uint16_t handle, uint16_t offset, GBytes *value,
		  LinkAnswer answer, void *data);
void link_command(Link *link, uint16_t handle, const void *value, size_t len);
/* Nobody waits any more for answers that go to data. */
void link_forget(Link *link, const void *data);
/* The peripheral wants a pairing (a Security Request). */
void link_ask_security(Link *link);
/* After elevate: the request is sent again. */
void link_retry(Link *link);

/* The peripheral's side: */
void link_take(Link *link, const uint8_t *pdu, size_t len); /* a notification or indication */
/* Its latency is less now: so it is for the answer that is on its way. */
void link_hurry(Link *link);
void link_lose(Link *link, uint8_t reason);

typedef struct PeerEnd {
	uint64_t bond; /* the radio it is bonded with; 0: none */
	AttrSecurity bond_security;
	/* Who shows the passkey learns what was typed here. */
	void (*typed)(void *data, uint32_t passkey);
	void *typed_data;
} PeerEnd;

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
