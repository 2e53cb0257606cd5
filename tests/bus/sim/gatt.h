/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The remote services of a device: GattService1, GattCharacteristic1 and GattDescriptor1 objects
 * under its path. They stay when the link goes. */
#pragma once

#include "bus.h"
#include "link.h"
#include "object.h"

typedef struct Gatt {
	Bus *bus;
	const char *device_path;
	Link *link; /* NULL: not connected */
	bool disconnecting; /* Disconnect() was called */
	GPtrArray *services; /* of Service */
} Gatt;

Gatt *gatt_new(Bus *bus, const char *device_path); /* device_path outlives it */
Gatt *gatt_free(Gatt *gatt, bool silently);
void gatt_set_link(Gatt *gatt, Link *link);
/* What discovery has found: objects of services that are gone or are not the same any more vanish,
 * new ones come. */
void gatt_update(Gatt *gatt, const AttrTable *table);
void gatt_hear(Gatt *gatt, uint16_t handle, const uint8_t *value, size_t len);
/* Keeps what was read from offset on; what is before it and not known is zero, what is behind it stays,
 * unless it was read from the beginning. */
void gatt_store_value(GByteArray *stored, uint16_t offset, const uint8_t *value, size_t len);
/* The UUIDs of all services, primary or not, each once and sorted. */
GPtrArray *gatt_list_uuids(const AttrTable *table);
