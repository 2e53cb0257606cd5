/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Our org.bluez.Agent1: passes bluetoothd's questions about pairings to core, which decides. Where no other
 * program has registered a default agent, ours is asked about pairings that centrals begin, too.
 */
#pragma once

#include <systemd/sd-bus.h>

typedef struct Bluez Bluez;

/* Puts the object on the hot connection. */
int agent_new(Bluez *bluez);
/* To be called when bluetoothd is there: registers the agent. */
void agent_register(Bluez *bluez);

/* Answers bluetoothd's question with Rejected. */
void agent_refuse(sd_bus_message *question);
