/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A link to a device, shared and counted: opened for the first session that wants it, closed when the last
 * one lets go. Who wants it is in core/connect-wait.h, who has it in core/hold.h, and whose turn it is in
 * core/links.h.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "core/attr.h"
#include "core/broker.h"
#include "core/claim.h"
#include "core/connect-wait.h"
#include "core/heard.h"
#include "core/hold.h"
#include "core/pairing.h"
#include "core/radio.h"
#include "meaning/addr.h"
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
	uint8_t addr_type;	/* of the identity */
	int8_t rssi;
};

struct Link {
	Broker *broker;
	Radio *radio;
	Addr addr;		/* as it was asked for: its object path has it, and keeps it */
	Addr identity;		/* of the device; addr, until a bond tells another */
	LinkState state;
	bool exposed;		/* programs see its object */
	bool ours;		/* we opened it, so we may close it */
	bool calling;		/* BlueZ has not answered Connect yet */
	bool broken;		/* the link went down before it did */
	LinkMirror bluez;	/* mirrored */
	WaitLine waits;		/* ConnectWait */
	GArray *holds;		/* Hold */
	GPtrArray *attrs;	/* Attr, services first, each with its parts behind it: by handle */
	Session *claim;		/* who alone may write, on the whole link */
	Pairing pairing;
	Heard heard;		/* of it on the air, while somebody waits */
	unsigned tries;		/* of this connection */
	uint64_t begun;		/* the last attempt, by whomever; 0: none was */
	uint64_t tried_at;	/* when the last one came to nothing (core/turn.h); 0: it did not */
	unsigned failures;	/* in a row */
	uint64_t retry_at;	/* 0: at once */
	uint64_t deadline;	/* of CONNECTING or CLOSING */
	/* cut or lost so, and being opened again before anybody is told; 0: it is not */
	uint64_t recover_until;
	uint64_t turns;		/* operations that were begun on it */
	uint64_t linger;	/* when it is to be closed for want of holders; USEC_NEVER: it has some */
	uint64_t order;		/* age, in the queue */
};

/* By any address of the device. */
Link *link_find(const Radio *radio, const Addr *addr);

/* From the edge: BlueZ's device changed (or, not known, vanished). resolved comes only once all attributes
 * were told. */
void link_mirror(Radio *radio, const Addr *addr, const LinkMirror *mirror, uint64_t now);
/* The answer to ops->link_connect: 0, -EAGAIN for what is worth another try, or an error. */
void link_connect_done(Link *link, int error, const Reason *reason, uint64_t now);
/* The answer to ops->link_disconnect: 0, or an error where BlueZ does not do it. */
void link_disconnect_done(Link *link, int error, uint64_t now);

/* More is known of which addresses are of one device. */
void links_identify(Radio *radio, uint64_t now);

/* Whether it is being opened again, after it was lost over a pairing, before anybody is told. */
bool link_is_recovering(const Link *link);

/* For the other files of links. */
Link *link_new(Radio *radio, const Addr *addr);
void link_free(Link *link);
bool link_is_wanted(const Link *link);			/* somebody waits, or wants it back */
void link_set_mirror(Link *link, const LinkMirror *mirror);	/* what BlueZ says now */
void link_serve_waits(Link *link);			/* it is up */
void link_changed(Link *link, unsigned changes);	/* LinkChange bits */
void link_own(Link *link, bool ours);
void link_begin(Link *link, uint64_t now);
void link_close(Link *link, uint64_t now);
void link_settle(Link *link, uint64_t now);		/* goes on with what depends on nobody else */
void link_time_out(Link *link, uint64_t now);		/* its deadline has come */
void link_recover_expired(Link *link, uint64_t now);	/* its recover_until has come */
void link_radio_gone(Link *link, int error, const Reason *reason, uint64_t now);

/* For link-mirror.c. */
void link_up(Link *link);
void link_lost(Link *link, const char *reason, uint64_t now);	/* it is down, by whomever */
void link_broke(Link *link, uint64_t now);	/* it went down again before its services were known */
void link_hide(Link *link);		/* programs see it no more */
void link_cancel_work(Link *link);	/* what was under way on it ends */
