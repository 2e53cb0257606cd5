/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Advertising data: AD structures (Core Specification Vol 3 Part C 11; types in the Core Specification
 * Supplement). The bytes come from the air and are hostile: nothing here reads past the end, whatever the
 * lengths say.
 */
#pragma once

#include <stdbool.h>

#include "meaning/uuid.h"
#include "util/macros.h"

/* the longest data of an extended advertisement (Vol 4 Part E 7.7.65.13) */
#define AD_MAX 1650
#define AD_LEGACY_MAX 31
#define AD_FIELD_MAX 254

typedef enum AdType {
	AD_FLAGS = 0x01,
	AD_UUID16_PART = 0x02,
	AD_UUID16 = 0x03,
	AD_UUID32_PART = 0x04,
	AD_UUID32 = 0x05,
	AD_UUID128_PART = 0x06,
	AD_UUID128 = 0x07,
	AD_NAME_SHORT = 0x08,
	AD_NAME = 0x09,
	AD_TX_POWER = 0x0a,
	AD_DEVICE_CLASS = 0x0d,
	AD_SOLICIT16 = 0x14,
	AD_SOLICIT128 = 0x15,
	AD_SERVICE_DATA16 = 0x16,
	AD_APPEARANCE = 0x19,
	AD_INTERVAL = 0x1a,
	AD_SOLICIT32 = 0x1f,
	AD_SERVICE_DATA32 = 0x20,
	AD_SERVICE_DATA128 = 0x21,
	AD_MANUFACTURER = 0xff,
} AdType;

/* One AD structure; data points into the bytes that are walked. */
typedef struct AdField {
	uint8_t type;
	uint8_t length;		/* of data, without the type byte */
	const uint8_t *data;
} AdField;

typedef struct AdIter {
	const uint8_t *at;
	const uint8_t *end;
} AdIter;

void ad_iter_init(AdIter *iter, const uint8_t *data, size_t length);

/* The next structure, or false at the end: where the bytes end, at a zero length byte (early termination),
 * and at a structure that says it is longer than what is left (a malformed tail is ignored). */
bool ad_iter_next(AdIter *iter, AdField *ret);

/*
 * Names. Many devices pad a name with zeros, and some send stale memory behind the zeros. So a name ends at
 * its first NUL, and a name that is empty then counts as no name.
 */

/* Whether the structure is a name, complete or shortened, that is not empty. Sets its length to where the
 * name ends. UTF-8 is not checked. */
bool ad_field_name(AdField *field);
/* The complete name or, where there is none, the shortened one. False if neither is there. */
bool ad_find_name(const uint8_t *data, size_t length, AdField *ret);
/* Whether D-Bus takes these bytes as a string: valid UTF-8 without NUL and without noncharacters. */
bool ad_name_is_text(const uint8_t *bytes, size_t length);
/* The name as a string that D-Bus takes: cut at the first NUL, U+FFFD for all that is not valid. Free with
 * g_free. */
char *ad_name_text(const uint8_t *bytes, size_t length);
/* Makes valid UTF-8 a string that D-Bus takes, in place. Each noncharacter becomes U+FFFD, or the same
 * character of its own plane (U+1FFFD …), so that the length stays the same. */
void ad_replace_noncharacters(char *text);

/* The TX power in dBm, if it is there. */
bool ad_find_tx_power(const uint8_t *data, size_t length, int8_t *ret);

/* For the AD type of a UUID list: the bytes of each UUID in it, 2, 4 or 16. For any other type 0. */
size_t ad_list_width(uint8_t type);

/* Walks the service UUIDs of one structure: the UUID lists, and the UUID of service data. *position starts at
 * 0; false after the last one, and for a structure that has none. */
bool ad_field_next_uuid(const AdField *field, size_t *position, Uuid *ret);

/* Builds AD bytes, at most AD_MAX of them. */
typedef struct AdBuilder {
	size_t length;
	uint8_t data[AD_MAX];
} AdBuilder;

void ad_builder_init(AdBuilder *builder);

/* Appends a structure whose data is head followed by tail (either may be empty). -EMSGSIZE, and nothing is
 * appended, if it does not fit. */
int ad_builder_add(AdBuilder *builder, uint8_t type, const void *head, size_t head_length, const void *tail,
		   size_t tail_length);
