/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an advertisement says, as far as BlueZ sends it. */
#pragma once

#include <stdbool.h>

#include "core/ad.h"
#include "util/error.h"
#include "util/macros.h"

#define ADVERT_NAME_MAX 29	/* bytes: what the scan response has room for */

/* What it says, as AD structures. BlueZ puts the name into the scan response, and all else into the advertisement. */
typedef struct AdvertData {
	bool discoverable;	/* flags "LE General Discoverable"; an AD structure of 3 bytes */
	uint8_t length;
	uint8_t bytes[2 * AD_LEGACY_MAX];	/* without flags */
} AdvertData;

/* Appends a structure. E_INVALID_ARGUMENTS: more than fits at all; what names the argument. */
int advert_data_add(AdvertData *data, uint8_t type, const void *bytes, size_t length, const char *what, Reason *reason);
/* The bytes of an advertisement and its scan response, taken apart. E_INVALID_ARGUMENTS: not well-formed, or longer than 31
 * bytes. E_NOT_SUPPORTED: a structure that BlueZ does not send, or not twice. */
int advert_data_from_raw(AdvertData *data, const uint8_t *adv, size_t adv_length, const uint8_t *rsp, size_t rsp_length,
			 Reason *reason);

/* E_INVALID_ARGUMENTS: too long, with the byte count. sets: the controller has advertising sets of its own. */
int advert_data_check(const AdvertData *data, bool sets, Reason *reason);
