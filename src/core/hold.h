/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A session's hold of a link. The link stays open as long as somebody has one. Each is charged to the user of
 * its session as if the link were its own, from when the session begins to wait for it (ConnectWait). A link
 * without holds, which lingers or is being closed, is nobody's: it has one of the radio's few slots.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/broker.h"
#include "core/charge.h"

typedef struct Hold {
	Session *session;
	bool auto_reconnect;	/* a lost link is opened again for it */
	Charge charge;
} Hold;

bool hold_is_there(const Link *link, const Session *session);

/* Ends the session's hold, and all that it has by it: subscriptions, streams, claims, calls that wait, the
 * pairing. E_NOT_CONNECTED if it does not hold the link. */
int hold_release(Link *link, Session *session, uint64_t now);

/* For links.c: charges a hold that is to come. E_LIMIT_REACHED. */
int hold_charge(Charge *charge, const Session *session, Reason *reason);
/* For link.c and links.c: takes the charge over, and leaves it empty. */
void hold_add(Link *link, Session *session, bool auto_reconnect, Charge *charge);
/* the one way in which a hold ends; false: the session had none */
bool hold_drop(Link *link, const Session *session, uint64_t now);
bool hold_wants_back(const Link *link);			/* whether a lost link is to be opened again */
