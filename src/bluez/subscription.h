/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Centrals that subscribe to values of our services, and what they are notified of. */
#pragma once

#include "bluez/application-private.h"

/* RadioOps (core/ops.h): notify all who subscribed; notify one central; ask bluetoothd whether it has taken
 * all values. */
void subscriptions_notify(void *userdata, LocalAttr *attr, GBytes *value);
int subscription_notify(void *userdata, LocalAttr *attr, const Addr *client, GBytes *value);
int subscriptions_ask(void *userdata);

/* A device is not connected (any more). */
void subscriptions_left(Radio *radio, const Addr *client, bool bonded);

/* For application.c: its subscriptions come and go with it; subscriptions_end asks bluetoothd to call no
 * AcquireNotify any more. */
void subscriptions_init(Application *application);
void subscriptions_deinit(Application *application);
void subscriptions_end(Application *application);

/* For request.c: takes AcquireNotify, StartNotify and StopNotify. 0: the call is none of these. Negative
 * errno. */
int subscription_call(Application *application, LocalAttr *attr, sd_bus_message *m, const char *member);
