/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Our services at bluetoothd: a registered GATT application each, because bluetoothd drops a whole
 * application when one of its objects goes, and does not look at objects that are added later.
 */
#pragma once

#include "core/local.h"

typedef struct Bluez Bluez;

/* What core wants of a service (BrokerOps). */
void application_register(Bluez *bluez, LocalService *service);
void application_unregister(Bluez *bluez, LocalService *service);

/* For bluez.c: bluetoothd is gone, or we are about to be. */
void applications_forget(Bluez *bluez);
