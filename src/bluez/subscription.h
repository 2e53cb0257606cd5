/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Centrals that subscribe to values of our services, and what they are notified of. */
#pragma once

#include "core/local.h"

typedef struct Bluez Bluez;

/* What core wants (BrokerOps): all who subscribed are notified; one alone is; bluetoothd is asked whether it
 * has had all. */
void subscriptions_notify(Bluez *bluez, LocalAttr *attr, GBytes *value);
int subscription_notify(LocalAttr *attr, const Addr *client, GBytes *value);
int subscriptions_ask(Bluez *bluez);

/* A device is not connected (any more). */
void subscriptions_left(Radio *radio, const Addr *client, bool bonded);
