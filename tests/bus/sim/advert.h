/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LEAdvertisingManager1 of an adapter: the advertisements that programs have registered. */
#pragma once

#include "adapter.h"
#include "object.h"

typedef struct Adverts Adverts;

/* adapter outlives it. What an earlier bluetoothd has left on air is cleared. */
Adverts *adverts_new(Adapter *adapter);
Adverts *adverts_free(Adverts *adverts); /* the instances stay on air */

void adverts_call(Adverts *adverts, const char *method, GVariant *args, GDBusMethodInvocation *call);
extern const char *const adverts_props[];
GVariant *adverts_get(const Adverts *adverts, unsigned int prop);
