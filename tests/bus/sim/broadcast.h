/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a radio has on air: the kernel's advertising instances, and the controller's sets. A controller
 * without sets sends one instance at a time, and the kernel takes turns. It outlives bluetoothd. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#define BROADCAST_INSTANCES_LEGACY 5
#define BROADCAST_DATA_MAX 64 /* the kernel does not look at 31 where there are sets */

typedef struct Instance {
	uint8_t id; /* from 1 on */
	uint8_t type; /* REPORT_ADV_IND, _SCAN_IND or _NONCONN_IND */
	uint32_t min, max; /* 0.625 ms */
	uint8_t len, response_len;
	uint8_t data[BROADCAST_DATA_MAX], response[BROADCAST_DATA_MAX];
	unsigned int turn_ms; /* 0: as the kernel likes */
} Instance;

typedef struct Broadcast Broadcast;

/* sets: 0: legacy advertising only */
Broadcast *broadcast_new(unsigned int sets);
Broadcast *broadcast_free(Broadcast *broadcast);

unsigned int broadcast_sets(const Broadcast *broadcast);
void broadcast_put(Broadcast *broadcast, const Instance *instance); /* one with its id is replaced */
void broadcast_remove(Broadcast *broadcast, uint8_t id);
void broadcast_clear(Broadcast *broadcast);

/* Sets are forgotten at a power off that was asked for, and come back after rfkill (keep). */
void broadcast_power(Broadcast *broadcast, bool on, bool keep);
bool broadcast_is_connectable(const Broadcast *broadcast);
void broadcast_connected(Broadcast *broadcast); /* the controller stops what was answered */
void broadcast_disconnected(Broadcast *broadcast);

/* As in the replies of "onair" and "airtime": a space before each. */
void broadcast_print(const Broadcast *broadcast, GString *text);
void broadcast_print_airtime(Broadcast *broadcast, GString *text);
void broadcast_forget_airtime(Broadcast *broadcast);
