/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The data of an advertisement, as far as BlueZ can send it. */
#pragma once

#include <stdbool.h>

#include "meaning/ad.h"
#include "util/error.h"
#include "util/macros.h"

#define ADVERT_NAME_MAX 29	/* bytes that fit into the scan response */

/* One advertisement's data. BlueZ puts the name into the scan response, and all else into the
 * advertisement. */
typedef struct AdvertData {
	bool discoverable;	/* flags "LE General Discoverable"; an AD structure of 3 bytes */
	bool has_flags;		/* the program gave flags: they must be sent as they are */
	uint8_t flags;
	uint8_t flags_at;	/* offset of their structure in the program's bytes */
	uint8_t length;
	uint8_t bytes[2 * AD_LEGACY_MAX];	/* AD structures, without flags */
} AdvertData;

/* What decides how a radio sends advertisements. */
typedef struct AdvertRadio {
	bool sets;		/* the controller has advertising sets */
	bool bredr;		/* BR/EDR is on */
	bool discoverable;	/* the whole radio is (BlueZ's Adapter1.Discoverable) */
	bool tx_power;		/* BlueZ can add the TX power */
} AdvertRadio;

/* Appends a structure. E_INVALID_ARGUMENTS: no room for it. E_NOT_SUPPORTED: BlueZ does not send such a
 * structure. what: the program's name for it, used in the reason. */
int advert_data_add(AdvertData *data, uint8_t type, const void *bytes, size_t length, const char *what,
		    Reason *reason);
/*
 * Takes apart the bytes of an advertisement and of its scan response. E_INVALID_ARGUMENTS: not well-formed,
 * or longer than 31 bytes. E_NOT_SUPPORTED, with the offset: a structure that BlueZ would not send with the
 * same bytes, in the same packet and in the same order. Only flags may move: BlueZ puts them behind all else,
 * the kernel before.
 */
int advert_data_from_raw(AdvertData *data, const uint8_t *adv, size_t adv_length, const uint8_t *rsp,
			 size_t rsp_length, Reason *reason);

/* Whether the radio can send the data. E_INVALID_ARGUMENTS: too long, with the byte count. E_NOT_SUPPORTED:
 * it would send other flags than those given, or cannot add the TX power. */
int advert_data_check(const AdvertData *data, const AdvertRadio *radio, bool connectable, Reason *reason);
