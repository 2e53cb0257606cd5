/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long each advertising data was on air, and how the replies of "onair" and "airtime" show that. */
#pragma once

#include <stdint.h>

#include <glib.h>

#define AIRTIMES_MAX 64

typedef struct Airtimes {
	GPtrArray *list; /* or NULL */
} Airtimes;

/* Adds time, in nanoseconds, to the total of these data. Ignored if AIRTIMES_MAX others are known already. */
void airtimes_add(Airtimes *airtimes, const uint8_t *data, size_t len, uint64_t time);
/* Appends DATA=MILLISECONDS of each, with a space before. */
void airtimes_print(const Airtimes *airtimes, GString *text);
void airtimes_clear(Airtimes *airtimes);

/* One advertising set that is on air. */
typedef struct OnAir {
	unsigned int set, type;
	uint32_t min, max; /* interval, units of 0.625 ms */
	const uint8_t *data, *response;
	size_t len, response_len;
} OnAir;

/* Appends SET:TYPE:MIN:MAX:DATA:RESPONSE, with a space before. */
void onair_print(const OnAir *onair, GString *text);
