/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The links of a radio. At most max_links are up at a time; who wants one more waits, by priority, then age. One is
 * connected after the other, because some controllers fail at two at once.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/connect-wait.h"
#include "core/radio.h"
#include "meaning/addr.h"

/* Asks for the link to a device: 0 if it is up (and held now), 1 if wait->done will be called, else an error. */
int link_connect(Radio *radio, const Addr *addr, ConnectWait *wait, uint64_t now, Reason *reason);

/* Of all links: the session is gone. */
void links_drop_session(Radio *radio, Session *session, uint64_t now);

/* Whether the session holds a link, or waits for one. */
bool links_hold_session(const Radio *radio, const Session *session);

/* A bus connection left: what it subscribed to for a user session goes on, without signals to it. */
void links_peer_gone(Radio *radio, const char *connection);

/* The slots in use, and how many links are sought. */
unsigned links_used(const Radio *radio);
unsigned links_seeking(const Radio *radio);
unsigned links_connecting(const Radio *radio);	/* without a link yet */

/*
 * Whoever is told of something may call in again: connect, let go, cancel, drop a session. Between enter and leave no link
 * is settled, and so none is freed; leave makes up for it. first: what enter returned.
 */
bool links_enter(Radio *radio);
void links_leave(Radio *radio, bool first, uint64_t now);

/* For radio.c: go on with all links of the radio; what is due. */
void links_settle(Radio *radio, uint64_t now);
uint64_t links_tick(Radio *radio, uint64_t now);
void links_radio_gone(Radio *radio, uint64_t now);
/* For broker.c: bluetoothd answers again, after a pause for which nothing went on. */
void links_resume(Radio *radio, uint64_t pause, uint64_t now);
void links_free(Radio *radio);
