/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of hostile programs on the daemon's socket share: who is to be served meanwhile. */
#pragma once

#include "link-fixture.h"
#include "raw-program.h"

#define GATT_MANAGER "org.bluez.GattManager1"
#define ADVERTISING_MANAGER "org.bluez.LEAdvertisingManager1"
#define MONITOR_MANAGER "org.bluez.AdvertisementMonitorManager1"
#define AGENT_MANAGER "org.bluez.AgentManager1"

/* Whose programs do harm, and who uses what they do it to. */
#define CULPRIT SOME_UID
#define CONNECTIONS_MAX 128 /* ConnectionsPerUser */

extern Client *neighbour; /* another user's program on the socket; the client is on the bus */

/* A world, and what the daemon had before anybody did harm. */
void face_setup(void);
void face_setup_with(const char *config); /* more lines of it */
void face_teardown(void);

/* Both are answered, and see what is theirs. */
void expect_served(void);
/* All that the culprit had is released, and the daemon is as it was. */
void expect_released(void);
/* A stranger on the bus for that user's programs on the socket: how many of its connections were cut off. */
uint64_t cut_off(void);
