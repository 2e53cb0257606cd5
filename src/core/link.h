/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A link to a device, shared and counted: opened for the first session that wants it, closed when the last
 * one lets go. Who waits for it is in core/connect-wait.h, who holds it in core/hold.h, and which link is
 * connected next in core/turn.h.
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

#define LINK_NAME_MAX 248	/* bytes (Vol 3 Part C 12.1) */

/* What BlueZ says of the device, mirrored. */
struct LinkMirror {
	bool known;		/* BlueZ has an object for the device */
	bool connected;
	bool resolved;		/* its services are known */
	bool paired;
	uint8_t addr_type;	/* of the identity */
	int8_t rssi;
	char name[LINK_NAME_MAX + 1];	/* valid UTF-8; "": not known */
};

struct Link {
	Broker *broker;
	Radio *radio;
	Addr addr;		/* as it was asked for: the object path has it, and never changes */
	Addr identity;		/* the device's identity address; addr, until a bond tells another */
	LinkState state;
	bool exposed;		/* programs see its object */
	bool ours;		/* we opened it, so we may close it */
	bool calling;		/* BlueZ has not answered Connect yet */
	bool broken;		/* the link went down before BlueZ answered Connect */
	LinkMirror bluez;	/* mirrored */
	WaitLine waits;		/* ConnectWait */
	GArray *holds;		/* Hold */
	GPtrArray *attrs;	/* Attr, by handle: each service with its parts behind it */
	Session *claim;		/* the only session that may write on this link; NULL: all may */
	Pairing pairing;
	Heard heard;		/* what is heard of the device, while somebody waits for the link */
	unsigned tries;		/* attempts since the link was up last, or given up */
	uint64_t begun;		/* when the last attempt began; 0: there was none */
	uint64_t tried_at;	/* when the last attempt failed or gave way (core/turn.h); 0: it did not */
	unsigned failures;	/* attempts in a row that failed or gave way */
	uint64_t retry_at;	/* no new attempt before that; 0: at once */
	uint64_t deadline;	/* of CONNECTING or CLOSING; USEC_NEVER: none */
	/* a pairing broke the link: until then it is opened again without telling its holders; 0: no */
	uint64_t recover_until;
	uint64_t turns;		/* how many operations were begun on it */
	uint64_t linger;	/* when it is closed, because nobody holds it; USEC_NEVER: somebody does */
	uint64_t order;		/* place in the queue: the smaller waits longer */
	uint64_t asked_turn;	/* the last turn (core/rota.h) that any user had before it was asked for */
};

/* addr: any address of the device. NULL: there is no link to it. */
Link *link_find(const Radio *radio, const Addr *addr);

/* From the edge: BlueZ's device changed, or vanished (mirror->known is false). The edge sets resolved only
 * when it has shown all attributes. */
void link_mirror(Radio *radio, const Addr *addr, const LinkMirror *mirror, uint64_t now);
/* The answer to ops->link_connect: 0, -EAGAIN if another try may help, or an error. */
void link_connect_done(Link *link, int error, const Reason *reason, uint64_t now);
/* The answer to ops->link_disconnect: 0, or an error if BlueZ does not close the link. */
void link_disconnect_done(Link *link, int error, uint64_t now);

/* The radio has learned that some addresses are of one device: updates and joins its links. */
void links_identify(Radio *radio, uint64_t now);

/* Whether a pairing broke the link, and it is being opened again without telling its holders. */
bool link_is_recovering(const Link *link);

/* For the other files of links. */
Link *link_new(Radio *radio, const Addr *addr);
void link_free(Link *link);
bool link_is_wanted(const Link *link);			/* somebody waits for it, or wants it back */
void link_set_mirror(Link *link, const LinkMirror *mirror);	/* stores it; link_mirror also acts on it */
void link_serve_waits(Link *link);			/* the link is up: all who wait get it */
void link_changed(Link *link, unsigned changes);	/* LinkChange bits */
void link_own(Link *link, bool ours);			/* sets ours, and has the ledger written */
void link_begin(Link *link, uint64_t now);		/* begins an attempt */
void link_close(Link *link, uint64_t now);		/* or leaves it, if it is not ours */
void link_settle(Link *link, uint64_t now);		/* the steps that do not depend on other links */
void link_time_out(Link *link, uint64_t now);		/* its deadline has come */
void link_recover_expired(Link *link, uint64_t now);	/* its recover_until has come */
/* The radio is off or gone: the link is lost, and who waits for it gets error and reason. */
void link_radio_gone(Link *link, int error, const Reason *reason, uint64_t now);

/* For link-mirror.c. */
void link_up(Link *link);
void link_lost(Link *link, const char *reason, uint64_t now);	/* reason: as of news_link_lost */
void link_broke(Link *link, uint64_t now);	/* it went down again before its services were known */
void link_hide(Link *link);		/* removes its object from what programs see */
void link_cancel_work(Link *link);	/* ends its pairing and operations */
