/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The centrals that subscribed to a characteristic of ours. BlueZ keeps the subscription of a central that is
 * bonded while it is away: it is not counted then, and again when it is back.
 */
#pragma once

#include "core/local-flow.h"
#include "core/local.h"

typedef struct LocalSubscriber {
	Addr addr;
	bool away;
} LocalSubscriber;

/* --- from the edge. A central that subscribes uses the session's services. mtu 0: not told --- */
void local_subscribe(LocalAttr *attr, const Addr *client, uint16_t mtu);
void local_unsubscribe(LocalAttr *attr, const Addr *client);
void local_unsubscribe_all(LocalAttr *attr);

/* For peripheral.c: the central is there; it left. */
void local_subscribers_back(const Peripheral *peripheral, const Addr *client, bool bonded);
void local_subscribers_left(const Peripheral *peripheral, const Addr *client, bool bonded);

unsigned local_subscribers(const LocalAttr *attr);	/* that are there */
bool local_is_subscribed(const LocalAttr *attr, const Addr *client);	/* likewise */

/*
 * --- from the programs: notifies or indicates that one alone; what is stored stays. E_INVALID_ARGUMENTS:
 * more than ATTR_VALUE_MAX. E_NOT_PERMITTED: the characteristic does neither. E_NOT_CONNECTED: it is not
 * there, or did not subscribe. E_NOT_SUPPORTED: BlueZ reaches all of them or none. E_LIMIT_REACHED: it does
 * not keep up. -EAGAIN: not yet, as of local_set_value. ---
 */
int local_notify_one(LocalAttr *attr, const Addr *client, GBytes *value, FlowWait *wait, Reason *reason);
