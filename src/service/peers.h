/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bus connections that call us, and whose they are. The bus is asked for a connection's credentials once,
 * without waiting; its calls stand in line until the answer is there. One NameOwnerChanged match tells of all
 * connections that leave.
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
	GQueue early;		/* sd_bus_message: calls that came before the user was known */
	size_t early_bytes;
	GQueue calls;		/* Call: those that wait, in order of arrival */

	/* about how many bytes we sent that it has not shown to have read */
	size_t unread;
	size_t asked;		/* of those, the bytes sent before the ping that is under way */
	sd_bus_slot *ping;	/* NULL: none */
	bool stuck;		/* it does not read */
	bool watches;		/* Manager1.Watch */
	bool watches_rows;	/* Manager1.WatchRows */
	uint64_t rows_lost;	/* that it was not sent, and not told of */
	unsigned told;		/* ListChange bits that it was told of, and has not asked for since */
	bool gone;
} Peer;

typedef struct PeersOps {
	/* Its calls may run now; or error says why none of them may. */
	void (*known)(void *userdata, Peer *peer, int error, const Reason *reason);
	/* The peer has stopped reading what it is sent, or reads again. */
	void (*reads)(void *userdata, Peer *peer, bool reads);
	/* It left; the peer is freed afterwards. */
	void (*gone)(void *userdata, Peer *peer);
} PeersOps;

int peers_new(Peers **ret, sd_bus *bus, Quota *quota, const PeersOps *ops, void *userdata);
Peers *peers_free(Peers *peers);

/* The peer of that name; on first use it is made, and the bus asked for its credentials. Negative errno. */
int peers_get(Peers *peers, const char *name, Peer **ret);

/* NULL: it has not called us yet. */
const Peer *peers_find(const Peers *peers, const char *name);

/* Calls each for all peers, which may not make or free one. */
void peers_for_each(const Peers *peers, void (*each)(Peer *peer));

/*
 * Sends a signal with about so many bytes of content to that connection. What a program does not read would
 * gather in the bus without end, so it is asked now and then whether it reads
 * (org.freedesktop.DBus.Peer.Ping, which libraries answer by themselves, after what was sent before). A
 * connection with READER_WINDOW bytes unread gets no more until it answers, or calls us. 0: sent; -ENOBUFS:
 * it does not read; -ENOTCONN: it has left.
 */
#define READER_WINDOW (256 * 1024)
int peers_send(Peers *peers, const char *connection, sd_bus_message *m, size_t bytes);
bool peers_reads(const Peers *peers, const char *connection);
void peer_alive(Peer *peer);	/* the peer called us, so it reads */
