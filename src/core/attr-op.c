/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The queue of operations on an attribute. */
#include "core/attr-op.h"

#include "core/attr.h"
#include "core/link.h"
#include "core/session.h"

int attr_op_new(Attr *attr, OpKind kind, Session *session, size_t bytes, AttrOp **ret, Reason *reason)
{
	Charge charge = { 0 };
	AttrOp *op;
	int r;

	if (session) {
		r = charge_bytes(&charge, session->user, sizeof(*op) + bytes, reason);
		if (r != 0)
			return r;
	}
	op = g_new0(AttrOp, 1);
	op->attr = attr;
	op->kind = kind;
	op->charge = charge;
	op->waits = g_ptr_array_new();
	g_queue_push_tail(&attr->ops, op);
	*ret = op;
	return 0;
}

static void op_free(AttrOp *op)
{
	g_ptr_array_free(op->waits, TRUE);
	if (op->value)
		g_bytes_unref(op->value);
	charge_end(&op->charge);
	g_free(op);
}

/* Tells one who waits, and is off the list. */
static void wait_end(OpWait *wait, int error, const Reason *reason, GBytes *value)
{
	Reason past;
	GBytes *rest;

	wait->op = NULL;
	if (!value || wait->offset == 0) {
		wait->done(wait, error, reason, value);
	} else if (wait->offset > g_bytes_get_size(value)) {
		error = reason_set(&past, E_ATT_ERROR, "%s", ATT_PAST_THE_END);
		wait->done(wait, error, &past, NULL);
	} else {
		rest = g_bytes_new_from_bytes(value, wait->offset, g_bytes_get_size(value) - wait->offset);
		wait->done(wait, 0, NULL, rest);
		g_bytes_unref(rest);
	}
}

/* Tells all who wait; the operation is off the queue. */
static void op_finish(AttrOp *op, int error, const Reason *reason, GBytes *value)
{
	/* one at a time: a waiter that is told may take others off the list */
	while (op->waits->len > 0)
		wait_end(g_ptr_array_steal_index(op->waits, 0), error, reason, value);
	op_free(op);
}

/* Off the queue, and nobody is told: nobody waits, or they are told later. */
static void op_unlink(AttrOp *op)
{
	g_queue_remove(&op->attr->ops, op);
	op->ended = true;
}

/* Whether it is only for those who wait for it. What the edge has is not taken back; whether notifications are wanted is
 * asked of the listeners. */
static bool op_is_moot(const AttrOp *op)
{
	return op->waits->len == 0 && !op->running && !op->ended && op->kind <= OP_WRITE_RELIABLE;
}

void attr_next(Attr *attr)
{
	AttrOp *op = g_queue_peek_head(&attr->ops);

	if (!op || op->running || attr->link->mend_until != 0)
		return;
	/* bluetoothd keeps a subscription over a lost link, and takes it back meanwhile */
	if (!attr->link->bluez.connected && op->kind != OP_NOTIFY_OFF)
		return;
	op->running = true;
	op->turn = ++attr->link->turns;
	attr->link->broker->ops->attr_start(attr->link->broker->userdata, op);
}

void attr_op_wait(AttrOp *op, Session *session, OpWait *wait)
{
	wait->op = op;
	wait->session = session;
	g_ptr_array_add(op->waits, wait);
	attr_next(op->attr);
}

void op_wait_cancel(OpWait *wait)
{
	AttrOp *op = wait->op;

	if (!op)
		return;
	g_ptr_array_remove(op->waits, wait);
	wait->op = NULL;
	if (op_is_moot(op)) {
		op_unlink(op);
		op_free(op);
	}
}

/* The first that waits for that session, of what the edge does not have. */
static OpWait *next_dropped(const Attr *attr, const Session *session)
{
	for (GList *item = attr->ops.head; item; item = item->next) {
		const AttrOp *op = item->data;

		for (guint i = 0; i < op->waits->len; i++) {
			OpWait *wait = g_ptr_array_index(op->waits, i);

			if (wait->session != session)
				continue;
			if (!op->running)
				return wait;
			/* it is answered, but another session may come to lie where this one was */
			wait->session = NULL;
		}
	}
	return NULL;
}

void attr_drop_waits(Attr *attr, const Session *session)
{
	Reason reason;
	OpWait *wait;

	reason_set(&reason, E_NOT_CONNECTED, "the session let go of the link");
	while ((wait = next_dropped(attr, session))) {
		op_wait_cancel(wait);
		wait_end(wait, E_NOT_CONNECTED, &reason, NULL);
	}
}

/* The last in the queue of OP_NOTIFY_ON and OP_NOTIFY_OFF, or NULL. */
static AttrOp *attr_last_switch(const Attr *attr)
{
	for (GList *item = attr->ops.tail; item; item = item->prev) {
		AttrOp *op = item->data;

		if (op->kind == OP_NOTIFY_ON || op->kind == OP_NOTIFY_OFF)
			return op;
	}
	return NULL;
}

bool attr_will_notify(const Attr *attr)
{
	const AttrOp *last = attr_last_switch(attr);

	return last ? last->kind == OP_NOTIFY_ON : attr->upstream;
}

int attr_switch(Attr *attr, bool on, Session *session, AttrOp **ret, Reason *reason)
{
	AttrOp *last = attr_last_switch(attr);
	Reason undone;
	int r;

	*ret = NULL;
	if (attr_will_notify(attr) == on) {
		*ret = on ? last : NULL;
		return 0;
	}
	if (!last || last->running) {
		r = attr_op_new(attr, on ? OP_NOTIFY_ON : OP_NOTIFY_OFF, session, 0, &last, reason);
		if (r != 0)
			return r;
		*ret = last;
		attr_next(attr);
		return 0;
	}
	/* then things stay as those before it leave them */
	op_unlink(last);
	reason_set(&undone, E_FAILED, "the notifications were ended meanwhile");
	op_finish(last, E_FAILED, &undone, NULL);
	if (on) {
		last = attr_last_switch(attr);
		*ret = last;
	}
	return 0;
}

void attr_op_done(AttrOp *op, int error, const Reason *reason, GBytes *value)
{
	Attr *attr = op->attr;

	op_unlink(op);
	op->running = false;
	if (error == 0 && op->kind == OP_NOTIFY_ON)
		attr->upstream = true;
	if (op->kind == OP_NOTIFY_OFF)
		attr->upstream = false;
	if (error == 0 && op->kind == OP_READ)
		attr_take_value(attr, value);
	/* a link that was lost meanwhile is no refusal by the peer: who listened before still does, once it is back */
	if (op->kind == OP_NOTIFY_ON && error != 0)
		attr_refuse_listeners(attr, op, error != E_NOT_CONNECTED);
	else if (op->kind == OP_NOTIFY_ON)
		attr_accept_listeners(attr, op);

	/* the next one before they are told, for then the attribute may go */
	attr_next(attr);
	op_finish(op, error, reason, value);
}

/* Ends what is queued; what is on the air is forgotten by the edge. */
void attr_cancel(Attr *attr, int error, const Reason *reason)
{
	GQueue ops = attr->ops;
	AttrOp *op;

	g_queue_init(&attr->ops);
	for (GList *item = ops.head; item; item = item->next) {
		op = item->data;
		if (op->running)
			attr->link->broker->ops->attr_forget(attr->link->broker->userdata, op);
		/* it does that whether we hear of it or not */
		if (op->running && op->kind == OP_NOTIFY_OFF)
			attr->upstream = false;
		op->running = false;
		op->ended = true;
	}
	for (GList *item = ops.head; item; item = item->next)
		if (((AttrOp *)item->data)->kind == OP_NOTIFY_ON)
			attr_refuse_listeners(attr, item->data, false);
	/* they may do anything when they are told: the attribute is not looked at any more */
	while ((op = g_queue_pop_head(&ops)))
		op_finish(op, error, reason, NULL);
}

int attr_check_security(const Attr *attr, Reason *reason)
{
	return attr->wants_pairing ? reason_set(reason, E_ATT_ERROR, "%s", ATT_WANTS_PAIRING) : 0;
}

void attr_suspend(Attr *attr)
{
	AttrOp *op = g_queue_peek_head(&attr->ops);

	if (!op || !op->running)
		return;
	op->running = false;
	attr->link->broker->ops->attr_forget(attr->link->broker->userdata, op);
	if (op_is_moot(op)) {
		op_unlink(op);
		op_free(op);
	}
}

int attr_read(Attr *attr, Session *session, uint16_t offset, OpWait *wait, Reason *reason)
{
	AttrOp *last = g_queue_peek_tail(&attr->ops);
	int r;

	if (attr->kind == ATTR_CHARACTERISTIC && !(attr->properties & PROP_READ))
		return reason_set(reason, E_NOT_PERMITTED, "characteristic 0x%04x cannot be read", attr->handle);
	r = attr_check_security(attr, reason);
	if (r != 0)
		return r;
	if (!last || last->kind != OP_READ) {
		r = attr_op_new(attr, OP_READ, session, 0, &last, reason);
		if (r != 0)
			return r;
	}
	wait->offset = offset;
	attr_op_wait(last, session, wait);
	return 0;
}

static int check_write(const Attr *attr, OpKind kind, size_t length, uint16_t offset, Reason *reason)
{
	if (attr->kind == ATTR_CHARACTERISTIC) {
		uint32_t needed = kind == OP_WRITE_COMMAND ? PROP_WRITE_NR :
				  kind == OP_WRITE_RELIABLE ? PROP_WRITE | PROP_EXT_PROP : PROP_WRITE;

		if ((attr->properties & needed) != needed)
			return reason_set(reason, E_NOT_PERMITTED, "characteristic 0x%04x cannot be written%s", attr->handle,
					  kind == OP_WRITE_COMMAND ? " without response (type: request)" :
					  kind == OP_WRITE_RELIABLE ? " reliably (type: request)" :
					  (attr->properties & PROP_WRITE_NR) ? " with response (type: command)" : "");
	}
	if (length + offset > ATTR_VALUE_MAX)
		return reason_set(reason, E_INVALID_ARGUMENTS, "value: %zu bytes at offset %u; an attribute has at most %d",
				  length, offset, ATTR_VALUE_MAX);
	if (kind == OP_WRITE_COMMAND && attr->mtu > 3 && length > attr->mtu - 3u)
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "value: %zu bytes; a write command carries at most %d here (MTU - 3)", length,
				  attr->mtu - 3);
	return attr_check_security(attr, reason);
}

int attr_write(Attr *attr, Session *session, OpKind kind, uint16_t offset, const void *value, size_t length, OpWait *wait,
	       Reason *reason)
{
	AttrOp *op;
	int r;

	r = check_write(attr, kind, length, offset, reason);
	if (r != 0)
		return r;
	if (!link_may_write(attr->link, attr, session))
		return reason_set(reason, E_BUSY, "another session has claimed the sole right to write here");
	r = attr_op_new(attr, kind, session, length, &op, reason);
	if (r != 0)
		return r;
	op->offset = offset;
	op->value = g_bytes_new(value, length);
	attr_op_wait(op, session, wait);
	return 0;
}
