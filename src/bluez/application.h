/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Our services at bluetoothd: a registered GATT application each, because bluetoothd drops a whole application when one of
 * its objects goes, and does not look at objects that are added later.
 */
#pragma once

#include "core/local.h"

typedef struct Bluez Bluez;

/* What core wants (BrokerOps). */
void bluez_local_register(Bluez *bluez, LocalService *service);
void bluez_local_unregister(Bluez *bluez, LocalService *service);
void bluez_local_notify(Bluez *bluez, LocalAttr *attr, GBytes *value);
int bluez_local_flow_ask(Bluez *bluez);
int bluez_local_notify_one(LocalAttr *attr, const Addr *client, GBytes *value);

/* A device is not connected (any more). */
void bluez_local_left(Radio *radio, const Addr *client, bool bonded);
/* For bluez.c: bluetoothd is gone, or we are about to be. */
void applications_forget(Bluez *bluez);
