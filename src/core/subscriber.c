/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bus connections that want a session's signals, and what they are told. */
#include "core/subscriber.h"

#include <string.h>

#include "core/news.h"
#include "meaning/constants.h"

/* The connection's subscription, or NULL: it has one at most. Good until the next comes or goes. */
static Subscriber *subscriber_find(const Session *session, const char *connection)
{
	for (guint i = 0; i < session->subscribers->len; i++) {
		Subscriber *subscriber = &g_array_index(session->subscribers, Subscriber, i);

		if (strcmp(subscriber->connection, connection) == 0)
			return subscriber;
	}
	return NULL;
}

void subscribers_raise(Session *session, uint32_t event)
{
	if (session->events & event)
		return;
	session->events |= event;
	for (guint i = 0; i < session->subscribers->len; i++) {
		Subscriber *subscriber = &g_array_index(session->subscribers, Subscriber, i);

		if (!(subscriber->triggers & event))
			continue;
		if (subscriber->stuck)
			subscriber->held |= event;
		else
			news_session_event(session, subscriber->connection, event);
	}
}

void subscriber_hold(Session *session, const char *connection, uint32_t events)
{
	Subscriber *subscriber = subscriber_find(session, connection);

	if (subscriber)
		subscriber->held |= events;
}

void subscribers_tell_client(Session *session, const Addr *addr, bool connected)
{
	const uint32_t event = connected ? EVENT_CLIENT_CONNECTED : EVENT_CLIENT_DISCONNECTED;

	for (guint i = 0; i < session->subscribers->len; i++) {
		const Subscriber *subscriber = &g_array_index(session->subscribers, Subscriber, i);

		if (subscriber->triggers & event)
			news_session_client(session, subscriber->connection, addr, connected);
	}
	subscribers_raise(session, event);
}

/* A connection takes reports again: those that wait in the ring are handed over. */
static void session_wake_reader(Session *session)
{
	if (!session->filter.by_signal || !session->ring || ring_count(session->ring) == 0)
		return;
	task_at(&session->batch, session->last_batch);
}

static uint64_t subscriber_size(const char *connection)
{
	return sizeof(Subscriber) + strlen(connection) + 1;
}

int subscriber_may_come(const Session *session, const char *connection, Reason *reason)
{
	Charge charge;
	int r;

	if (subscriber_find(session, connection))
		return 0;	/* and pays already */
	if (session->subscribers->len >= SUBSCRIBERS_MAX)
		return reason_set(reason, E_LIMIT_REACHED,
				  "%u connections get this session's signals, the limit; Callback with 0 "
				  "unsubscribes one",
				  SUBSCRIBERS_MAX);
	r = charge_bytes(&charge, session->user, subscriber_size(connection), reason);
	if (r == 0)
		charge_end(&charge);
	return r;
}

void subscriber_add(Session *session, const char *connection, uint32_t triggers)
{
	Subscriber subscriber = { .triggers = triggers };

	subscriber_remove(session, connection);
	if (triggers == 0 || session->subscribers->len >= SUBSCRIBERS_MAX ||
	    charge_init(&subscriber.charge, session->user, QUOTA_BYTES, subscriber_size(connection)) < 0)
		return;
	subscriber.connection = g_strdup(connection);
	g_array_append_val(session->subscribers, subscriber);

	/* an event whose bit is set already is not raised again, so this connection would never hear of it */
	if (session->events & triggers)
		news_session_event(session, connection, session->events & triggers);
	session_wake_reader(session);
}

void subscriber_reads(Session *session, const char *connection, bool reads)
{
	Subscriber *subscriber = subscriber_find(session, connection);

	if (!subscriber)
		return;
	subscriber->stuck = !reads;
	if (!reads)
		return;
	if (subscriber->held != 0)
		news_session_event(session, connection, subscriber->held);
	subscriber->held = 0;
	session_wake_reader(session);
}

void subscriber_remove(Session *session, const char *connection)
{
	Subscriber *subscriber = subscriber_find(session, connection);

	if (!subscriber)
		return;
	g_free(subscriber->connection);
	charge_end(&subscriber->charge);
	g_array_remove_index(session->subscribers,
			     (guint)(subscriber - (Subscriber *)(void *)session->subscribers->data));
	session_idle_again(session);
}
