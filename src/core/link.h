/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A link to a device, shared and counted: opened for the first session that wants it, closed when the last one lets go.
 * At most max_links of a radio at a time; who wants one more waits, by priority, then age. One is connected after the
 * other, because some controllers fail at two at once.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "core/addr.h"
#include "core/attr.h"
#include "core/broker.h"
#include "core/radio.h"
#include "util/error.h"
#include "util/macros.h"

typedef enum LinkState {
	LINK_DOWN,		/* not connected, and nothing under way */
	LINK_SEEKING,		/* BlueZ has not seen the device: the radio scans for it */
	LINK_QUEUED,		/* waits for a slot, for its turn, or for the next try */
	LINK_CONNECTING,	/* up to and including the discovery of services */
	LINK_UP,
	LINK_CLOSING,
} LinkState;

/* What BlueZ says of the device, mirrored. */
struct LinkMirror {
	bool known;		/* it has an object */
	bool connected;
	bool resolved;		/* its services are known */
	bool paired;
	uint8_t addr_type;
	int8_t rssi;
};

/* Somebody who waits for the link. Lives in the waiter; off the list before done is called. */
typedef struct ConnectWait {
	void (*done)(struct ConnectWait *wait, int error, const Reason *reason);
	Link *link;		/* NULL while not waiting */
	Session *session;
	uint64_t deadline;
	uint8_t priority;	/* more goes first */
	bool auto_reconnect;
	bool failed;		/* is about to be told so */
} ConnectWait;

typedef struct Hold {
	Session *session;
	bool auto_reconnect;
} Hold;

typedef struct PairWait PairWait;

/* The agent's question that is open. */
typedef struct PairingQuestion {
	uint32_t id;
	void (*answer)(void *edge, bool accept, uint32_t passkey);	/* NULL: none is open */
	void *edge;
} PairingQuestion;

struct Link {
	Broker *broker;
	Radio *radio;
	Addr addr;
	LinkState state;
	bool exposed;		/* programs see its object */
	bool ours;		/* we opened it, so we may close it */
	LinkMirror bluez;	/* mirrored */
	GPtrArray *waits;	/* ConnectWait, in order of arrival */
	GArray *holds;		/* Hold */
	GPtrArray *attrs;	/* Attr, services first, each with its parts behind it: by handle */
	Session *claim;		/* who alone may write, on the whole link */
	PairWait *pairing;	/* who waits for a pairing (core/pairing.h), or NULL */
	PairingQuestion question;
	uint32_t last_question;
	bool pair_under_way;	/* bluetoothd is at it */
	bool pair_asked;	/* its agent was asked something */
	unsigned tries;		/* of this connection */
	uint64_t retry_at;	/* 0: at once */
	uint64_t deadline;	/* of CONNECTING or CLOSING */
	uint64_t linger;	/* when it is to be closed for want of holders; USEC_NEVER: it has some */
	uint64_t order;		/* age, in the queue */
};

/* Asks for the link: 0 if it is up (and held now), 1 if wait->done will be called, else an error. */
int link_connect(Radio *radio, const Addr *addr, ConnectWait *wait, uint64_t now, Reason *reason);
void connect_wait_cancel(ConnectWait *wait, uint64_t now);	/* no harm if it does not wait */

/* The session lets go: hold, subscriptions, claims. E_NOT_CONNECTED if it does not hold it. */
int link_release(Link *link, Session *session, uint64_t now);
/* Of all links: the session is gone. */
void links_drop_session(Radio *radio, Session *session, uint64_t now);

/* Whether the session holds a link, or waits for one. */
bool links_hold_session(const Radio *radio, const Session *session);

/* A bus connection left: what it subscribed to for a user session goes on, without signals to it. */
void links_peer_gone(Radio *radio, const char *connection);

Link *link_find(const Radio *radio, const Addr *addr);
bool link_is_held(const Link *link, const Session *session);

/* attr NULL: the whole link. E_BUSY if another session has a claim on it or on a part of it. */
int link_claim(Link *link, Attr *attr, Session *session, Reason *reason);
void link_unclaim(Link *link, const Session *session);
/* Whether the session may write there. */
bool link_may_write(const Link *link, const Attr *attr, const Session *session);

/* From the edge: BlueZ's device changed (or, not known, vanished). resolved comes only once all attributes were told. */
void link_mirror(Radio *radio, const Addr *addr, const LinkMirror *mirror, uint64_t now);
/* The answer to ops->link_connect: 0, -EAGAIN for what is worth another try, or an error. */
void link_connect_done(Link *link, int error, const Reason *reason, uint64_t now);
/* The answer to ops->link_disconnect. */
void link_disconnect_done(Link *link, uint64_t now);

/* For radio.c: go on with all links of the radio; what is due; how many there are. */
void links_settle(Radio *radio, uint64_t now);
uint64_t links_tick(Radio *radio, uint64_t now);
unsigned links_seeking(const Radio *radio);
void links_radio_gone(Radio *radio, uint64_t now);
void links_free(Radio *radio);
