/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an advertisement says, as far as BlueZ sends it. */
#pragma once

#include <stdbool.h>

#include "meaning/ad.h"
#include "util/error.h"
#include "util/macros.h"

#define ADVERT_NAME_MAX 29	/* bytes: what the scan response has room for */

/* What it says, as AD structures. BlueZ puts the name into the scan response, and all else into the
 * advertisement. */
typedef struct AdvertData {
	bool discoverable;	/* flags "LE General Discoverable"; an AD structure of 3 bytes */
	bool has_flags;		/* these were given, and have to be sent */
	uint8_t flags;
	uint8_t flags_at;	/* the offset of their structure */
	uint8_t length;
	uint8_t bytes[2 * AD_LEGACY_MAX];	/* without flags */
} AdvertData;

/* What the radio makes of it. */
typedef struct AdvertRadio {
	bool sets;		/* advertising sets of its own */
	bool bredr;		/* BR/EDR is on */
	bool discoverable;	/* to all the world (Adapter1.Discoverable) */
	bool tx_power;		/* BlueZ puts the power in */
} AdvertRadio;

/* Appends a structure. E_INVALID_ARGUMENTS: more than fits at all. E_NOT_SUPPORTED: BlueZ does not send one
 * like that. what names the argument. */
int advert_data_add(AdvertData *data, uint8_t type, const void *bytes, size_t length, const char *what,
		    Reason *reason);
/*
 * The bytes of an advertisement and its scan response, taken apart. E_INVALID_ARGUMENTS: not well-formed, or
 * longer than 31 bytes. E_NOT_SUPPORTED: a structure that would not be on air as it was given, with its
 * offset: each has to be the same, in the same packet, behind the same others. Only flags stand where BlueZ
 * (behind all else) or the kernel (before) puts them.
 */
int advert_data_from_raw(AdvertData *data, const uint8_t *adv, size_t adv_length, const uint8_t *rsp,
			 size_t rsp_length, Reason *reason);

/* Whether the radio can send it. E_INVALID_ARGUMENTS: too long, with the byte count. E_NOT_SUPPORTED: flags
 * that were given, or the TX power. */
int advert_data_check(const AdvertData *data, const AdvertRadio *radio, bool connectable, Reason *reason);
