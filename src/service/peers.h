/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bus connections that call us, and whose they are. Credentials are asked for once a connection, without waiting;
 * its calls stand in line until the answer is there. One NameOwnerChanged match tells of all that leave.
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
	GQueue calls;		/* Call: those that wait, in order of arrival */
} Peer;

typedef struct PeersOps {
	/* Its calls may run now; or error says why none of them may. */
	void (*known)(void *userdata, Peer *peer, int error, const Reason *reason);
	/* It left; the peer is freed afterwards. */
	void (*gone)(void *userdata, Peer *peer);
} PeersOps;

int peers_new(Peers **ret, sd_bus *bus, Quota *quota, const PeersOps *ops, void *userdata);
Peers *peers_free(Peers *peers);

/* The peer of that name, made (and asked for) on first use. */
int peers_get(Peers *peers, const char *name, Peer **ret);

/* All that there are. No peer comes or goes meanwhile. */
void peers_for_each(const Peers *peers, void (*each)(Peer *peer));
