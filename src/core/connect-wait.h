/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A call that waits for a link, until a deadline. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/broker.h"
#include "core/charge.h"
#include "core/wait.h"
#include "util/error.h"

typedef struct ConnectWait {
	Wait wait;
	uint64_t deadline;
	uint8_t priority;	/* the highest goes first */
	bool auto_reconnect;
	Charge hold;		/* of the hold that comes of it; empty once it does not wait any more */
} ConnectWait;

/* For link.c, links.c and link-identity.c: onto the link's line (link->waits), and off it. */
void connect_wait_stand(ConnectWait *wait, Link *link);
void connect_waits_init(Link *link);
void connect_wait_end(ConnectWait *wait, int error, const Reason *reason);
ConnectWait *connect_waits_first(const Link *link);		/* or NULL */
ConnectWait *connect_wait_next(const ConnectWait *wait);
void connect_waits_fail(Link *link, int error, const Reason *reason);	/* all of them */
void connect_waits_drop(Link *link, const Session *session);	/* the session's: it ended */
/* Ends all calls with E_CONNECTION_REFUSED if the device surely is a beacon (core/heard.h). */
void connect_waits_refuse_beacon(Link *link, uint64_t now);
int connect_wait_beacon_reason(int error, const Link *link, Reason *reason);
/* Ends the calls whose deadline has come. Returns the next deadline, or USEC_NEVER. */
uint64_t connect_waits_expire(Link *link, uint64_t now);
