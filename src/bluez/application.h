/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Our services at bluetoothd: a registered GATT application each, because bluetoothd drops a whole
 * application when one of its objects goes, and does not look at objects that are added later.
 */
#pragma once

#include "core/local.h"

typedef struct Bluez Bluez;

/* RadioOps (core/ops.h), called by core. */
void application_register(void *userdata, LocalService *service);
void application_unregister(void *userdata, LocalService *service);

/* For bluez.c: bluetoothd is gone, or the daemon is about to be. */
void applications_forget(Bluez *bluez);
