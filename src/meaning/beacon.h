/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Beacon formats inside manufacturer and service data: Apple's iBeacon and Google's Eddystone frames. */
#pragma once

#include <stdbool.h>

#include "meaning/uuid.h"
#include "util/macros.h"

#define BEACON_COMPANY_APPLE 0x004c
#define BEACON_UUID_EDDYSTONE 0xfeaa
#define BEACON_URL_SIZE 128	/* the longest: 12 characters of scheme, 17 bytes of up to 5 characters */

typedef enum BeaconKind {
	BEACON_NONE,
	BEACON_IBEACON,
	BEACON_UID,
	BEACON_URL,
	BEACON_TLM,
	BEACON_TLM_ENCRYPTED,
	BEACON_EID,
} BeaconKind;

typedef struct Beacon {
	BeaconKind kind;
	int8_t power;			/* dBm, at 1 m (iBeacon), at 0 m (UID, URL, EID) */
	Uuid uuid;			/* iBeacon */
	uint16_t major;
	uint16_t minor;
	/* UID: 10 bytes namespace, 6 instance; EID: 8; encrypted TLM: 12 */
	uint8_t id[16];
	char url[BEACON_URL_SIZE];	/* printable ASCII only; reserved bytes as %XX */
	uint16_t millivolts;		/* TLM; 0: not told */
	int16_t temperature;		/* TLM; 1/256 degree Celsius */
	bool has_temperature;
	uint32_t advertisements;	/* TLM: sent since power-on */
	uint32_t uptime;		/* TLM: 0.1 s since power-on */
} Beacon;

/* data: what follows the company identifier or the UUID. False, and kind BEACON_NONE, if it is no beacon
 * known here. */
bool beacon_from_manufacturer(uint16_t company, const uint8_t *data, size_t length, Beacon *ret);
bool beacon_from_service(const Uuid *uuid, const uint8_t *data, size_t length, Beacon *ret);

/* "iBeacon", "Eddystone UID" …; NULL for BEACON_NONE. */
const char *beacon_name(BeaconKind kind);
