/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What BlueZ's properties of a device say of its advertisement, kept as the AD structures that they came
 * from, so that the advertisement is had by joining them.
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
	unsigned fresh;		/* parts (bits) that the last properties told */
} AdParts;

void ad_parts_deinit(AdParts *parts);

/* Other properties come next. */
void ad_parts_begin(AdParts *parts);

/* One structure; data beyond what fits into one is left out. */
void ad_parts_set(AdParts *parts, AdPart part, uint8_t type, const void *data, size_t length);
/* There is none of that part (any more). */
void ad_parts_forget(AdParts *parts, AdPart part);

/*
 * Reads the variant that stands next: as of UUIDs, a{qv} of ManufacturerData, a{sv} of ServiceData, a{yv} of
 * AdvertisingData. One of another type is skipped. Negative errno if the message is broken.
 */
/* ignore: they were not on the air */
int ad_parts_read_uuids(AdParts *parts, sd_bus_message *m, bool ignore);
int ad_parts_read_manufacturer_data(AdParts *parts, sd_bus_message *m);
int ad_parts_read_service_data(AdParts *parts, sd_bus_message *m);
int ad_parts_read_other(AdParts *parts, sd_bus_message *m);

/* The name, or NULL. To be freed. */
char *ad_parts_name(const AdParts *parts);

/*
 * Joins them, as far as they fit. BlueZ signals manufacturer and service data with each report that has any,
 * so they count only if the last properties told them; the rest is signalled when it changes.
 */
size_t ad_parts_join(const AdParts *parts, uint8_t data[static AD_MAX]);
