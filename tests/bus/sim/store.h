/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bluetoothd keeps on disk of the devices that are to stay: it is there again after a restart,
 * and when the adapter comes back. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "privacy.h"

typedef struct StoredDevice {
	uint64_t adapter, addr;
	bool random, paired, trusted, blocked;
	Privacy privacy; /* as it told when it bonded */
	char *name, *alias; /* name may be empty, alias NULL */
} StoredDevice;

typedef struct Store {
	GPtrArray *list; /* of StoredDevice */
} Store;

Store *store_new(void);
Store *store_free(Store *store);
void store_put(Store *store, const StoredDevice *device); /* copies */
/* The identity of who has that address, if it is known; else the address. */
uint64_t store_resolve(const Store *store, uint64_t adapter, uint64_t addr, bool *random);
void store_remove(Store *store, uint64_t adapter, uint64_t addr);
