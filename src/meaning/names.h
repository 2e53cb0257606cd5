/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names for numbers: those of the Bluetooth SIG's Assigned Numbers, and those of the contract. */
#pragma once

#include "meaning/uuid.h"
#include "util/macros.h"

/* The company with that identifier; NULL if it is not known (or built without libbluetooth, which has the
 * table). */
const char *name_of_company(uint16_t id);

/* The GATT service or the member's service with that UUID; NULL if it is not known. */
const char *name_of_service(const Uuid *uuid);

/* The GATT characteristic and the descriptor with that UUID; NULL if it is not known. */
const char *name_of_characteristic(const Uuid *uuid);
const char *name_of_descriptor(const Uuid *uuid);

/* The AD type; NULL if it is not known. */
const char *name_of_ad_type(uint8_t type);

/* The kind of device that an Appearance value tells; NULL if it is not known. */
const char *name_of_appearance(uint16_t appearance);

/* The contract's names: "CONN_ADV" …, "unknown"; "public", "random", "public-rpa", "random-rpa". Never
 * NULL. */
const char *name_of_adv_type(uint8_t adv_type);
const char *name_of_addr_type(uint8_t addr_type);
