/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The attributes of a peer: services, characteristics, descriptors, known by their handles, as BlueZ shows them. Each has
 * a queue of what is to be done with it, one thing at a time, so that BlueZ never has to say InProgress; and the sessions
 * that want its notifications.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "core/broker.h"
#include "core/uuid.h"
#include "util/error.h"
#include "util/macros.h"


typedef enum AttrKind {
	ATTR_SERVICE,
	ATTR_CHARACTERISTIC,
	ATTR_DESCRIPTOR,
} AttrKind;

/* Characteristic properties by Pycom's numbers, which are those of the declaration (Core Specification Vol 3 Part G
 * 3.3.1.1). */
enum {
	PROP_BROADCAST = 0x01,
	PROP_READ = 0x02,
	PROP_WRITE_NR = 0x04,
	PROP_WRITE = 0x08,
	PROP_NOTIFY = 0x10,
	PROP_INDICATE = 0x20,
	PROP_AUTH = 0x40,
	PROP_EXT_PROP = 0x80,
};

#define ATTR_VALUE_MAX 512	/* Vol 3 Part F 3.2.9 */

typedef enum OpKind {
	OP_READ,
	OP_WRITE_REQUEST,
	OP_WRITE_COMMAND,
	OP_WRITE_RELIABLE,
	OP_NOTIFY_ON,
	OP_NOTIFY_OFF,
} OpKind;

/* Somebody who waits for the end of an operation. Lives in the waiter; off the list before done is called. */
typedef struct OpWait {
	/* value: of a read, else NULL; borrowed */
	void (*done)(struct OpWait *wait, int error, const Reason *reason, GBytes *value);
	struct AttrOp *op;	/* NULL while not waiting */
} OpWait;

/* Something that is done with an attribute on the air, for all who wait for it. */
struct AttrOp {
	Attr *attr;
	OpKind kind;
	uint16_t offset;
	GBytes *value;		/* of a write */
	bool running;		/* the edge has it */
	bool ended;		/* off the queue: its waiters are being told */
	GPtrArray *waits;
	void *edge;		/* the edge's own */
};

/* A session's subscription to a characteristic, over one bus connection. */
struct AttrSub {
	Session *session;
	char *connection;
	uint32_t events;	/* of the session, since it last asked */
	const AttrOp *pending;	/* which is to bring it about; NULL: done */
};

/*
 * A pipe between a program and the characteristic, for a session. Lives in the edge; core takes it off the list and calls
 * end when the session lets go, or the characteristic goes.
 */
typedef struct AttrStream {
	Attr *attr;		/* NULL while not on the list */
	Session *session;
	bool notify;		/* takes notifications; else it carries writes */
	const AttrOp *pending;	/* as AttrSub's */
	void (*value)(struct AttrStream *stream, GBytes *value);	/* of a notification */
	void (*end)(struct AttrStream *stream);
} AttrStream;

struct Attr {
	Link *link;
	AttrKind kind;
	uint16_t handle;
	Attr *parent;		/* service of a characteristic, characteristic of a descriptor */
	/* mirrored */
	bool present;		/* BlueZ shows it now */
	Uuid uuid;
	bool primary;
	char **flags;		/* BlueZ's words */
	uint16_t mtu;		/* 0: not told */
	/* ours */
	uint32_t properties;	/* PROP_ bits */
	GBytes *value;		/* last known, or NULL */
	GQueue ops;		/* AttrOp; the head may be running */
	GArray *subs;		/* AttrSub */
	GPtrArray *streams;	/* AttrStream */
	bool upstream;		/* BlueZ sends us its notifications */
	Session *claim;		/* who alone may write */
};

/* In link->attrs, by handle and kind. */
int attr_new(Attr **ret, Link *link, AttrKind kind, uint16_t handle);
/* Ends all operations with E_DOES_NOT_EXIST. */
Attr *attr_free(Attr *attr);

Attr *attr_find(const Link *link, AttrKind kind, uint16_t handle);
void attr_set_flags(Attr *attr, char **flags);	/* takes them over */

/*
 * Queue something. 0: wait->done will be called. Else E_NOT_PERMITTED (the flags do not allow it), E_BUSY (claimed),
 * E_INVALID_ARGUMENTS (a value too long for the MTU, or at all).
 * A read joins the read that was asked for last, unless a write came after it.
 */
int attr_read(Attr *attr, uint16_t offset, OpWait *wait, Reason *reason);
int attr_write(Attr *attr, Session *session, OpKind kind, uint16_t offset, const void *value, size_t length, OpWait *wait,
	       Reason *reason);
void op_wait_cancel(OpWait *wait);	/* no harm if it does not wait */

/*
 * Subscribes the session: 0 if notifications come already, 1 if wait->done will be called when they do, E_NOT_PERMITTED
 * where the characteristic has none.
 */
int attr_subscribe(Attr *attr, Session *session, const char *connection, OpWait *wait, Reason *reason);
void attr_unsubscribe(Attr *attr, const Session *session);
/* The session lets go of the link: subscriptions and streams. */
void attr_drop_session(Attr *attr, const Session *session);
AttrSub *attr_sub(const Attr *attr, const Session *session);	/* the first of that session, or NULL */

/* Adds a stream for the session. As attr_subscribe for one that takes notifications; else 0, or E_NOT_PERMITTED where the
 * characteristic takes no write commands. */
int attr_add_stream(Attr *attr, AttrStream *stream, OpWait *wait, Reason *reason);
void attr_remove_stream(AttrStream *stream);	/* without end; no harm if it is not on a list */

void attr_peer_gone(Attr *attr, const char *connection);

/* From the edge. */
void attr_op_done(AttrOp *op, int error, const Reason *reason, GBytes *value);
/* BlueZ showed a value: a notification, or what a read gave. */
void attr_value(Attr *attr, GBytes *value, uint64_t now);

/* BlueZ shows it, with all that it says of it. */
void attr_appeared(Attr *attr);
/* BlueZ does not show it any more. It goes, unless the link is down and somebody still wants its notifications,
 * or has a claim on it or on a part of it. */
void attr_vanished(Attr *attr);

/* The link is gone, or back: what was under way ends with E_NOT_CONNECTED; notifications are asked for again if BlueZ
 * forgot them. */
void attr_link_lost(Attr *attr);
void attr_restore(Attr *attr);
