/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A peripheral on the air: it advertises while nobody is connected to it, takes one link at a time,
 * and has a GATT server. */
#pragma once

#include "attribute.h"
#include "privacy.h"
#include "radio.h"

struct Air;
struct Link;

/* What a peripheral does when a central wants to pair. */
typedef enum {
	PEER_JUST_WORKS,
	PEER_DISPLAY, /* it shows its passkey, the other side has to enter it */
	PEER_KEYBOARD, /* somebody types what the other side shows */
	PEER_CONFIRM, /* both sides show the passkey */
	PEER_REFUSES,
} PeerPairing;

/* ATT requests, as far as a client sends them */
typedef enum {
	ATT_DISCOVER, /* the whole of service discovery */
	ATT_READ,
	ATT_READ_BLOB,
	ATT_WRITE,
	ATT_PREPARE,
	ATT_EXECUTE,
	ATT_CANCEL,
	ATT_COMMAND,
} AttOp;

#define PEER_MTU 517

typedef struct Peer {
	struct Air *air;
	char *name;
	RadioReport report; /* its advertisement */
	Privacy privacy;
	AttrTable *table;
	struct Link *link; /* the one link, or NULL */
	unsigned int latency_ms;
	bool silent, muted;
	uint8_t refuse; /* HCI status of the next connection attempts; 0: none */
	unsigned int refuse_times; /* 0: for ever */
	PeerPairing pairing;
	uint32_t passkey;
	uint64_t bond; /* the radio it is bonded with; 0: none */
	AttrSecurity bond_security;
	uint16_t mtu;
	/* Who shows the passkey learns what was typed here. */
	void (*typed)(void *data, uint32_t passkey);
	void *typed_data;
	guint advertiser;
	GPtrArray *bursts; /* notifications under way */
	GPtrArray *prepared; /* queued writes */
} Peer;

Peer *peer_new(struct Air *air, const char *name, uint64_t addr, bool random, const uint8_t *data,
	       size_t len);
Peer *peer_free(Peer *peer); /* an open link is lost */

/* Whether a connection attempt gets through now. *ret_status: 0, or the HCI status of the refusal. */
bool peer_answers(Peer *peer, uint8_t *ret_status);
void peer_linked(Peer *peer, struct Link *link);
void peer_unlinked(Peer *peer);

/* A request or command that has arrived; returns the ATT error, or 0. The answer's value goes to
 * ret. A silent peripheral only counts it. */
uint8_t peer_request(Peer *peer, AttOp op, uint16_t handle, uint16_t offset, GBytes *value,
		     GByteArray *ret);
/* Notifies or indicates the value count times, every interval_ms. From the second form on (numbered)
 * its last four bytes are a running number. */
void peer_notify(Peer *peer, const Attr *attr, GBytes *value, bool numbered, unsigned int count,
		 unsigned int interval_ms);
bool peer_is_subscribed(const Peer *peer, const Attr *attr);
