/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The peripheral side of a radio: what programs advertise through it, the services that they offer, and the
 * centrals that are connected to it.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "core/agenda.h"
#include "core/broker.h"
#include "meaning/addr.h"
#include "util/error.h"
#include "util/macros.h"

struct Peripheral {
	Radio *radio;
	GPtrArray *adverts;	/* Advert */
	/* LocalService, in order of creation, so that they keep their handles over a restart */
	GPtrArray *services;
	GPtrArray *clients;	/* Client */
	unsigned instances_used;	/* of the radio, when others were counted last */
	unsigned instances_others;	/* that other programs have */
	uint64_t turn_began;	/* since the advertisements changed places; USEC_NEVER: all are on air */
	Task settle;		/* brings about what is wanted */
};

Peripheral *peripheral_new(Radio *radio);
void peripheral_end(Peripheral *peripheral);	/* nothing is due any more */
/* All services and advertisements are gone with their sessions. */
Peripheral *peripheral_free(Peripheral *peripheral);

/* What is wanted, or can be, may have changed: settled at the end of the turn. */
static inline void peripheral_wake(Peripheral *peripheral)
{
	task_at(&peripheral->settle, AT_ONCE);
}

/* BlueZ has forgotten all that we registered at this radio: it is unplugged, or bluetoothd is gone. */
void peripheral_forgotten(Peripheral *peripheral, uint64_t now);
/* The radio is off: its centrals are gone. It is on again. */
void peripheral_off(Peripheral *peripheral);
void peripheral_on(Peripheral *peripheral);

/* The session lets go of all that it has here. */
void peripheral_drop_session(Peripheral *peripheral, Session *session, uint64_t now);
/* Whether anybody does, or a central is still connected. */
bool peripheral_is_used(const Peripheral *peripheral);
/* A bus connection left. */
void peripheral_peer_gone(Peripheral *peripheral, const char *connection);

/*
 * From the edge: BlueZ says that a device is connected, or no more. It is a client unless we connected to it,
 * or nobody here advertises or serves: BlueZ does not tell who called whom.
 */
void peripheral_device(Peripheral *peripheral, const Addr *addr, bool connected, bool bonded);

/*
 * Disconnects the centrals that use the session's services; and those that use nobody's if no other session
 * could mean them. E_BUSY, and all stay, if one uses another session's too. E_NOT_CONNECTED if there is none.
 */
int peripheral_disconnect(Peripheral *peripheral, const Session *session, Reason *reason);

/* The MTU of a central that uses the session's services: the last that was told; 0: none. */
uint16_t peripheral_mtu(const Peripheral *peripheral, const Session *session);
