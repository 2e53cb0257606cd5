/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The properties of a program's LEAdvertisement1 object, and the bytes that bluetoothd makes of them. */
#pragma once

#include "broadcast.h"

typedef struct AdvertData {
	bool peripheral;
	bool with_power, with_name, with_appearance; /* Includes */
	GByteArray *body; /* AD structures in bluetoothd's order, up to the appearance; no limit yet */
	GByteArray *rest; /* those behind it */
	char *name; /* or NULL */
	int appearance; /* -1: none */
	uint8_t flags; /* 0: none */
	uint16_t duration, timeout; /* s */
	uint16_t discoverable_timeout;
	uint32_t min, max; /* 0.625 ms; 0: not given */
} AdvertData;

/* What the adapter contributes. */
typedef struct AdvertHome {
	const char *alias;
	bool discoverable, experimental;
	bool sets;
} AdvertHome;

/* properties: name → GVariant. False: bluetoothd cannot parse them. */
bool advert_data_parse(AdvertData *data, GHashTable *properties, const AdvertHome *home);
void advert_data_clear(AdvertData *data);
/* False: it is too long. */
bool advert_data_fill(const AdvertData *data, const AdvertHome *home, Instance *ret);
