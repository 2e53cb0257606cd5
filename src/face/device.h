/* SPDX-License-Identifier: GPL-2.0-or-later */
/* org.bluez.Device1. */
#pragma once

#include "core/report.h"
#include "face/iface.h"
#include "face/view.h"

/* The rows of its properties. */
enum {
	DEVICE_ADDRESS,
	DEVICE_ADDRESS_TYPE,
	DEVICE_NAME,
	DEVICE_ALIAS,
	DEVICE_APPEARANCE,
	DEVICE_ICON,
	DEVICE_PAIRED,
	DEVICE_BONDED,
	DEVICE_TRUSTED,
	DEVICE_BLOCKED,
	DEVICE_LEGACY_PAIRING,
	DEVICE_RSSI,
	DEVICE_CONNECTED,
	DEVICE_UUIDS,
	DEVICE_ADAPTER,
	DEVICE_MANUFACTURER_DATA,
	DEVICE_SERVICE_DATA,
	DEVICE_TX_POWER,
	DEVICE_SERVICES_RESOLVED,
	DEVICE_ADVERTISING_FLAGS,
	DEVICE_ADVERTISING_DATA,
	_DEVICE_PROPERTIES,
};
#define DEVICE_BIT(row) ((uint32_t)1 << (row))

extern const Iface device_iface;

/* Which properties a report tells that the last one of its kind (NULL: none) did not tell like that;
 * duplicates: manufacturer and service data also where they are the same. */
uint32_t device_changes(const Report *last, const Report *report, bool duplicates);
