/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The links of a radio. At most max_links have a slot at a time; who wants one more waits for its turn
 * (core/turn.h). They are connected one after the other, because some controllers fail at two at once.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/connect-wait.h"
#include "core/radio.h"
#include "meaning/addr.h"

/* Asks for the link to a device: 0 if it is up, and wait's session holds it now; 1 if wait's done will be
 * called; E_CONNECTION_REFUSED if the device takes no connections; E_LIMIT_REACHED if the user may keep no
 * more; or what radio_ready says. */
int links_connect(Radio *radio, const Addr *addr, ConnectWait *wait, uint64_t now, Reason *reason);

/* The session is gone: ends its holds of, and waits for, all links. */
void links_drop_session(Radio *radio, Session *session, uint64_t now);

/* Whether the session holds a link, or waits for one. */
bool links_hold_session(const Radio *radio, const Session *session);

/* A bus connection left: its subscriptions for a user session stay, but send it no more signals. */
void links_peer_gone(Radio *radio, const char *connection);

/* For radios.c and broker-events.c. */
void links_run(Task *links_due, uint64_t now);	/* run by the task: settles all links of the radio */
void links_radio_gone(Radio *radio, uint64_t now);	/* it is off, unplugged, or without bluetoothd */
/* bluetoothd answers again; pause: microseconds for which it did not, and no deadline ran. */
void links_resume(Radio *radio, uint64_t pause);
void links_end(Radio *radio);				/* frees all of them */
