/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Somebody who waits for a link, until a deadline. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/broker.h"
#include "util/error.h"

/* Lives in the waiter; off the list before done is called. */
typedef struct ConnectWait {
	void (*done)(struct ConnectWait *wait, int error, const Reason *reason);
	Link *link;		/* NULL while not waiting */
	Session *session;
	uint64_t deadline;
	uint8_t priority;	/* more goes first */
	bool auto_reconnect;
	bool failed;		/* is about to be told so */
} ConnectWait;

void connect_wait_cancel(ConnectWait *wait, uint64_t now);	/* no harm if it does not wait */

/* For link.c and links.c: takes it off the list, and tells it. */
void connect_wait_end(ConnectWait *wait, int error, const Reason *reason);
/* All who wait now; not those who, being told, ask again. */
void link_fail_waits(Link *link, int error, const Reason *reason);
/* All who wait for a device that takes no connections. */
void link_refuse_beacon(Link *link, uint64_t now);
int link_beacon_reason(int error, const Link *link, Reason *reason);
/* Those whose time is over. */
void link_expire_waits(Link *link, uint64_t now);
