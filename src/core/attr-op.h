/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is to be done with an attribute, one thing at a time, so that BlueZ never has to say InProgress. The queue is the
 * order: of reads, writes, and of switching notifications on and off.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/broker.h"
#include "util/error.h"

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
	uint64_t turn;		/* of those that the edge has of this link, the smallest is the first */
	bool ended;		/* off the queue: its waiters are being told */
	GPtrArray *waits;
	void *edge;		/* the edge's own */
};

/*
 * Queue something. 0: wait->done will be called. Else E_NOT_PERMITTED (the flags do not allow it), E_BUSY (claimed),
 * E_INVALID_ARGUMENTS (a value too long for the MTU, or at all).
 * A read joins the read that was asked for last, unless a write came after it.
 */
int attr_read(Attr *attr, uint16_t offset, OpWait *wait, Reason *reason);
int attr_write(Attr *attr, Session *session, OpKind kind, uint16_t offset, const void *value, size_t length, OpWait *wait,
	       Reason *reason);
void op_wait_cancel(OpWait *wait);	/* no harm if it does not wait */

/* From the edge. */
void attr_op_done(AttrOp *op, int error, const Reason *reason, GBytes *value);

/* For attr.c and listener.c. */
AttrOp *attr_op_new(Attr *attr, OpKind kind);		/* at the end of the queue */
void attr_op_wait(AttrOp *op, OpWait *wait);
void attr_next(Attr *attr);

/* What it is known to want: asking the device would make bluetoothd pair (core/pairing.h). E_ATT_ERROR. */
int attr_check_security(const Attr *attr, Reason *reason);
/* The link is mended: the device has not heard of what is under way, so it is begun again on the new link. */
void attr_suspend(Attr *attr);				/* begins what is at the head of the queue, if it can be */
void attr_cancel(Attr *attr, int error, const Reason *reason);
AttrOp *attr_last_switch(const Attr *attr);		/* the last in the queue of OP_NOTIFY_ON and OP_NOTIFY_OFF, or NULL */
bool attr_will_notify(const Attr *attr);		/* once all that is queued is done */
