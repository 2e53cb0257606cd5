/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A peripheral on the air: it advertises ten times a second while nobody is connected to it, takes one link
 * at a time, and has a GATT server. */
#pragma once

#include "air.h"
#include "att.h"

/* What a peripheral does when a central wants to pair. */
typedef enum PeerPairing {
	PEER_JUST_WORKS,
	PEER_DISPLAY, /* it shows its passkey, which has to be entered at the other side */
	PEER_KEYBOARD, /* the other side's passkey has to be entered here (peer_type) */
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
	unsigned int connects; /* how often it was */
	unsigned int latency_ms; /* of answers */
	bool silent, muted;
	uint8_t refusal; /* HCI status with which the next attempts to connect fail; 0: none */
	unsigned int refusals; /* how many attempts fail; 0: all */
	PeerPairing pairing;
	uint32_t passkey;
	GPtrArray *notifications; /* under way */
	/* Attributes that are new or gone, which a bonded central has not been told of. */
	bool change_untold;
	uint16_t change_first, change_last; /* 0: none */
};

Peer *peer_new(Air *air, const char *name, uint64_t addr, bool random, const uint8_t *data, size_t len);
Peer *peer_free(Peer *peer); /* an open link ends by timeout */

/* peers_run() sends what is due. peers_due(): when the next is due, or NEVER. */
void peers_run(Air *air, uint64_t now);
uint64_t peers_due(const Air *air);

/* Toward the back end. */
bool peer_is_connectable(const Peer *peer);
/* The HCI status with which this attempt to connect has to end; 0: success. Each call counts as an
 * attempt. */
uint8_t peer_refuse(Peer *peer);
/* To be called when a link begins, and when it ends. bonded: the central at the other end has a bond, so
 * its subscriptions are remembered. */
void peer_opened(Peer *peer, struct Link *link, bool bonded);
void peer_closed(Peer *peer, bool bonded);
/* Takes a PDU that has arrived. Returns the length of the answer; 0: none. */
size_t peer_receive(Peer *peer, const uint8_t *pdu, size_t len, uint8_t ret[ATT_MTU_MAX]);
/* The link is encrypted with the key of a bond: tells the central of changes that it has not been told. */
void peer_secured(Peer *peer);

/* Toward the test. */
bool peer_is_subscribed(const Peer *peer, uint16_t value_handle);
/* Notifies or indicates the value count times, every interval nanoseconds, as the central has subscribed;
 * not at all if it has not. numbered: the value's last four bytes count from 0, little endian. */
void peer_notify(Peer *peer, uint16_t value_handle, const uint8_t *value, size_t len, bool numbered,
		 unsigned int count, uint64_t interval);
/* Remembers that attributes from first to last are new or gone. */
void peer_change(Peer *peer, uint16_t first, uint16_t last);
/* Indicates the change by Service Changed, or keeps it for a bonded central that is away. False: the
 * peripheral has no such characteristic. */
bool peer_tell_change(Peer *peer);

/* For the files of Peer: sends the notifications that are due. */
void notifications_run(Peer *peer, uint64_t now);
uint64_t notifications_due(const Peer *peer);
