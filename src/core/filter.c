/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scan filters. filter_match() runs for each report and session: it asks first what costs least, walks the AD structures
 * once for all that needs them, stops as soon as nothing is open, and allocates nothing.
 */
#include "core/filter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/ad.h"
#include "core/glob.h"
#include "core/siphash.h"

#define NAME_MAX_BYTES 248	/* longest device name (Vol 3 Part C 12.1) */
#define SET_SLOTS_MIN 8

/* The kinds of conditions that look into the data. */
enum {
	WANT_UUID = 1 << 0,
	WANT_MANUFACTURER = 1 << 1,
	WANT_NAME = 1 << 2,
	WANT_PATTERN = 1 << 3,
	WANT_PATHLOSS = 1 << 4,
};

/* A set of numbers up to 128 bits: open addressing, at most half full. Programs choose the keys, so the multipliers are
 * secret ones. */
typedef struct Key {
	uint64_t high;
	uint64_t low;
} Key;

typedef struct Slot {
	Key key;
	bool used;
} Slot;

typedef struct Set {
	Slot *slots;
	size_t count;
	unsigned bits;		/* 1 << bits slots */
} Set;

typedef struct Pattern {
	struct Pattern *next;	/* of the same AD type */
	uint8_t start;
	uint8_t length;
	uint8_t bytes[];
} Pattern;

struct Filter {
	size_t max_entries;
	size_t entries;
	size_t allocated;		/* bytes beside this struct */
	unsigned wants;			/* WANT_… */
	bool refuses_scan_responses;
	bool has_rssi;
	bool has_adv_types;
	int16_t rssi;
	uint16_t pathloss;
	uint64_t adv_types[4];		/* a bit for each of 256 */
	uint64_t multipliers[2];
	Set addresses;
	Set uuids;
	Set manufacturers;
	Pattern **patterns;		/* by AD type */
	char *name;
};

static size_t set_place(const Filter *filter, const Set *set, Key key)
{
	uint64_t product = key.high * filter->multipliers[0] + key.low * filter->multipliers[1];
	size_t mask = ((size_t)1 << set->bits) - 1;
	size_t place = (size_t)(product >> (64 - set->bits));

	while (set->slots[place].used &&
	       (set->slots[place].key.high != key.high || set->slots[place].key.low != key.low))
		place = (place + 1) & mask;
	return place;
}

static bool set_has(const Filter *filter, const Set *set, Key key)
{
	return set->slots[set_place(filter, set, key)].used;
}

static void set_put(const Filter *filter, Set *set, Key key)
{
	Slot *slot = &set->slots[set_place(filter, set, key)];

	if (!slot->used)
		set->count++;
	slot->key = key;
	slot->used = true;
}

static int set_grow(Filter *filter, Set *set)
{
	size_t slots = set->slots ? (size_t)1 << set->bits : 0;
	Set grown = { .bits = 3 };

	_Static_assert(SET_SLOTS_MIN == 1 << 3, "bits of the smallest set");
	if (slots > 0)
		grown.bits = set->bits + 1;
	grown.slots = calloc((size_t)1 << grown.bits, sizeof(Slot));
	if (!grown.slots)
		return -ENOMEM;

	for (size_t i = 0; i < slots; i++) {
		if (set->slots[i].used)
			set_put(filter, &grown, set->slots[i].key);
	}
	free(set->slots);
	*set = grown;
	filter->allocated += (((size_t)1 << grown.bits) - slots) * sizeof(Slot);
	return 0;
}

static int set_add(Filter *filter, Set *set, Key key)
{
	int r;

	if (filter->entries >= filter->max_entries)
		return -EDQUOT;
	if (!set->slots || set->count >= (size_t)1 << (set->bits - 1)) {
		r = set_grow(filter, set);
		if (r < 0)
			return r;
	}
	set_put(filter, set, key);
	filter->entries++;
	return 0;
}

static Key key_of_addr(const Addr *addr)
{
	Key key = { 0, 0 };

	for (size_t i = 0; i < sizeof(addr->bytes); i++)
		key.low = key.low << 8 | addr->bytes[i];
	return key;
}

static Key key_of_uuid(const Uuid *uuid)
{
	Key key;

	memcpy(&key.high, uuid->bytes, sizeof(key.high));
	memcpy(&key.low, uuid->bytes + sizeof(key.high), sizeof(key.low));
	return key;
}

int filter_new(Filter **ret, size_t max_entries)
{
	Filter *filter = calloc(1, sizeof(*filter));

	if (!filter)
		return -ENOMEM;
	filter->max_entries = max_entries;
	filter->multipliers[0] = siphash_process("high", 4) | 1;
	filter->multipliers[1] = siphash_process("low", 3) | 1;
	*ret = filter;
	return 0;
}

static void free_patterns(Pattern **patterns)
{
	if (!patterns)
		return;
	for (size_t type = 0; type < 256; type++) {
		while (patterns[type]) {
			Pattern *next = patterns[type]->next;

			free(patterns[type]);
			patterns[type] = next;
		}
	}
	free(patterns);
}

Filter *filter_free(Filter *filter)
{
	if (!filter)
		return NULL;
	free(filter->addresses.slots);
	free(filter->uuids.slots);
	free(filter->manufacturers.slots);
	free_patterns(filter->patterns);
	free(filter->name);
	free(filter);
	return NULL;
}

int filter_add_address(Filter *filter, const Addr *addr)
{
	return set_add(filter, &filter->addresses, key_of_addr(addr));
}

int filter_add_uuid(Filter *filter, const Uuid *uuid)
{
	int r = set_add(filter, &filter->uuids, key_of_uuid(uuid));

	if (r == 0)
		filter->wants |= WANT_UUID;
	return r;
}

int filter_add_manufacturer(Filter *filter, uint16_t company)
{
	int r = set_add(filter, &filter->manufacturers, (Key) { 0, company });

	if (r == 0)
		filter->wants |= WANT_MANUFACTURER;
	return r;
}

int filter_add_adv_type(Filter *filter, uint8_t adv_type)
{
	if (filter->entries >= filter->max_entries)
		return -EDQUOT;
	filter->adv_types[adv_type / 64] |= UINT64_C(1) << (adv_type % 64);
	filter->has_adv_types = true;
	filter->entries++;
	return 0;
}

int filter_add_pattern(Filter *filter, uint8_t start, uint8_t ad_type, const uint8_t *bytes, size_t length)
{
	Pattern *pattern;

	if (length == 0 || start >= AD_FIELD_MAX || length > (size_t)(AD_FIELD_MAX - start))
		return -EINVAL;
	if (filter->entries >= filter->max_entries)
		return -EDQUOT;

	if (!filter->patterns) {
		filter->patterns = calloc(256, sizeof(*filter->patterns));
		if (!filter->patterns)
			return -ENOMEM;
		filter->allocated += 256 * sizeof(*filter->patterns);
	}
	pattern = malloc(sizeof(*pattern) + length);
	if (!pattern)
		return -ENOMEM;

	pattern->start = start;
	pattern->length = (uint8_t)length;
	memcpy(pattern->bytes, bytes, length);
	pattern->next = filter->patterns[ad_type];
	filter->patterns[ad_type] = pattern;
	filter->allocated += sizeof(*pattern) + length;
	filter->entries++;
	filter->wants |= WANT_PATTERN;
	return 0;
}

int filter_set_name(Filter *filter, const char *glob)
{
	size_t length = strnlen(glob, NAME_MAX_BYTES + 1);
	char *name;

	if (length > NAME_MAX_BYTES)
		return -E2BIG;
	name = strdup(glob);
	if (!name)
		return -ENOMEM;

	if (filter->name)
		filter->allocated -= strlen(filter->name) + 1;
	free(filter->name);
	filter->name = name;
	filter->allocated += length + 1;
	filter->wants |= WANT_NAME;
	return 0;
}

void filter_set_rssi(Filter *filter, int16_t dbm)
{
	filter->rssi = dbm;
	filter->has_rssi = true;
}

void filter_set_pathloss(Filter *filter, uint16_t db)
{
	filter->pathloss = db;
	filter->wants |= WANT_PATHLOSS;
}

void filter_set_scan_responses(Filter *filter, bool wanted)
{
	filter->refuses_scan_responses = !wanted;
}

size_t filter_size(const Filter *filter)
{
	return sizeof(*filter) + filter->allocated;
}

static bool uuid_matches(const Filter *filter, const AdField *field)
{
	size_t position = 0;
	Uuid uuid;

	while (ad_field_next_uuid(field, &position, &uuid)) {
		if (set_has(filter, &filter->uuids, key_of_uuid(&uuid)))
			return true;
	}
	return false;
}

static bool manufacturer_matches(const Filter *filter, const AdField *field)
{
	return field->type == AD_MANUFACTURER && field->length >= 2 &&
	       set_has(filter, &filter->manufacturers,
		       (Key) { 0, (uint64_t)field->data[0] | (uint64_t)field->data[1] << 8 });
}

static bool name_matches(const Filter *filter, const AdField *field)
{
	return (field->type == AD_NAME || field->type == AD_NAME_SHORT) &&
	       glob_match(filter->name, (const char *)field->data, field->length);
}

static bool pattern_matches(const Filter *filter, const AdField *field)
{
	for (const Pattern *p = filter->patterns[field->type]; p; p = p->next) {
		if (p->start + p->length <= field->length && field->data[p->start] == p->bytes[0] &&
		    memcmp(field->data + p->start, p->bytes, p->length) == 0)
			return true;
	}
	return false;
}

static bool pathloss_matches(const Filter *filter, const Report *report, int tx_power)
{
	return tx_power - report->rssi <= filter->pathloss;
}

/* One walk over the structures; what is met is struck off. The TX power that counts is the first. */
static bool data_matches(const Filter *filter, const Report *report, unsigned open)
{
	AdField field;
	AdIter iter;

	ad_iter_init(&iter, report->data, report->length);
	while (open && ad_iter_next(&iter, &field)) {
		if ((open & WANT_UUID) && uuid_matches(filter, &field))
			open &= ~(unsigned)WANT_UUID;
		if ((open & WANT_MANUFACTURER) && manufacturer_matches(filter, &field))
			open &= ~(unsigned)WANT_MANUFACTURER;
		if ((open & WANT_NAME) && name_matches(filter, &field))
			open &= ~(unsigned)WANT_NAME;
		if ((open & WANT_PATTERN) && pattern_matches(filter, &field))
			open &= ~(unsigned)WANT_PATTERN;
		if ((open & WANT_PATHLOSS) && field.type == AD_TX_POWER && field.length >= 1) {
			if (!pathloss_matches(filter, report, (int8_t)field.data[0]))
				return false;
			open &= ~(unsigned)WANT_PATHLOSS;
		}
	}
	return open == 0;
}

bool filter_match(const Filter *filter, const Report *report)
{
	unsigned open;

	if (!filter)
		return true;

	if (filter->has_rssi && (report->rssi == RSSI_UNKNOWN || report->rssi < filter->rssi))
		return false;
	if (filter->refuses_scan_responses && report->adv_type == ADV_SCAN_RESPONSE)
		return false;
	if (filter->has_adv_types && !(filter->adv_types[report->adv_type / 64] >> (report->adv_type % 64) & 1))
		return false;
	if (filter->addresses.slots && !set_has(filter, &filter->addresses, key_of_addr(&report->addr)))
		return false;

	open = filter->wants;
	if (open & WANT_PATHLOSS) {
		if (report->rssi == RSSI_UNKNOWN)
			return false;
		if (report->tx_power != TX_POWER_UNKNOWN) {
			if (!pathloss_matches(filter, report, report->tx_power))
				return false;
			open &= ~(unsigned)WANT_PATHLOSS;
		}
	}
	return open == 0 || data_matches(filter, report, open);
}
