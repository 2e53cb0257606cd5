/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AD structures of one report, taken apart as bluetoothd does it. Deliberately not the daemon's own
 * parser: a mistake there must not be mirrored here. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EIR_PARTS_MAX 64
#define EIR_NAME_MAX 248
#define EIR_UUID_LEN 36
#define EIR_TX_POWER_NONE 127

typedef struct EirPart {
	uint16_t id; /* company identifier, or AD type */
	char uuid[EIR_UUID_LEN + 1]; /* of service data */
	const uint8_t *data; /* points into the report */
	uint8_t len;
} EirPart;

typedef struct Eir {
	uint8_t flags;
	int8_t tx_power; /* EIR_TX_POWER_NONE: not given */
	uint16_t appearance; /* 0: not given */
	uint32_t class; /* 0: not given */
	bool has_name;
	bool name_complete;
	char name[EIR_NAME_MAX + 1];
	size_t n_uuids, n_manufacturers, n_services, n_others;
	char uuids[EIR_PARTS_MAX * 2][EIR_UUID_LEN + 1];
	EirPart manufacturers[EIR_PARTS_MAX];
	EirPart services[EIR_PARTS_MAX];
	EirPart others[EIR_PARTS_MAX]; /* types bluetoothd has no property for */
} Eir;

/* Never fails: what is malformed ends the walk, as in bluetoothd. */
void eir_parse(Eir *eir, const uint8_t *data, size_t len);
