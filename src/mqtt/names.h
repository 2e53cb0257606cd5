/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names that devices told lately: a device may send its data in one packet and its name in another. */
#pragma once

#include "meaning/addr.h"

typedef struct DeviceNames DeviceNames;

/* At most max of them; those that were told least lately make room. */
DeviceNames *device_names_new(unsigned max);
void device_names_free(DeviceNames *names);

/* Looks for a name in the AD bytes of a report of that device. */
void device_names_learn(DeviceNames *names, const Addr *addr, const uint8_t *data, size_t length);

/* The device's name, valid UTF-8, at most 248 bytes; NULL: not known. Valid until the next call. */
const char *device_names_find(DeviceNames *names, const Addr *addr);
