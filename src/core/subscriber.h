/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bus connections that want a session's signals, and what they are told. */
#pragma once

#include "core/session.h"

/* A user session may have this many: each is told of everything. */
#define SUBSCRIBERS_MAX 64

typedef struct Subscriber {
	char *connection;
	Charge charge;
	uint32_t triggers;	/* EVENT_ bits that it wants signals for */
	bool stuck;		/* does not read its signals */
	uint32_t held;		/* events that it is told of when it reads again */
} Subscriber;

/* Whether the session, and the user's memory, have room for one more: 0 or E_LIMIT_REACHED. Without room,
 * subscriber_add only removes what the connection had. */
int subscriber_may_come(const Session *session, const char *connection, Reason *reason);
/* triggers 0 unsubscribes. An event whose bit is set already is signalled at once. */
void subscriber_add(Session *session, const char *connection, uint32_t triggers);
void subscriber_remove(Session *session, const char *connection);

/* The connection has stopped reading its signals, or reads again. */
void subscriber_reads(Session *session, const char *connection, bool reads);

/* The connection turned out to be stuck when it was to be told of events: it is told when it reads again. */
void subscriber_hold(Session *session, const char *connection, uint32_t events);

/* An event happened: sets its bit, and unless it was set, tells the subscribers that want it. */
void subscribers_raise(Session *session, uint32_t event);
/* A central connected or left. */
void subscribers_tell_client(Session *session, const Addr *addr, bool connected);
