/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The attributes of a peer, and what is done with them. */
#include "core/attr.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/constants.h"
#include "core/link.h"
#include "core/session.h"

static const BrokerOps *attr_ops(const Attr *attr)
{
	return attr->link->broker->ops;
}

static void *attr_userdata(const Attr *attr)
{
	return attr->link->broker->userdata;
}

/* --- operations --- */

static AttrOp *op_new(Attr *attr, OpKind kind)
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

static void attr_next(Attr *attr)
{
	AttrOp *op = g_queue_peek_head(&attr->ops);

	if (!op || op->running || !attr->link->bluez.connected)
		return;
	op->running = true;
	attr_ops(attr)->attr_start(attr_userdata(attr), op);
}

static void op_wait_on(AttrOp *op, OpWait *wait)
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

/* What is queued last of switching notifications on and off, or NULL. */
static AttrOp *attr_last_switch(const Attr *attr)
{
	for (GList *item = attr->ops.tail; item; item = item->prev) {
		AttrOp *op = item->data;

		if (op->kind == OP_NOTIFY_ON || op->kind == OP_NOTIFY_OFF)
			return op;
	}
	return NULL;
}

/* Whether notifications come once all that is queued is done. */
static bool attr_will_notify(const Attr *attr)
{
	const AttrOp *last = attr_last_switch(attr);

	return last ? last->kind == OP_NOTIFY_ON : attr->upstream;
}

/* A listener whose subscription failed is none. others: nor are those any more who listened before. */
static void attr_refuse_listeners(Attr *attr, const AttrOp *op, bool others)
{
	for (guint i = attr->subs->len; i-- > 0;) {
		const AttrSub sub = g_array_index(attr->subs, AttrSub, i);

		if (sub.pending != op && (sub.pending || !others))
			continue;
		g_array_remove_index(attr->subs, i);
		g_free(sub.connection);
	}
	for (guint i = attr->streams->len; i-- > 0;) {
		AttrStream *stream = g_ptr_array_index(attr->streams, i);

		if (!stream->notify || (stream->pending != op && (stream->pending || !others)))
			continue;
		g_ptr_array_remove_index(attr->streams, i);
		stream->attr = NULL;
		stream->end(stream);
	}
}

static void attr_accept_listeners(Attr *attr, const AttrOp *op)
{
	for (guint i = 0; i < attr->subs->len; i++) {
		AttrSub *sub = &g_array_index(attr->subs, AttrSub, i);

		if (sub->pending == op)
			sub->pending = NULL;
	}
	for (guint i = 0; i < attr->streams->len; i++) {
		AttrStream *stream = g_ptr_array_index(attr->streams, i);

		if (stream->pending == op)
			stream->pending = NULL;
	}
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
	if (error == 0 && op->kind == OP_READ && op->offset == 0) {
		g_clear_pointer(&attr->value, g_bytes_unref);
		attr->value = g_bytes_ref(value);
	}
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
static void attr_cancel(Attr *attr, int error, const Reason *reason)
{
	GQueue ops = attr->ops;
	AttrOp *op;

	g_queue_init(&attr->ops);
	for (GList *item = ops.head; item; item = item->next) {
		op = item->data;
		if (op->running)
			attr_ops(attr)->attr_forget(attr_userdata(attr), op);
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

int attr_read(Attr *attr, uint16_t offset, OpWait *wait, Reason *reason)
{
	AttrOp *last = g_queue_peek_tail(&attr->ops);

	if (attr->kind == ATTR_CHARACTERISTIC && !(attr->properties & PROP_READ))
		return reason_set(reason, E_NOT_PERMITTED, "characteristic 0x%04x cannot be read", attr->handle);
	if (!last || last->kind != OP_READ || last->offset != offset) {
		last = op_new(attr, OP_READ);
		last->offset = offset;
	}
	op_wait_on(last, wait);
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
	return 0;
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
	op = op_new(attr, kind);
	op->offset = offset;
	op->value = g_bytes_new(value, length);
	op_wait_on(op, wait);
	return 0;
}

/* --- notifications --- */

AttrSub *attr_sub(const Attr *attr, const Session *session)
{
	for (guint i = 0; i < attr->subs->len; i++) {
		AttrSub *sub = &g_array_index(attr->subs, AttrSub, i);

		if (sub->session == session)
			return sub;
	}
	return NULL;
}

static bool is_subscribed(const Attr *attr, const Session *session, const char *connection)
{
	for (guint i = 0; i < attr->subs->len; i++) {
		const AttrSub *sub = &g_array_index(attr->subs, AttrSub, i);

		if (sub->session == session && strcmp(sub->connection, connection) == 0)
			return true;
	}
	return false;
}

static int check_notify(const Attr *attr, Reason *reason)
{
	if (attr->properties & (PROP_NOTIFY | PROP_INDICATE))
		return 0;
	return reason_set(reason, E_NOT_PERMITTED, "characteristic 0x%04x has no notifications", attr->handle);
}

/* Sees to it that BlueZ sends us notifications: NULL if it does, else the operation that wait waits for. */
static AttrOp *attr_ask_upstream(Attr *attr)
{
	AttrOp *last = attr_last_switch(attr);

	if (last && last->kind == OP_NOTIFY_ON)
		return last;
	return attr_will_notify(attr) ? NULL : op_new(attr, OP_NOTIFY_ON);
}

int attr_subscribe(Attr *attr, Session *session, const char *connection, OpWait *wait, Reason *reason)
{
	int r = check_notify(attr, reason);
	AttrOp *op;

	if (r != 0)
		return r;
	op = attr_ask_upstream(attr);
	if (!is_subscribed(attr, session, connection)) {
		AttrSub sub = { .session = session, .connection = g_strdup(connection), .pending = op };

		g_array_append_val(attr->subs, sub);
	}
	if (op)
		op_wait_on(op, wait);
	return op ? 1 : 0;
}

static bool attr_is_listened_to(const Attr *attr)
{
	for (guint i = 0; i < attr->streams->len; i++)
		if (((const AttrStream *)g_ptr_array_index(attr->streams, i))->notify)
			return true;
	return attr->subs->len > 0;
}

/* Nobody wants them any more. */
static void attr_stop_unwanted(Attr *attr)
{
	if (attr_is_listened_to(attr) || !attr_will_notify(attr))
		return;
	op_new(attr, OP_NOTIFY_OFF);
	attr_next(attr);
}

int attr_add_stream(Attr *attr, AttrStream *stream, OpWait *wait, Reason *reason)
{
	AttrOp *op = NULL;
	int r = 0;

	if (stream->notify)
		r = check_notify(attr, reason);
	else if (!(attr->properties & PROP_WRITE_NR))
		r = reason_set(reason, E_NOT_PERMITTED, "characteristic 0x%04x takes no writes without response",
			       attr->handle);
	else if (!link_may_write(attr->link, attr, stream->session))
		r = reason_set(reason, E_BUSY, "another session has claimed the sole right to write here");
	if (r != 0)
		return r;
	if (stream->notify)
		op = attr_ask_upstream(attr);
	stream->attr = attr;
	stream->pending = op;
	g_ptr_array_add(attr->streams, stream);
	if (op)
		op_wait_on(op, wait);
	return op ? 1 : 0;
}

void attr_remove_stream(AttrStream *stream)
{
	Attr *attr = stream->attr;

	if (!attr)
		return;
	g_ptr_array_remove(attr->streams, stream);
	stream->attr = NULL;
	attr_stop_unwanted(attr);
}

/* Ends the session's streams; session NULL: all of them. */
static void attr_end_streams(Attr *attr, const Session *session)
{
	for (guint i = attr->streams->len; i-- > 0;) {
		AttrStream *stream = g_ptr_array_index(attr->streams, i);

		if (session && stream->session != session)
			continue;
		g_ptr_array_remove_index(attr->streams, i);
		stream->attr = NULL;
		stream->end(stream);
	}
}

/* The session lets go of the link: what it has here goes. */
void attr_drop_session(Attr *attr, const Session *session)
{
	attr_end_streams(attr, session);
	attr_unsubscribe(attr, session);
	attr_stop_unwanted(attr);
}

void attr_unsubscribe(Attr *attr, const Session *session)
{
	bool any = false;

	for (guint i = attr->subs->len; i-- > 0;) {
		char *connection = g_array_index(attr->subs, AttrSub, i).connection;

		if (g_array_index(attr->subs, AttrSub, i).session != session)
			continue;
		g_array_remove_index(attr->subs, i);
		g_free(connection);
		any = true;
	}
	if (any)
		attr_stop_unwanted(attr);
}

/* Another one of the same session, as good as this one. */
static AttrSub *attr_other_sub(const Attr *attr, const AttrSub *sub)
{
	for (guint i = 0; i < attr->subs->len; i++) {
		AttrSub *other = &g_array_index(attr->subs, AttrSub, i);

		if (other != sub && other->session == sub->session && other->pending == sub->pending)
			return other;
	}
	return NULL;
}

void attr_peer_gone(Attr *attr, const char *connection)
{
	for (guint i = attr->subs->len; i-- > 0;) {
		AttrSub *sub = &g_array_index(attr->subs, AttrSub, i), *other;
		uint32_t events = sub->events;

		if (strcmp(sub->connection, connection) != 0)
			continue;
		sub->connection[0] = '\0';
		other = attr_other_sub(attr, sub);
		if (!other)
			continue;
		/* one that counts the session's events is enough: programs that come and go leave nothing behind */
		other->events |= events;
		g_free(sub->connection);
		g_array_remove_index(attr->subs, i);
	}
}

void attr_value(Attr *attr, GBytes *value, uint64_t now)
{
	g_clear_pointer(&attr->value, g_bytes_unref);
	attr->value = g_bytes_ref(value);
	for (guint i = 0; i < attr->subs->len; i++) {
		AttrSub *sub = &g_array_index(attr->subs, AttrSub, i);

		sub->events |= EVENT_CHAR_NOTIFY;
		attr_ops(attr)->attr_notification(attr_userdata(attr), attr, sub, value, now);
	}
	for (guint i = 0; i < attr->streams->len; i++) {
		AttrStream *stream = g_ptr_array_index(attr->streams, i);

		if (stream->notify)
			stream->value(stream, value);
	}
}

/* --- life --- */

int attr_new(Attr **ret, Link *link, AttrKind kind, uint16_t handle)
{
	Attr *attr = calloc(1, sizeof(*attr));
	guint at = 0;

	if (!attr)
		return -ENOMEM;
	attr->link = link;
	attr->kind = kind;
	attr->handle = handle;
	attr->subs = g_array_new(FALSE, FALSE, sizeof(AttrSub));
	attr->streams = g_ptr_array_new();
	g_queue_init(&attr->ops);
	while (at < link->attrs->len && ((Attr *)g_ptr_array_index(link->attrs, at))->handle < handle)
		at++;
	g_ptr_array_insert(link->attrs, (gint)at, attr);
	*ret = attr;
	return 0;
}

Attr *attr_free(Attr *attr)
{
	Reason reason;

	if (!attr)
		return NULL;
	reason_set(&reason, E_DOES_NOT_EXIST, "the device has no attribute 0x%04x any more", attr->handle);
	if (attr->link->exposed)
		attr_ops(attr)->attr_removed(attr_userdata(attr), attr);
	g_ptr_array_remove(attr->link->attrs, attr);
	for (guint i = 0; i < attr->link->attrs->len; i++) {
		Attr *other = g_ptr_array_index(attr->link->attrs, i);

		if (other->parent == attr)
			other->parent = NULL;
	}
	attr_cancel(attr, E_DOES_NOT_EXIST, &reason);
	for (guint i = 0; i < attr->subs->len; i++)
		g_free(g_array_index(attr->subs, AttrSub, i).connection);
	g_array_free(attr->subs, TRUE);
	attr_end_streams(attr, NULL);
	g_ptr_array_free(attr->streams, TRUE);
	g_strfreev(attr->flags);
	g_clear_pointer(&attr->value, g_bytes_unref);
	free(attr);
	return NULL;
}

Attr *attr_find(const Link *link, AttrKind kind, uint16_t handle)
{
	for (guint i = 0; i < link->attrs->len; i++) {
		Attr *attr = g_ptr_array_index(link->attrs, i);

		if (attr->handle == handle && attr->kind == kind)
			return attr;
	}
	return NULL;
}

void attr_set_flags(Attr *attr, char **flags)
{
	static const struct {
		const char *flag;
		uint32_t property;
	} words[] = {
		{ "broadcast", PROP_BROADCAST },
		{ "read", PROP_READ },
		{ "write-without-response", PROP_WRITE_NR },
		{ "write", PROP_WRITE },
		{ "notify", PROP_NOTIFY },
		{ "indicate", PROP_INDICATE },
		{ "authenticated-signed-writes", PROP_AUTH },
		{ "extended-properties", PROP_EXT_PROP },
		{ "reliable-write", PROP_EXT_PROP },
		{ "writable-auxiliaries", PROP_EXT_PROP },
	};

	g_strfreev(attr->flags);
	attr->flags = flags;
	attr->properties = 0;
	for (char **flag = flags; flag && *flag; flag++)
		for (size_t i = 0; i < ARRAY_SIZE(words); i++)
			if (strcmp(*flag, words[i].flag) == 0)
				attr->properties |= words[i].property;
}

void attr_appeared(Attr *attr)
{
	attr->present = true;
	if (attr->link->exposed)
		attr_ops(attr)->attr_added(attr_userdata(attr), attr);
	if (attr->link->state == LINK_UP)
		attr_restore(attr);
}

/* Whether it is to be kept for the time when the link is back. */
static bool attr_is_kept(const Attr *attr)
{
	const GPtrArray *attrs = attr->link->attrs;

	for (guint i = 0; i < attrs->len; i++)
		if (((const Attr *)g_ptr_array_index(attrs, i))->parent == attr)
			return true;
	return attr_is_listened_to(attr) || attr->claim;
}

void attr_vanished(Attr *attr)
{
	attr->present = false;
	attr->upstream = false;
	if (attr->link->bluez.connected || !attr_is_kept(attr))
		attr_free(attr);
}

void attr_link_lost(Attr *attr)
{
	Reason reason;

	reason_set(&reason, E_NOT_CONNECTED, "the link was lost");
	attr_cancel(attr, E_NOT_CONNECTED, &reason);
}

void attr_restore(Attr *attr)
{
	bool wanted = attr_is_listened_to(attr);

	if (wanted != attr_will_notify(attr))
		op_new(attr, wanted ? OP_NOTIFY_ON : OP_NOTIFY_OFF);
	attr_next(attr);
}
