/* SPDX-License-Identifier: GPL-2.0-or-later */
/* org.bluez.Adapter1. */
#pragma once

#include "face/iface.h"
#include "face/view.h"

/* The rows of its properties, in BlueZ's order. */
enum {
	ADAPTER_ADDRESS,
	ADAPTER_ADDRESS_TYPE,
	ADAPTER_NAME,
	ADAPTER_ALIAS,
	ADAPTER_CLASS,
	ADAPTER_CONNECTABLE,
	ADAPTER_POWERED,
	ADAPTER_POWER_STATE,
	ADAPTER_DISCOVERABLE,
	ADAPTER_DISCOVERABLE_TIMEOUT,
	ADAPTER_PAIRABLE,
	ADAPTER_PAIRABLE_TIMEOUT,
	ADAPTER_DISCOVERING,
	ADAPTER_UUIDS,
	ADAPTER_MODALIAS,
	ADAPTER_ROLES,
	ADAPTER_MANUFACTURER,
	ADAPTER_VERSION,
	_ADAPTER_PROPERTIES,
};
#define ADAPTER_BIT(row) ((uint32_t)1 << (row))
#define ADAPTER_POWER_BITS (ADAPTER_BIT(ADAPTER_POWERED) | ADAPTER_BIT(ADAPTER_POWER_STATE))

extern const Iface adapter_iface;

/* What the program has set for itself. */
void adapter_wish_init(View *view);
void adapter_wish_deinit(View *view);
