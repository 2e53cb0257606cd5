/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A device's Connect() and Disconnect(), and its link: whoever asked, there is one for all. */
#pragma once

#include "gatt.h"

typedef struct Connection Connection;

typedef struct ConnectionOps {
	void (*changed)(void *owner); /* Connected, once it has */
	/* ServicesResolved has changed. The table that was found; NULL: nothing was. */
	void (*resolved)(void *owner, const AttrTable *table);
	void (*failed)(void *owner); /* an attempt */
	bool (*elevate)(void *owner); /* as of a link */
} ConnectionOps;

Connection *connection_new(Bus *bus, Air *air, Radio *radio, uint64_t addr, bool random,
			   Gatt *gatt, const ConnectionOps *ops, void *owner);
Connection *connection_free(Connection *connection); /* after connection_close */

/* These answer the call. */
void connection_connect(Connection *connection, GDBusMethodInvocation *call);
void connection_disconnect(Connection *connection, GDBusMethodInvocation *call);
/* Pair() needs a link. NULL when one is coming; else BlueZ's message of what is wrong. */
const char *connection_begin(Connection *connection);
/* The link is gone at once: the power is, or the device. */
void connection_close(Connection *connection);

void connection_set_addr(Connection *connection, uint64_t addr, bool random);
bool connection_is_up(const Connection *connection);
bool connection_is_resolved(const Connection *connection);
Link *connection_link(const Connection *connection); /* or NULL */
