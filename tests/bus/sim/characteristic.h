/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A GattCharacteristic1 object with its descriptors. */
#pragma once

#include "gatt.h"

typedef struct Characteristic Characteristic;

/* service_path outlives it. ccc: NULL if there is none. */
Characteristic *characteristic_new(Gatt *gatt, const char *service_path, const Attr *attr,
				   const Attr *ccc);
Characteristic *characteristic_free(Characteristic *characteristic, bool silently);
void characteristic_add_descriptor(Characteristic *characteristic, const Attr *attr);
void characteristic_set_link(Characteristic *characteristic, Link *link);
/* Whether the handle is that of its value. */
bool characteristic_hear(Characteristic *characteristic, uint16_t handle, const uint8_t *value,
			 size_t len);
