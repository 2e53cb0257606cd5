/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bus connections that call us, and whose they are. Credentials are asked for once a connection, without
 * waiting; its calls stand in line until the answer is there. One NameOwnerChanged match tells of all that
 * leave.
 */
#pragma once

#include <glib.h>
#include <systemd/sd-bus.h>

#include "core/charge.h"
#include "util/error.h"
#include "util/macros.h"

typedef struct Peers Peers;

typedef struct Peer {
	Peers *peers;
	char *name;		/* unique bus name */
	User *user;		/* NULL until known */
	Charge charge;
	sd_bus_slot *lookup;
	GQueue early;		/* sd_bus_message: calls that came before it was known */
	size_t early_bytes;
	GQueue calls;		/* Call: those that wait, in order of arrival */

	/* what we sent, and it has not shown to have read: bytes, about */
	size_t unread;
	size_t asked;		/* of those, before the ping that is under way */
	sd_bus_slot *ping;	/* NULL: none */
	bool stuck;		/* it does not read */
	bool gone;
} Peer;

typedef struct PeersOps {
	/* Its calls may run now; or error says why none of them may. */
	void (*known)(void *userdata, Peer *peer, int error, const Reason *reason);
	/* It does not read what it is sent, or it does so again. */
	void (*reads)(void *userdata, Peer *peer, bool reads);
	/* It left; the peer is freed afterwards. */
	void (*gone)(void *userdata, Peer *peer);
} PeersOps;

int peers_new(Peers **ret, sd_bus *bus, Quota *quota, const PeersOps *ops, void *userdata);
Peers *peers_free(Peers *peers);

/* The peer of that name, made (and asked for) on first use. */
int peers_get(Peers *peers, const char *name, Peer **ret);

/* NULL: it has not called us yet. */
const Peer *peers_find(const Peers *peers, const char *name);

/* All that there are. No peer comes or goes meanwhile. */
void peers_for_each(const Peers *peers, void (*each)(Peer *peer));

/*
 * Sends a signal of about so many bytes of content to that connection. What it does not read would gather in
 * the bus without end, so it is asked now and then (org.freedesktop.DBus.Peer.Ping, which libraries answer by
 * themselves, and behind what was sent before) whether it reads. One that has READER_WINDOW bytes before it
 * gets no more until it answers, or calls us. 0: sent; -ENOBUFS: it does not read; -ENOTCONN: it has left.
 */
#define READER_WINDOW (256 * 1024)
int peers_send(Peers *peers, const char *connection, sd_bus_message *m, size_t bytes);
bool peers_reads(const Peers *peers, const char *connection);
void peer_alive(Peer *peer);	/* it called us */
