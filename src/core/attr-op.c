/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The queue of operations on an attribute. */
#include "core/attr-op.h"

#include "core/attr.h"
#include "core/link.h"
#include "core/orders.h"
#include "core/session.h"

static AttrOp *op_of_line(WaitLine *line)
{
	return CONTAINER_OF(line, AttrOp, waits);
}

static void on_start(Task *task, uint64_t now UNUSED)
{
	AttrOp *op = CONTAINER_OF(task, AttrOp, start);
	const Broker *broker = op->attr->link->broker;

	broker->ops->attr_start(broker->userdata, op);
}

static void op_free(void *data)
{
	AttrOp *op = data;

	wait_line_deinit(&op->waits);
	task_cancel(&op->start);
	if (op->value)
		g_bytes_unref(op->value);
	charge_end(&op->charge);
	g_free(op);
}

/* Takes an operation that nobody waits for off the queue, and frees it. */
static void op_drop(AttrOp *op)
{
	g_queue_remove(&op->attr->ops, op);
	op_free(op);
}

/* Whether nobody needs the operation any more. One that the edge has is not taken back; a switch of
 * notifications is needed as long as there are listeners, whether or not a call waits for it. */
static bool op_is_moot(const AttrOp *op)
{
	return op->waits.waits.length == 0 && !op->running && op->kind <= OP_WRITE_RELIABLE;
}

static void on_left(WaitLine *line, Wait *wait UNUSED)
{
	AttrOp *op = op_of_line(line);

	if (op_is_moot(op))
		op_drop(op);
}

static AttrOp *op_make(Attr *attr, OpKind kind)
{
	AttrOp *op = g_new0(AttrOp, 1);

	op->attr = attr;
	op->kind = kind;
	wait_line_init(&op->waits, on_left);
	task_init(&op->start, &attr->link->broker->agenda, on_start);
	return op;
}

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
	op = op_make(attr, kind);
	op->charge = charge;
	g_queue_push_tail(&attr->ops, op);
	*ret = op;
	return 0;
}

bool attr_op_forget(AttrOp *op)
{
	const Broker *broker = op->attr->link->broker;

	if (task_is_due(&op->start)) {
		task_cancel(&op->start);
		return false;
	}
	broker->ops->attr_forget(broker->userdata, op);
	return true;
}

/* Answers a call with the part of the value that it asked for. */
static void op_answer(OpWait *wait, GBytes *value)
{
	Reason past;
	GBytes *rest;

	if (wait->offset > g_bytes_get_size(value)) {
		reason_set(&past, E_ATT_ERROR, "%s", ATT_PAST_THE_END);
		wait_end(&wait->wait, E_ATT_ERROR, &past);
		return;
	}
	rest = g_bytes_new_from_bytes(value, wait->offset, g_bytes_get_size(value) - wait->offset);
	wait_end_with(&wait->wait, rest);
	g_bytes_unref(rest);
}

/* Answers all calls that wait, and frees the operation, which is off the queue already. */
static void op_finish(AttrOp *op, int error, const Reason *reason, GBytes *value)
{
	const GList *first;

	while (error == 0 && value && (first = op->waits.waits.head))
		op_answer(CONTAINER_OF((Wait *)first->data, OpWait, wait), value);
	wait_line_end(&op->waits, error, reason);
	op_free(op);
}

void attr_op_next(Attr *attr)
{
	AttrOp *op = g_queue_peek_head(&attr->ops);

	if (!op || op->running || attr->link->recover_until != 0)
		return;
	/* bluetoothd keeps a subscription while the link is down, and can be told to end it then */
	if (!attr->link->bluez.connected && op->kind != OP_NOTIFY_OFF)
		return;
	op->running = true;
	op->turn = ++attr->link->turns;
	task_at(&op->start, AT_ONCE);
}

void attr_op_wait(AttrOp *op, Session *session, OpWait *wait)
{
	wait->wait.session = session;
	wait_stand(&op->waits, &wait->wait);
	attr_op_next(op->attr);
}

void attr_op_drop_waits(Attr *attr, const Session *session)
{
	GList *next;
	Reason reason;

	reason_set(&reason, E_NOT_CONNECTED, "the session let go of the link");
	for (GList *item = attr->ops.head; item; item = next) {
		AttrOp *op = item->data;
		Wait *wait;

		next = item->next;
		if (!op->running)
			wait_line_drop(&op->waits, session, E_NOT_CONNECTED, &reason);
		/* the call will be answered, but later, when the session's memory may be another one's */
		while (op->running && (wait = wait_line_find(&op->waits, session)))
			wait->session = NULL;
		if (op_is_moot(op))
			op_drop(op);
	}
}

/* The last OP_NOTIFY_ON or OP_NOTIFY_OFF in the queue, or NULL. */
static AttrOp *attr_last_switch(const Attr *attr)
{
	for (GList *item = attr->ops.tail; item; item = item->prev) {
		AttrOp *op = item->data;

		if (op->kind == OP_NOTIFY_ON || op->kind == OP_NOTIFY_OFF)
			return op;
	}
	return NULL;
}

bool attr_op_will_notify(const Attr *attr)
{
	const AttrOp *last = attr_last_switch(attr);

	return last ? last->kind == OP_NOTIFY_ON : attr->upstream;
}

int attr_op_switch(Attr *attr, bool on, Session *session, AttrOp **ret, Reason *reason)
{
	AttrOp *last = attr_last_switch(attr);
	Reason undone;
	int r;

	*ret = NULL;
	if (attr_op_will_notify(attr) == on) {
		*ret = on ? last : NULL;
		return 0;
	}
	if (!last || last->running) {
		r = attr_op_new(attr, on ? OP_NOTIFY_ON : OP_NOTIFY_OFF, session, 0, &last, reason);
		if (r != 0)
			return r;
		*ret = last;
		attr_op_next(attr);
		return 0;
	}
	/* take the last switch back: then notifications stay as the operations before it leave them, or have
	 * left them, for one may have failed */
	g_queue_remove(&attr->ops, last);
	reason_set(&undone, E_FAILED, "the notifications were ended meanwhile");
	op_finish(last, E_FAILED, &undone, NULL);
	return attr_op_switch(attr, on, session, ret, reason);
}

void attr_op_done(AttrOp *op, int error, const Reason *reason, GBytes *value)
{
	Attr *attr = op->attr;

	g_queue_remove(&attr->ops, op);
	op->running = false;
	if (error == 0 && op->kind == OP_NOTIFY_ON)
		attr->upstream = true;
	if (op->kind == OP_NOTIFY_OFF)
		attr->upstream = false;
	if (error == 0 && op->kind == OP_READ)
		attr_take_value(attr, value);
	/* a link that was lost meanwhile is no refusal by the peer: who listened before still does, once it
	 * is back */
	if (op->kind == OP_NOTIFY_ON && error != 0)
		listeners_refuse(attr, op, error != E_NOT_CONNECTED);
	else if (op->kind == OP_NOTIFY_ON)
		listeners_accept(attr, op);

	attr_op_next(attr);
	op_finish(op, error, reason, value);
}

/* Ends all operations; one that is running is taken back from the edge. */
void attr_op_cancel_all(Attr *attr, int error, const Reason *reason)
{
	AttrOp *op;

	while ((op = g_queue_pop_head(&attr->ops))) {
		/* bluetoothd ends the notifications whether or not we hear its answer, if it was asked */
		if (op->running && attr_op_forget(op) && op->kind == OP_NOTIFY_OFF)
			attr->upstream = false;
		if (op->kind == OP_NOTIFY_ON)
			listeners_refuse(attr, op, false);
		op_finish(op, error, reason, NULL);
	}
}

void attr_op_leave(Attr *attr)
{
	AttrOp *op = op_make(attr, OP_NOTIFY_OFF);

	op->running = true;
	op->turn = ++attr->link->turns;
	order_notify_off(attr->link->broker, op, op_free);
}

int attr_op_check_security(const Attr *attr, Reason *reason)
{
	return attr->wants_pairing ? reason_set(reason, E_ATT_ERROR, "%s", ATT_WANTS_PAIRING) : 0;
}

void attr_op_suspend(Attr *attr)
{
	AttrOp *op = g_queue_peek_head(&attr->ops);

	if (!op || !op->running)
		return;
	op->running = false;
	(void)attr_op_forget(op);
	if (op_is_moot(op))
		op_drop(op);
}

int attr_op_read(Attr *attr, Session *session, uint16_t offset, OpWait *wait, Reason *reason)
{
	AttrOp *last = g_queue_peek_tail(&attr->ops);
	int r;

	if (attr->kind == ATTR_CHARACTERISTIC && !(attr->properties & PROP_READ))
		return reason_set(reason, E_NOT_PERMITTED, "characteristic 0x%04x cannot be read",
				  attr->handle);
	r = attr_op_check_security(attr, reason);
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
			return reason_set(reason, E_NOT_PERMITTED,
					  "characteristic 0x%04x cannot be written%s", attr->handle,
					  kind == OP_WRITE_COMMAND    ? " without response (type: request)"
					  : kind == OP_WRITE_RELIABLE ? " reliably (type: request)"
					  : (attr->properties & PROP_WRITE_NR)
						  ? " with response (type: command)"
						  : "");
	}
	if (kind == OP_WRITE_COMMAND && offset > 0)
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "offset: a write command has none (type: request)");
	if (length + offset > ATTR_VALUE_MAX)
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "value: %zu bytes at offset %u; an attribute has at most %d", length,
				  offset, ATTR_VALUE_MAX);
	if (kind == OP_WRITE_COMMAND && attr->mtu > 3 && length > attr->mtu - 3u)
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "value: %zu bytes; a write command carries at most %d here (MTU - 3)",
				  length, attr->mtu - 3);
	return attr_op_check_security(attr, reason);
}

int attr_op_write(Attr *attr, Session *session, OpKind kind, uint16_t offset, const void *value,
		  size_t length, OpWait *wait, Reason *reason)
{
	AttrOp *op;
	int r;

	if (attr->kind == ATTR_DESCRIPTOR)
		kind = OP_WRITE_REQUEST;
	r = check_write(attr, kind, length, offset, reason);
	if (r != 0)
		return r;
	if (!claim_allows(attr->link, attr, session))
		return reason_set(reason, E_BUSY, "another session has claimed the sole right to write here");
	r = attr_op_new(attr, kind, session, length, &op, reason);
	if (r != 0)
		return r;
	op->offset = offset;
	op->value = g_bytes_new(value, length);
	attr_op_wait(op, session, wait);
	return 0;
}
