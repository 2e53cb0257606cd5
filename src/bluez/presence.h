/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluetoothd comes and goes: its name on the bus, and what is done when it is there (the mirror is filled)
 * and when not. */
#pragma once

typedef struct Bluez Bluez;

/* Watches from now on. To be called after all other matches, so that no signal is missed. Negative errno. */
int presence_watch(Bluez *bluez);
/* To be called when the keys of bonded devices are known, or cannot be had. */
void presence_keys_known(Bluez *bluez);
