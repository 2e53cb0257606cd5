/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The centrals that are connected to a radio, and whose services they use. */
#pragma once

#include "core/pairing.h"
#include "core/peripheral.h"

/* What a program is asked about a central that pairs with us. */
typedef struct ClientQuestion {
	Session *session;	/* whose program; NULL: none is open */
	void (*answer)(void *edge, bool accept, uint32_t passkey);
	void *edge;
} ClientQuestion;

/* A central that is connected to us. */
typedef struct Client {
	Addr addr;		/* the one that programs were told; stays while it is connected */
	uint16_t mtu;		/* as its last request told; 0: not told */
	GPtrArray *sessions;	/* whose services it used */
	GPtrArray *told;	/* sessions that were told that it came */
	bool bonded;
	ClientQuestion question;
	GArray *long_reads;	/* of core/long-read */
	bool long_reads_lost;	/* it began too many of them, so that one was forgotten */
} Client;

/* Whether the session advertises or has a service. */
bool peripheral_used_by(const Peripheral *peripheral, const Session *session);
/* The central of that address (any of the device's) that is connected to us, or NULL. */
Client *client_find(const Peripheral *peripheral, const Addr *addr);

/* The central used the session's services, with that MTU (0: not told). Adds it where BlueZ has not said yet
 * that it is connected. */
Client *client_uses(Peripheral *peripheral, const Addr *addr, uint16_t mtu, Session *session);

/* For peripheral.c. */
Client *client_add(Peripheral *peripheral, const Addr *addr);
/* The session goes. */
void client_forget_session(const Peripheral *peripheral, const Client *client, Session *session);
/* tells the sessions that advertise or serve here, or were told that it came, that the central left */
void client_left(const Peripheral *peripheral, const Client *client);
void client_end(Client *client);
/* For client-pairing.c: the answer to the question, if one is open; told: the program knows that it is over.
 */
void client_question_end(Client *client, bool accept, uint32_t passkey, bool told);
