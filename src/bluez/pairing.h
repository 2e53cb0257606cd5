/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pairings: Pair of a Device1, for core. What bluetoothd asks meanwhile, it asks the agent
 * (bluez/agent.h). */
#pragma once

#include "core/link.h"

typedef struct Bluez Bluez;

/* RadioOps (core/ops.h), called by core. */
void bluez_pairing_begin(void *userdata, Link *link);
void bluez_pairing_cancel(void *userdata, Link *link);
void bluez_pairing_undo(void *userdata, Link *link);

/* Ends whatever pairing bluetoothd is at with the device, and the link with it. */
void bluez_pairing_stop(Bluez *bluez, const Radio *radio, const Addr *addr);
