/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The queue of operations on an attribute. */
#include "core/attr-op.h"

#include "core/attr.h"
#include "core/link.h"

AttrOp *attr_op_new(Attr *attr, OpKind kind)
{
	AttrOp *op = g_new0(AttrOp, 1);

	op->attr = attr;
	op->kind = kind;
	op->waits = g_ptr_array_new();
	g_queue_push_tail(&attr->ops, op);
	return op;
}

static void op_free(AttrOp *op)
{
	g_ptr_array_free(op->waits, TRUE);
	if (op->value)
		g_bytes_unref(op->value);
	g_free(op);
}

/* Tells all who wait; the operation is off the queue. */
static void op_finish(AttrOp *op, int error, const Reason *reason, GBytes *value)
{
	/* one at a time: a waiter that is told may take others off the list */
	while (op->waits->len > 0) {
		OpWait *wait = g_ptr_array_steal_index(op->waits, 0);

		wait->op = NULL;
		wait->done(wait, error, reason, value);
	}
	op_free(op);
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

void attr_op_wait(AttrOp *op, OpWait *wait)
{
	wait->op = op;
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
	/* what is on the air is not taken back; what only stands in line is, unless it is a write, which was accepted */
	if (op->waits->len == 0 && !op->running && !op->ended && op->kind == OP_READ) {
		g_queue_remove(&op->attr->ops, op);
		op_free(op);
	}
}

AttrOp *attr_last_switch(const Attr *attr)
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

void attr_op_done(AttrOp *op, int error, const Reason *reason, GBytes *value)
{
	Attr *attr = op->attr;

	g_queue_remove(&attr->ops, op);
	op->running = false;
	op->ended = true;
	if (error == 0 && op->kind == OP_NOTIFY_ON)
		attr->upstream = true;
	if (op->kind == OP_NOTIFY_OFF)
		attr->upstream = false;
	if (error == 0 && op->kind == OP_READ && op->offset == 0)
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
}

int attr_read(Attr *attr, uint16_t offset, OpWait *wait, Reason *reason)
{
	AttrOp *last = g_queue_peek_tail(&attr->ops);
	int r;

	if (attr->kind == ATTR_CHARACTERISTIC && !(attr->properties & PROP_READ))
		return reason_set(reason, E_NOT_PERMITTED, "characteristic 0x%04x cannot be read", attr->handle);
	r = attr_check_security(attr, reason);
	if (r != 0)
		return r;
	if (!last || last->kind != OP_READ || last->offset != offset) {
		last = attr_op_new(attr, OP_READ);
		last->offset = offset;
	}
	attr_op_wait(last, wait);
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
	op = attr_op_new(attr, kind);
	op->offset = offset;
	op->value = g_bytes_new(value, length);
	attr_op_wait(op, wait);
	return 0;
}
