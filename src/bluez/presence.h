/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluetoothd comes and goes: its name on the bus, and what is done when it is there (the mirror is filled)
 * and when not. */
#pragma once

typedef struct Bluez Bluez;

/* From now on. After all other matches, so that nothing falls in between. Negative errno. */
int presence_watch(Bluez *bluez);
/* The keys of bonded devices are there, or cannot be had. */
void presence_keys_known(Bluez *bluez);
