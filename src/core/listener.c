/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who wants the notifications of a characteristic, and the pipes to it. */
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

/* Takes one off the list, and says so. */
static void attr_end_stream(Attr *attr, guint place)
{
	AttrStream *stream = g_ptr_array_steal_index(attr->streams, place);

	stream->attr = NULL;
	stream->end(stream);
}

void attr_refuse_listeners(Attr *attr, const AttrOp *op, bool others)
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

void attr_accept_listeners(Attr *attr, const AttrOp *op)
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
		return attr_check_security(attr, reason);
	return reason_set(reason, E_NOT_PERMITTED, "characteristic 0x%04x has no notifications", attr->handle);
}

int attr_subscribe(Attr *attr, Session *session, const char *connection, OpWait *wait, Reason *reason)
{
	int r = check_notify(attr, reason);
	AttrSub sub = { .session = session };
	AttrOp *op = NULL;

	if (r == 0 && !is_subscribed(attr, session, connection))
		r = charge_bytes(&sub.charge, session->user, sizeof(sub) + strlen(connection) + 1, reason);
	if (r == 0)
		r = attr_switch(attr, true, session, &op, reason);
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

bool attr_is_listened_to(const Attr *attr)
{
	for (guint i = 0; i < attr->streams->len; i++)
		if (((const AttrStream *)g_ptr_array_index(attr->streams, i))->notify)
			return true;
	return attr->subs->len > 0;
}

void attr_stop_unwanted(Attr *attr)
{
	Reason reason;
	AttrOp *op;

	if (!attr_is_listened_to(attr))
		(void)attr_switch(attr, false, NULL, &op, &reason);
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
		r = attr_switch(attr, true, stream->session, &op, reason);
	if (r != 0)
		return r;
	stream->attr = attr;
	stream->pending = op;
	g_ptr_array_add(attr->streams, stream);
	if (op)
		attr_op_wait(op, stream->session, wait);
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
		const AttrStream *stream = g_ptr_array_index(attr->streams, i);

		if (!session || stream->session == session)
			attr_end_stream(attr, i);
	}
}

void attr_drop_session(Attr *attr, const Session *session)
{
	attr_drop_waits(attr, session);
	attr_end_streams(attr, session);
	attr_unsubscribe(attr, session);
	attr_stop_unwanted(attr);
}

void attr_unsubscribe(Attr *attr, const Session *session)
{
	bool any = false;

	for (guint i = attr->subs->len; i-- > 0;) {
		if (g_array_index(attr->subs, AttrSub, i).session != session)
			continue;
		remove_sub(attr, i);
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
		remove_sub(attr, i);
	}
}

void attr_notify_listeners(Attr *attr, GBytes *value, uint64_t now)
{
	const Broker *broker = attr->link->broker;
	bool any_left = false;

	for (guint i = 0; i < attr->subs->len; i++) {
		AttrSub *sub = &g_array_index(attr->subs, AttrSub, i);

		sub->events |= EVENT_CHAR_NOTIFY;
		broker->ops->attr_notification(broker->userdata, attr, sub, value, now);
	}
	for (guint i = attr->streams->len; i-- > 0;) {
		AttrStream *stream = g_ptr_array_index(attr->streams, i);

		if (!stream->notify || stream->value(stream, value))
			continue;
		attr_end_stream(attr, i);
		any_left = true;
	}
	if (any_left)
		attr_stop_unwanted(attr);
}

uint32_t attr_take_events(Attr *attr, const Session *session)
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

void attr_free_listeners(Attr *attr)
{
	while (attr->subs->len > 0)
		remove_sub(attr, attr->subs->len - 1);
	g_array_free(attr->subs, TRUE);
	attr_end_streams(attr, NULL);
	g_ptr_array_free(attr->streams, TRUE);
}
