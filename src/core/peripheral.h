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
	unsigned instances_used;	/* how many the radio had in use, when others were counted last */
	unsigned instances_others;	/* how many of them other programs have */
	uint64_t turn_began;	/* when the advertisements changed places last; USEC_NEVER: all are on air */
	Task settle;		/* peripheral_wake */
};

Peripheral *peripheral_new(Radio *radio);
void peripheral_end(Peripheral *peripheral);	/* takes it off the agenda */
/* All services and advertisements must be gone. Returns NULL; takes NULL. */
Peripheral *peripheral_free(Peripheral *peripheral);

/* What is wanted, or what is possible, may have changed: settled at the end of the turn. */
static inline void peripheral_wake(Peripheral *peripheral)
{
	task_at(&peripheral->settle, AT_ONCE);
}

/* BlueZ has forgotten all that we registered at this radio: it is unplugged, or bluetoothd is gone. */
void peripheral_forgotten(Peripheral *peripheral, uint64_t now);
void peripheral_off(Peripheral *peripheral);	/* the radio is off: its centrals are gone */
void peripheral_on(Peripheral *peripheral);	/* the radio is on again */

/* The session lets go of all that it has here. */
void peripheral_drop_session(Peripheral *peripheral, Session *session, uint64_t now);
/* Whether any session advertises or serves here, or a central is connected. */
bool peripheral_is_used(const Peripheral *peripheral);
/* A bus connection left: it listens to no service any more. */
void peripheral_peer_gone(Peripheral *peripheral, const char *connection);

/*
 * From the edge: BlueZ says that a device is connected, or no longer. BlueZ does not tell who opened the
 * link, so the device counts as a client unless we connected to it, or nobody here advertises or serves.
 */
void peripheral_device(Peripheral *peripheral, const Addr *addr, bool connected, bool bonded);

/*
 * Disconnects the centrals that use the session's services; and those that use nobody's, if no other session
 * advertises or serves here. E_BUSY, and all stay, if one of them also uses another session's services.
 * E_NOT_CONNECTED if there is none. E_BLUEZ_UNAVAILABLE.
 */
int peripheral_disconnect(Peripheral *peripheral, const Session *session, Reason *reason);
/*
 * Disconnects that central, if it uses services of that owner's sessions only; or nobody's, where nobody else
 * advertises or serves here. Errors as above.
 */
int peripheral_disconnect_client(Peripheral *peripheral, const char *owner, const Addr *addr, Reason *reason);

/* The MTU of the last central that uses the session's services and told its MTU; 0: there is none. */
uint16_t peripheral_mtu(const Peripheral *peripheral, const Session *session);
