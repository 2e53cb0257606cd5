/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A radio's link to a peripheral: the kernel's attempt to connect, and the ATT channel over it, with
 * one request on the air at a time. */
#pragma once

#include "peer.h"

struct Air;

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
Link *link_new(struct Air *air, Radio *radio, uint64_t addr, bool random, const LinkOps *ops,
	       void *owner);
/* Ends it without a word to the owner; the peripheral notices. Requests are answered first. */
Link *link_free(Link *link);

bool link_is_up(const Link *link);
Peer *link_peer(const Link *link); /* while it is up */
Radio *link_radio(const Link *link);
uint16_t link_mtu(const Link *link);
AttrSecurity link_security(const Link *link);
void link_secure(Link *link, AttrSecurity security);

/* value may be NULL. answer is called once, later. */
void link_request(Link *link, AttOp op, uint16_t handle, uint16_t offset, GBytes *value,
		  LinkAnswer answer, void *data);
void link_command(Link *link, uint16_t handle, const void *value, size_t len);
/* Nobody waits any more for answers that go to data. */
void link_forget(Link *link, const void *data);
/* The peripheral wants a pairing (a Security Request). */
void link_ask_security(Link *link);
/* After elevate: the request is sent again. */
void link_retry(Link *link);

/* The peripheral's side: */
void link_notify(Link *link, uint16_t handle, const uint8_t *value, size_t len);
void link_tell_changed(Link *link);
/* Its latency is less now: so it is for the answer that is on its way. */
void link_hurry(Link *link);
void link_lose(Link *link, uint8_t reason);
