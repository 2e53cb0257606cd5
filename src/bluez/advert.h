/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Our advertisements at bluetoothd: an org.bluez.LEAdvertisement1 object each. */
#pragma once

#include "core/advert.h"

typedef struct Adapter Adapter;
typedef struct Bluez Bluez;

/* RadioOps (core/ops.h), called by core. */
void bluez_advert_start(void *userdata, Advert *advert);
void bluez_advert_stop(void *userdata, Advert *advert);

/* The radio is on: unregisters the advertisements that were stopped while it was off. */
void bluez_adverts_powered_on(Bluez *bluez, Adapter *adapter);
