/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bus connections that want a session's signals, and what they are told. */
#pragma once

#include "core/session.h"

typedef struct Subscriber {
	char *connection;
	Charge charge;
	uint32_t triggers;
	bool stuck;		/* does not read */
} Subscriber;

/* Whether there is room for one more: E_LIMIT_REACHED. Without any, subscriber_add does nothing. */
int subscriber_may_come(const Session *session, const char *connection, Reason *reason);
/* triggers 0 unsubscribes. An event whose bit is set already is signalled at once. */
void subscriber_add(Session *session, const char *connection, uint32_t triggers);
void subscriber_remove(Session *session, const char *connection);

void subscriber_reads(Session *session, const char *connection, bool reads);

/* An event happened: who wants to know, and was not told since Events was read last, is told. */
void subscribers_raise(Session *session, uint32_t event);
/* A central came or left. */
void subscribers_tell_client(Session *session, const Addr *addr, bool connected);
