/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The centrals that subscribed to a characteristic of ours. BlueZ keeps the subscription of a bonded central
 * while that is away (disconnected): so do we, but it does not count until the central is back.
 */
#pragma once

#include "core/local-flow.h"
#include "core/local.h"

typedef struct LocalSubscriber {
	Addr addr;
	bool away;		/* bonded, and not connected now */
} LocalSubscriber;

/* --- from the edge --- */
/* A central that subscribes becomes a client of the session that has the service. mtu 0: not told. */
void local_subscribe(LocalAttr *attr, const Addr *client, uint16_t mtu);
void local_unsubscribe(LocalAttr *attr, const Addr *client);
void local_unsubscribe_all(LocalAttr *attr);

/* For peripheral.c: the central has connected; it has left. */
void local_subscribers_back(const Peripheral *peripheral, const Addr *client, bool bonded);
void local_subscribers_left(const Peripheral *peripheral, const Addr *client, bool bonded);

unsigned local_subscribers(const LocalAttr *attr);	/* how many are connected */
bool local_is_subscribed(const LocalAttr *attr, const Addr *client);	/* and connected */

/* --- from the programs --- */
/*
 * Notifies or indicates one central alone; the stored value stays. E_INVALID_ARGUMENTS: more than
 * ATTR_VALUE_MAX. E_NOT_PERMITTED: the characteristic does neither. E_NOT_CONNECTED: the central is not
 * connected, or did not subscribe. E_NOT_SUPPORTED: bluetoothd cannot notify one of several. E_LIMIT_REACHED:
 * bluetoothd does not keep up. -EAGAIN: not yet, as of local_set_value.
 */
int local_notify_one(LocalAttr *attr, const Addr *client, GBytes *value, FlowWait *wait, Reason *reason);
