/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Our org.bluez.Agent1: what bluetoothd wants to know of pairings goes to core, which decides. Where no other
 * program has a default agent, it is asked about those that centrals begin, too.
 */
#pragma once

#include <systemd/sd-bus.h>

typedef struct Bluez Bluez;

/* Puts the object on the hot connection. */
int agent_new(Bluez *bluez);
/* bluetoothd is there: registers. */
void agent_register(Bluez *bluez);

/* The answer to what bluetoothd asked. */
void agent_refuse(sd_bus_message *question);
