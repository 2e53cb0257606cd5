/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What an emulated controller advertises for its host: legacy advertising, or extended advertising
 * sets. Times are CLOCK_MONOTONIC nanoseconds.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "airtime.h"
#include "radio-address.h"

#define ADVERT_SETS_MAX 16
#define ADVERT_DATA_MAX 251

typedef struct AdvertData {
	uint8_t length;
	uint8_t bytes[ADVERT_DATA_MAX];
} AdvertData;

typedef struct AdvertSet {
	bool used;			/* the host has set its parameters */
	bool enabled, extended;
	uint8_t handle;
	uint8_t type;			/* 0 connectable, 1 directed, 2 scannable, 3 neither */
	uint8_t own_type;		/* of the address it goes out from: 0 public, 1 random */
	bdaddr_t random;
	uint32_t interval_min, interval_max;	/* in 0.625 ms */
	AdvertData data, response;
	uint64_t since;			/* on air, and not accounted for */
	uint64_t ends;			/* UINT64_MAX: the host ends it */
} AdvertSet;

typedef struct Advert {
	uint8_t n_sets;			/* that the controller has; 0: legacy advertising only */
	bdaddr_t random;		/* of legacy advertising */
	AdvertSet sets[ADVERT_SETS_MAX];
	Airtimes airtimes;
} Advert;

/* For changing a set: what was on air until now is accounted for. */
void advert_settle(Advert *advert, AdvertSet *set);
void advert_disable(Advert *advert, AdvertSet *set);
/* Forgets all that the host has set, but not what was on air. */
void advert_clear(Advert *advert);
bool advert_is_on(const Advert *advert);
/* NULL: nobody can connect. */
AdvertSet *advert_connectable(Advert *advert);

/* For the test: a word each, with a space before. */
void advert_print(const Advert *advert, GString *text);
void advert_print_airtime(Advert *advert, GString *text);
void advert_forget_airtime(Advert *advert);
