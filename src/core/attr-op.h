/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is to be done with an attribute, one thing at a time, so that BlueZ never has to say InProgress. The
 * queue is the order: of reads, writes, and of switching notifications on and off.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/broker.h"
#include "core/charge.h"
#include "core/wait.h"
#include "util/error.h"

typedef enum OpKind {
	OP_READ,
	OP_WRITE_REQUEST,
	OP_WRITE_COMMAND,
	OP_WRITE_RELIABLE,
	OP_NOTIFY_ON,
	OP_NOTIFY_OFF,
} OpKind;

/* Somebody who waits for the end of an operation; of a read, wait.value is what is wanted of the value. */
typedef struct OpWait {
	Wait wait;
	uint16_t offset;	/* of a read: from where on the value is wanted */
} OpWait;

/* Something that is done with an attribute on the air, for all who wait for it. */
struct AttrOp {
	Attr *attr;
	OpKind kind;
	Charge charge;		/* to who asked for it; nothing where we want it ourselves */
	uint16_t offset;	/* of a write: a value is read whole */
	GBytes *value;		/* of a write */
	bool running;		/* the edge has it, or is about to */
	Task start;		/* handed to the edge at the end of the turn */
	uint64_t turn;		/* of those that the edge has of this link, the smallest is the first */
	WaitLine waits;		/* OpWait */
	void *edge;		/* the edge's own */
};

/*
 * Queue something for a session. 0: its done will be called. Else E_NOT_PERMITTED (the flags do not allow
 * it), E_BUSY (claimed), E_INVALID_ARGUMENTS (a value too long for the MTU, or at all), E_LIMIT_REACHED. A
 * read joins the read that was asked for last, unless a write came after it. It is of the whole value, for
 * bluetoothd does not cut what it knew of a longer one, and would give the old end of it: each gets what it
 * wants of that, or E_ATT_ERROR where its offset is past the end.
 */
int attr_op_read(Attr *attr, Session *session, uint16_t offset, OpWait *wait, Reason *reason);
int attr_op_write(Attr *attr, Session *session, OpKind kind, uint16_t offset, const void *value,
		  size_t length, OpWait *wait, Reason *reason);
/* The session lets go of the link: what it waits for and the edge does not have yet ends with
 * E_NOT_CONNECTED. */
void attr_op_drop_waits(Attr *attr, const Session *session);

/* From the edge. */
void attr_op_done(AttrOp *op, int error, const Reason *reason, GBytes *value);

/* For attr.c and listener.c. */

/* At the end of the queue; bytes: of a write. E_LIMIT_REACHED. */
int attr_op_new(Attr *attr, OpKind kind, Session *session, size_t bytes, AttrOp **ret, Reason *reason);
/*
 * Notifications on or off, once all that is queued is done. One that stands in line and would bring about the
 * contrary is taken back, so that there is never more than one in line. session NULL: nobody's, for who
 * wanted them is gone, or we bring back what was there. *ret: who wants them on waits for that; NULL: for
 * nothing. E_LIMIT_REACHED.
 */
int attr_op_switch(Attr *attr, bool on, Session *session, AttrOp **ret, Reason *reason);
void attr_op_wait(AttrOp *op, Session *session, OpWait *wait);
void attr_op_next(Attr *attr);		/* begins what is at the head of the queue, if it can be */
void attr_op_forget(AttrOp *op);	/* the edge has nothing to do with it any more */
/* The attribute goes though BlueZ sends us its notifications: it is told to end that; nobody waits for the
 * answer. */
void attr_op_leave(Attr *attr);

/* What it is known to want: asking the device would make bluetoothd pair (core/pairing.h). E_ATT_ERROR. */
int attr_op_check_security(const Attr *attr, Reason *reason);
/* The link is recovered: the device has not heard of what is under way, so it is begun again on the
 * new link. */
void attr_op_suspend(Attr *attr);
void attr_op_cancel_all(Attr *attr, int error, const Reason *reason);
bool attr_op_will_notify(const Attr *attr);		/* once all that is queued is done */
