/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A device's advertisement, rebuilt from BlueZ's properties: each property is kept as the AD structures that
 * it was made from, and joining them gives the advertisement.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "meaning/ad.h"

/* In the order in which they are joined. */
typedef enum AdPart {
	PART_FLAGS,
	PART_UUIDS,
	PART_NAME,
	PART_TX_POWER,
	PART_APPEARANCE,
	PART_SERVICE_DATA,
	PART_MANUFACTURER_DATA,
	PART_OTHER,		/* AdvertisingData: what BlueZ did not parse */
	_PART_MAX,
} AdPart;

typedef struct AdParts {
	GBytes *parts[_PART_MAX];
	unsigned fresh;		/* bit mask (1 << AdPart) of the parts in the last set of properties */
} AdParts;

void ad_parts_deinit(AdParts *parts);

/* A new set of properties comes next: no part is fresh. */
void ad_parts_begin(AdParts *parts);

/* Sets a part to one AD structure; data that does not fit into one is cut off. */
void ad_parts_set(AdParts *parts, AdPart part, uint8_t type, const void *data, size_t length);
/* Removes a part. */
void ad_parts_forget(AdParts *parts, AdPart part);

/*
 * Reads the variant that comes next in the message: as of UUIDs, a{qv} of ManufacturerData, a{sv} of
 * ServiceData, a{yv} of AdvertisingData. One of another type is skipped. Negative errno if the message is
 * broken.
 */
/* ignore: the UUIDs were not on the air, so the part stays as it is */
int ad_parts_read_uuids(AdParts *parts, sd_bus_message *m, bool ignore);
int ad_parts_read_manufacturer_data(AdParts *parts, sd_bus_message *m);
int ad_parts_read_service_data(AdParts *parts, sd_bus_message *m);
int ad_parts_read_other(AdParts *parts, sd_bus_message *m);

/* The name in valid UTF-8, which the caller frees; NULL: there is none. */
char *ad_parts_name(const AdParts *parts);

/*
 * Joins the parts, as far as they fit; returns the length in bytes. Service, manufacturer and other data come
 * with each report that has any, so they count only if they are fresh. BlueZ signals the other parts only
 * when they change, so these always count.
 */
size_t ad_parts_join(const AdParts *parts, uint8_t data[static AD_MAX]);
