/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Emulated LE peripherals: each advertises ten times a second while it has no link, lets one radio
 * connect, and serves its attributes. Times are CLOCK_MONOTONIC nanoseconds.
 */

#include "radio-att.h"
#include "radio-link.h"
#include "radio-smp.h"

#define PEER_NAME_MAX 64
#define PEER_RSSI (-60)

typedef struct Outgoing Outgoing;
typedef struct Notification Notification;

struct Peer {
	Peer *next;
	char name[PEER_NAME_MAX];
	DeviceAddress address;
	Report advertisement;
	uint64_t due;			/* the next advertisement */
	bool muted;

	Database database;
	Att att;
	Smp smp;
	Link *link;			/* NULL: not connected */
	Outgoing *outgoing;		/* answers that wait for their time */
	Notification *notifications;
	uint64_t latency;
	bool silent;

	/* next attempts to connect end with this status, if it is not 0 */
	uint8_t refusal;
	bool refuses_for_ever;
	uint32_t refusals;

	/* what a bonded central has not been told of: changed attributes */
	bool change_untold;
	uint16_t change_first, change_last;	/* 0: none */
};

struct Peers {
	Peer *first;
};

/* -EEXIST: one with that name or address is there. */
int peer_new(Peers *peers, const Peer *model, uint64_t now);
/* It vanishes, and its link by supervision timeout. Returns NULL. */
Peer *peer_free(Peers *peers, Peer *peer);
Peer *peers_find(const Peers *peers, const char *name);
void peers_deinit(Peers *peers);
/* Sends what is due. Returns when to be called again. */
uint64_t peers_run(Peers *peers, Controller *const *radios, size_t n_radios, uint64_t now);

/* Toward the controllers. */
const DeviceAddress *peer_address(const Peer *peer);
bool peer_is_connectable(const Peer *peer);
/* The status that an attempt to connect shall end with, 0 for success; each call is an attempt. */
uint8_t peer_refuse(Peer *peer);
/* That controller begins to listen to all of them. */
void peers_hear(const Peers *peers, Controller *controller);
void peer_opened(Peer *peer, Link *link);
void peer_closed(Peer *peer);
void peer_receive(Peer *peer, uint16_t cid, const uint8_t *payload, size_t length);
/* The central wants to encrypt with that key; false: it is another one. */
bool peer_encrypt(Peer *peer, const uint8_t key[AES_BLOCK], uint16_t diversifier, uint64_t number);
/* The link is encrypted. */
void peer_encrypted(Peer *peer);

/* Toward the test. */
/* Notifies or indicates a value, as the central has subscribed; not if it has not. With counted, its
 * last four bytes are numbered from 0, little endian. */
int peer_notify(Peer *peer, uint16_t value_handle, const uint8_t *value, size_t length, bool counted,
		uint32_t count, uint64_t interval, uint64_t now);
/* Remembers that attributes from first to last are new or gone. */
void peer_change(Peer *peer, uint16_t first, uint16_t last);
/* Indicates that by Service Changed, or keeps it for a bonded central that is away. Negative errno
 * when there is no such characteristic. */
int peer_tell_change(Peer *peer, uint64_t now);
void peer_ask_security(Peer *peer);	/* the peripheral wants a pairing */
void peer_type_passkey(Peer *peer, uint32_t passkey);

/* For the peer's parts: what it does on its link. */
uint64_t peer_link_run(Peer *peer, uint64_t now);
void peer_link_clear(Peer *peer);
/* Nanoseconds; what is on its way takes no longer, either. */
void peer_set_latency(Peer *peer, uint64_t latency);
