/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sessions that want the notifications of a characteristic: by signals (AttrSub), or through a pipe
 * (AttrStream). */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/attr-op.h"
#include "core/broker.h"
#include "core/charge.h"
#include "util/error.h"

/* A session's subscription to a characteristic, over one bus connection. */
struct AttrSub {
	Session *session;
	char *connection;
	Charge charge;
	uint32_t events;	/* EVENT_ bits since the session last asked */
	const AttrOp *pending;	/* the operation that is to subscribe; NULL: it is done */
};

/*
 * A pipe between a program and the characteristic, for a session. Lives in the edge; core takes it off the
 * list and calls end when the session lets go of the link, or the characteristic goes.
 */
typedef struct AttrStream {
	Attr *attr;		/* NULL while not on the list */
	Session *session;
	bool notify;		/* takes notifications; else it carries writes */
	const AttrOp *pending;	/* as AttrSub's */
	/* passes a notified value on; false: nobody reads the pipe any more, and core ends it */
	bool (*value)(struct AttrStream *stream, GBytes *value);
	void (*end)(struct AttrStream *stream);
} AttrStream;

/*
 * Subscribes the session: 0 if notifications come already, 1 if wait's done will be called when they do,
 * E_NOT_PERMITTED where the characteristic has none, E_ATT_ERROR (pair first), E_LIMIT_REACHED.
 */
int listener_subscribe(Attr *attr, Session *session, const char *connection, OpWait *wait, Reason *reason);
void listener_unsubscribe(Attr *attr, const Session *session);
/* The session lets go of the link: subscriptions and streams. */
void listeners_drop_session(Attr *attr, const Session *session);
/* EVENT_ bits of the session since the last call; clears them. */
uint32_t listeners_take_events(Attr *attr, const Session *session);

/* Adds a stream for its session. For notifications: as listener_subscribe. For writes: 0; E_NOT_PERMITTED
 * where the characteristic takes no write commands; E_BUSY where another session has a claim. */
int listener_add_stream(Attr *attr, AttrStream *stream, OpWait *wait, Reason *reason);
void listener_remove_stream(AttrStream *stream);	/* end is not called; no harm if it is on no list */

/* A bus connection left: no more signals to it. */
void listeners_peer_gone(Attr *attr, const char *connection);

/* For attr.c and attr-op.c. */
bool listeners_are_there(const Attr *attr);
/* Switches the notifications off if nobody wants them any more. */
void listeners_stop_unwanted(Attr *attr);
/* op has subscribed those who waited for it. */
void listeners_accept(Attr *attr, const AttrOp *op);
/* op has failed: drops those who waited for it, and with others also those who listened before. */
void listeners_refuse(Attr *attr, const AttrOp *op, bool others);
void listeners_notify(Attr *attr, GBytes *value, uint64_t now);	/* told at the end of the turn */
void listeners_run(Task *notify, uint64_t now);
void listeners_drop(Attr *attr);	/* the attribute goes */
