/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Our advertisements at bluetoothd: an org.bluez.LEAdvertisement1 object each. */
#pragma once

#include "core/advert.h"

typedef struct Bluez Bluez;

/* What core wants (BrokerOps). */
void bluez_advert_start(Bluez *bluez, Advert *advert);
void bluez_advert_stop(Bluez *bluez, Advert *advert);
