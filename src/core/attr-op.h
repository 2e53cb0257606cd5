/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The operations on a peer's attribute, one at a time, so that BlueZ never has to say InProgress. Reads,
 * writes, and switches of notifications are done in the order of the queue.
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

/* A call that waits for the end of an operation; a read is answered with wait.value. */
typedef struct OpWait {
	Wait wait;
	uint16_t offset;	/* of a read: where the part that is wanted begins */
} OpWait;

/* An operation on an attribute, for all calls that wait for it. */
struct AttrOp {
	Attr *attr;
	OpKind kind;
	Charge charge;		/* to the user who asked for it; none if the broker itself did */
	uint16_t offset;	/* of a write; reads are of the whole value */
	GBytes *value;		/* of a write */
	bool running;		/* the edge has it, or is about to */
	Task start;		/* hands it to the edge at the end of the turn */
	uint64_t turn;		/* number among the link's operations, in the order in which they began */
	WaitLine waits;		/* OpWait */
	void *edge;		/* the edge's own data */
};

/*
 * Queue an operation for a session. 0: wait's done will be called. Else E_NOT_PERMITTED (not among the
 * properties), E_BUSY (claimed by another session), E_INVALID_ARGUMENTS (value too long), E_ATT_ERROR (the
 * device wants pairing), E_LIMIT_REACHED. A read joins the last operation of the queue if that is a read.
 * Reads are of the whole value: if asked from an offset on, bluetoothd gives the old end of a value that has
 * become shorter. Each call gets its part, or E_ATT_ERROR where its offset is past the end.
 */
int attr_op_read(Attr *attr, Session *session, uint16_t offset, OpWait *wait, Reason *reason);
int attr_op_write(Attr *attr, Session *session, OpKind kind, uint16_t offset, const void *value,
		  size_t length, OpWait *wait, Reason *reason);
/* The session lets go of the link: those of its calls whose operation the edge does not have yet end with
 * E_NOT_CONNECTED. */
void attr_op_drop_waits(Attr *attr, const Session *session);

/* From the edge: the operation is over, and is freed. value: of a read that succeeded. */
void attr_op_done(AttrOp *op, int error, const Reason *reason, GBytes *value);

/* For attr.c and listener.c. */

/* Queues a new operation. session: whose user pays for it, NULL: nobody; bytes: of a write's value.
 * E_LIMIT_REACHED. */
int attr_op_new(Attr *attr, OpKind kind, Session *session, size_t bytes, AttrOp **ret, Reason *reason);
/*
 * Switches notifications on or off, once all that is queued is done. A queued switch to the contrary is taken
 * back instead, so that there is never more than one in the queue. session: whose user pays for it; NULL:
 * nobody, where the last listener is gone, or the broker restores what was on. *ret: the operation for which
 * a call that wants notifications has to wait; NULL: none. E_LIMIT_REACHED.
 */
int attr_op_switch(Attr *attr, bool on, Session *session, AttrOp **ret, Reason *reason);
void attr_op_wait(AttrOp *op, Session *session, OpWait *wait);
void attr_op_next(Attr *attr);		/* begins the operation at the head of the queue, if it can */
/* Takes it back from the edge: no answer any more. Whether the edge had it. */
bool attr_op_forget(AttrOp *op);
/* The attribute goes while BlueZ still notifies us of its values: BlueZ is told to end that. Nobody waits for
 * the answer. */
void attr_op_leave(Attr *attr);

/* E_ATT_ERROR if the attribute is known to want a paired link: then to ask the device would make bluetoothd
 * pair (core/pairing.h). */
int attr_op_check_security(const Attr *attr, Reason *reason);
/* The link was lost, and is recovered: the running operation did not reach the device, and is begun again on
 * the new link. */
void attr_op_suspend(Attr *attr);
void attr_op_cancel_all(Attr *attr, int error, const Reason *reason);
bool attr_op_will_notify(const Attr *attr);		/* once all that is queued is done */
