/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An advertisement as the properties of an org.bluez.LEAdvertisement1, from which BlueZ makes the AD
 * structures anew. */
#pragma once

#include <systemd/sd-bus.h>

#include "core/advert.h"

/* Appends what is to be sent (Advert.sent), as entries of an a{sv}. Negative errno. */
int advert_properties_append(sd_bus_message *m, const Advert *advert);
