/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who wants the notifications of a characteristic, and the pipes between programs and it. */
#include "core/listener.h"

#include <string.h>

#include "core/attr.h"
#include "core/link.h"
#include "core/session.h"
#include "meaning/constants.h"

static void remove_sub(Attr *attr, guint index)
{
	AttrSub sub = g_array_index(attr->subs, AttrSub, index);

	g_array_remove_index(attr->subs, index);
	g_free(sub.connection);
	charge_end(&sub.charge);
}

/* Takes the stream at that place off the list, and tells its edge. */
static void attr_end_stream(Attr *attr, guint place)
{
	AttrStream *stream = g_ptr_array_steal_index(attr->streams, place);

	stream->attr = NULL;
	stream->end(stream);
}

void listeners_refuse(Attr *attr, const AttrOp *op, bool others)
{
	for (guint i = attr->subs->len; i-- > 0;) {
		const AttrSub *sub = &g_array_index(attr->subs, AttrSub, i);

		if (sub->pending == op || (!sub->pending && others))
			remove_sub(attr, i);
	}
	for (guint i = attr->streams->len; i-- > 0;) {
		const AttrStream *stream = g_ptr_array_index(attr->streams, i);

		if (stream->notify && (stream->pending == op || (!stream->pending && others)))
			attr_end_stream(attr, i);
	}
}

void listeners_accept(Attr *attr, const AttrOp *op)
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
		return attr_op_check_security(attr, reason);
	return reason_set(reason, E_NOT_PERMITTED, "characteristic 0x%04x has no notifications",
			  attr->handle);
}

int listener_subscribe(Attr *attr, Session *session, const char *connection, OpWait *wait, Reason *reason)
{
	int r = check_notify(attr, reason);
	AttrSub sub = { .session = session };
	AttrOp *op = NULL;

	if (r == 0 && !is_subscribed(attr, session, connection))
		r = charge_bytes(&sub.charge, session->user, sizeof(sub) + strlen(connection) + 1, reason);
	if (r == 0)
		r = attr_op_switch(attr, true, session, &op, reason);
	if (r != 0) {
		charge_end(&sub.charge);
		return r;
	}
	if (sub.charge.user) {
		sub.connection = g_strdup(connection);
		sub.pending = op;
		g_array_append_val(attr->subs, sub);
	}
	if (op)
		attr_op_wait(op, session, wait);
	return op ? 1 : 0;
}

bool listeners_are_there(const Attr *attr)
{
	for (guint i = 0; i < attr->streams->len; i++)
		if (((const AttrStream *)g_ptr_array_index(attr->streams, i))->notify)
			return true;
	return attr->subs->len > 0;
}

void listeners_stop_unwanted(Attr *attr)
{
	Reason reason;
	AttrOp *op;

	if (!listeners_are_there(attr))
		(void)attr_op_switch(attr, false, NULL, &op, &reason);
}

int listener_add_stream(Attr *attr, AttrStream *stream, OpWait *wait, Reason *reason)
{
	AttrOp *op = NULL;
	int r = 0;

	if (stream->notify)
		r = check_notify(attr, reason);
	else if (!(attr->properties & PROP_WRITE_NR))
		r = reason_set(reason, E_NOT_PERMITTED,
			       "characteristic 0x%04x takes no writes without response", attr->handle);
	else if (!claim_allows(attr->link, attr, stream->session))
		r = reason_set(reason, E_BUSY, "another session has claimed the sole right to write here");
	if (r != 0)
		return r;
	if (stream->notify)
		r = attr_op_switch(attr, true, stream->session, &op, reason);
	if (r != 0)
		return r;
	stream->attr = attr;
	stream->pending = op;
	g_ptr_array_add(attr->streams, stream);
	if (op)
		attr_op_wait(op, stream->session, wait);
	return op ? 1 : 0;
}

void listener_remove_stream(AttrStream *stream)
{
	Attr *attr = stream->attr;

	if (!attr)
		return;
	g_ptr_array_remove(attr->streams, stream);
	stream->attr = NULL;
	listeners_stop_unwanted(attr);
}

/* Ends the session's streams; session NULL: all of them. */
static void attr_end_streams(Attr *attr, const Session *session)
{
	for (guint i = attr->streams->len; i-- > 0;) {
		const AttrStream *stream = g_ptr_array_index(attr->streams, i);

		if (!session || stream->session == session)
			attr_end_stream(attr, i);
	}
}

void listeners_drop_session(Attr *attr, const Session *session)
{
	attr_op_drop_waits(attr, session);
	attr_end_streams(attr, session);
	listener_unsubscribe(attr, session);
	listeners_stop_unwanted(attr);
}

void listener_unsubscribe(Attr *attr, const Session *session)
{
	bool any = false;

	for (guint i = attr->subs->len; i-- > 0;) {
		if (g_array_index(attr->subs, AttrSub, i).session != session)
			continue;
		remove_sub(attr, i);
		any = true;
	}
	if (any)
		listeners_stop_unwanted(attr);
}

/* Another subscription of the same session that is in the same state (pending), or NULL. */
static AttrSub *attr_other_sub(const Attr *attr, const AttrSub *sub)
{
	for (guint i = 0; i < attr->subs->len; i++) {
		AttrSub *other = &g_array_index(attr->subs, AttrSub, i);

		if (other != sub && other->session == sub->session && other->pending == sub->pending)
			return other;
	}
	return NULL;
}

void listeners_peer_gone(Attr *attr, const char *connection)
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
		/* the session keeps one subscription, so that its events are still counted; more would pile
		 * up as programs come and go */
		other->events |= events;
		remove_sub(attr, i);
	}
}

/* A value that was notified. */
typedef struct Notified {
	GBytes *value;
	uint64_t time;
} Notified;

static void notified_free(void *data)
{
	Notified *notified = data;

	g_bytes_unref(notified->value);
	g_free(notified);
}

void listeners_notify(Attr *attr, GBytes *value, uint64_t now)
{
	Notified *notified = g_new(Notified, 1);

	*notified = (Notified){ .value = g_bytes_ref(value), .time = now };
	g_queue_push_tail(&attr->notified, notified);
	for (guint i = 0; i < attr->subs->len; i++)
		g_array_index(attr->subs, AttrSub, i).events |= EVENT_CHAR_NOTIFY;
	task_at(&attr->notify, AT_ONCE);
}

static void attr_tell(Attr *attr, const Notified *notified)
{
	for (guint i = 0; i < attr->subs->len; i++) {
		AttrSub *sub = &g_array_index(attr->subs, AttrSub, i);
		const Face *face = sub->session->face;

		face->ops->attr_notification(face->userdata, attr, sub, notified->value, notified->time);
	}
	for (guint i = attr->streams->len; i-- > 0;) {
		AttrStream *stream = g_ptr_array_index(attr->streams, i);

		if (stream->notify && !stream->value(stream, notified->value))
			attr_end_stream(attr, i);
	}
}

void listeners_run(Task *task, uint64_t now UNUSED)
{
	Attr *attr = CONTAINER_OF(task, Attr, notify);
	Notified *notified;

	while ((notified = g_queue_pop_head(&attr->notified))) {
		attr_tell(attr, notified);
		notified_free(notified);
	}
	listeners_stop_unwanted(attr);
}

uint32_t listeners_take_events(Attr *attr, const Session *session)
{
	uint32_t events = 0;

	for (guint i = 0; i < attr->subs->len; i++) {
		AttrSub *sub = &g_array_index(attr->subs, AttrSub, i);

		if (sub->session != session)
			continue;
		events |= sub->events;
		sub->events = 0;
	}
	return events;
}

void listeners_drop(Attr *attr)
{
	task_cancel(&attr->notify);
	g_queue_clear_full(&attr->notified, notified_free);
	while (attr->subs->len > 0)
		remove_sub(attr, attr->subs->len - 1);
	attr_end_streams(attr, NULL);
}
