/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The links of a radio. At most max_links are up at a time; who wants one more waits, by priority, then age.
 * One is connected after the other, because some controllers fail at two at once.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/connect-wait.h"
#include "core/radio.h"
#include "meaning/addr.h"

/* Asks for the link to a device: 0 if it is up (and held now), 1 if wait->done will be called, else
 * an error. */
int links_connect(Radio *radio, const Addr *addr, ConnectWait *wait, uint64_t now, Reason *reason);

/* Of all links: the session is gone. */
void links_drop_session(Radio *radio, Session *session, uint64_t now);

/* Whether the session holds a link, or waits for one. */
bool links_hold_session(const Radio *radio, const Session *session);

/* A bus connection left: what it subscribed to for a user session goes on, without signals to it. */
void links_peer_gone(Radio *radio, const char *connection);

/* For radios.c and broker-events.c. */
void links_run(Task *links_due, uint64_t now);	/* goes on with all links of the radio */
void links_radio_gone(Radio *radio, uint64_t now);
/* bluetoothd answers again, after a pause for which nothing went on. */
void links_resume(Radio *radio, uint64_t pause);
void links_end(Radio *radio);
