/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Our advertisements at bluetoothd: an org.bluez.LEAdvertisement1 object each. */
#pragma once

#include "core/advert.h"

typedef struct Adapter Adapter;
typedef struct Bluez Bluez;

/* What core wants (RadioOps). */
void bluez_advert_start(void *userdata, Advert *advert);
void bluez_advert_stop(void *userdata, Advert *advert);

/* What was stopped meanwhile. */
void bluez_adverts_powered_on(Bluez *bluez, Adapter *adapter);
