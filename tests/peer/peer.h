/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A peripheral on the air: it advertises ten times a second while nobody is connected to it, takes one link
 * at a time, and has a GATT server. */
#pragma once

#include "air.h"
#include "att.h"

/* What a peripheral does when a central wants to pair. */
typedef enum PeerPairing {
	PEER_JUST_WORKS,
	PEER_DISPLAY, /* it shows its passkey, the other side has to enter it */
	PEER_KEYBOARD, /* somebody types what the other side shows */
	PEER_CONFIRM, /* both sides show the passkey */
	PEER_REFUSES,
} PeerPairing;

struct Peer {
	Air *air;
	struct PeerEnd *end; /* the back end's */
	char *name;
	Report report; /* its advertisement */
	Privacy privacy;
	uint64_t due; /* the next advertisement */
	Database database;
	Att att;
	struct Link *link; /* the back end's; NULL: not connected */
	unsigned int latency_ms; /* of answers */
	bool silent, muted;
	uint8_t refusal; /* HCI status of the next attempts to connect; 0: none */
	unsigned int refusals; /* so many; 0: for ever */
	PeerPairing pairing;
	uint32_t passkey;
	GPtrArray *notifications; /* under way */
	/* What a bonded central has not been told of: attributes that are new or gone. */
	bool change_untold;
	uint16_t change_first, change_last; /* 0: none */
};

Peer *peer_new(Air *air, const char *name, uint64_t addr, bool random, const uint8_t *data, size_t len);
Peer *peer_free(Peer *peer); /* an open link ends by timeout */

/* Sends what is due; when that is, or NEVER. */
void peers_run(Air *air, uint64_t now);
uint64_t peers_due(const Air *air);

/* Toward the back end. */
bool peer_is_connectable(const Peer *peer);
/* The HCI status that an attempt to connect shall end with, 0: success; each call is an attempt. */
uint8_t peer_refuse(Peer *peer);
/* A link begins, and ends. bonded: with the one at the other end, and so it remembers what that subscribed
 * to. */
void peer_opened(Peer *peer, struct Link *link, bool bonded);
void peer_closed(Peer *peer, bool bonded);
/* A PDU that has arrived. Returns the length of the answer, 0: none. */
size_t peer_receive(Peer *peer, const uint8_t *pdu, size_t len, uint8_t ret[ATT_MTU_MAX]);
/* The link is encrypted, by the key of a bond: what is untold is told. */
void peer_secured(Peer *peer);

/* Toward the test. */
bool peer_is_subscribed(const Peer *peer, uint16_t value_handle);
/* Notifies or indicates the value count times, every interval, as the central has subscribed; not if it has
 * not. Numbered, its last four bytes are a number from 0 on, little endian. */
void peer_notify(Peer *peer, uint16_t value_handle, const uint8_t *value, size_t len, bool numbered,
		 unsigned int count, uint64_t interval);
/* Remembers that attributes from first to last are new or gone. */
void peer_change(Peer *peer, uint16_t first, uint16_t last);
/* Indicates that by Service Changed, or keeps it for a bonded central that is away. False: there is no such
 * characteristic. */
bool peer_tell_change(Peer *peer);

/* Toward its own parts: sends what is due of notifications. */
void notifications_run(Peer *peer, uint64_t now);
uint64_t notifications_due(const Peer *peer);
