/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The power of an adapter: Powered, PowerState, the moment a controller takes, rfkill. */
#pragma once

#include "bus.h"
#include "radio.h"

typedef struct Power Power;

typedef struct PowerOps {
	void (*state)(void *owner); /* the property PowerState */
	void (*going)(void *owner); /* a program has it powered off: just before */
	void (*changed)(void *owner, bool on);
} PowerOps;

/* A radio that is not blocked is powered on by itself a moment later. */
Power *power_new(Bus *bus, Radio *radio, const PowerOps *ops, void *owner);
Power *power_free(Power *power);

void power_set(Power *power, bool on, GDBusMethodInvocation *call); /* answers the call */
void power_blocked(Power *power, bool blocked);
void power_lost(Power *power); /* the radio was pulled out */
bool power_is_on(const Power *power);
const char *power_state(const Power *power);
