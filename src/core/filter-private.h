/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a filter is, for filter.c that builds it and filter-match.c that asks it. */
#pragma once

#include <string.h>

#include "core/filter.h"

/* The kinds of conditions on the data. The first three may be met by any recent packet of the device. */
enum {
	WANT_UUID = 1 << 0,
	WANT_MANUFACTURER = 1 << 1,
	WANT_NAME = 1 << 2,
	WANT_PATTERN = 1 << 3,
	WANT_PATHLOSS = 1 << 4,
};

/* The kinds of conditions on the packet itself. */
enum {
	WANT_RSSI = 1 << 5,
	WANT_ADV_TYPE = 1 << 6,
};

/* A set of numbers up to 128 bits: open addressing, at most half full. Programs choose the keys: as the
 * multipliers are secret, they cannot choose keys that fall on one slot. */
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

/*
 * The filter's private addresses, whose devices may use other ones now, and the identities behind them: those
 * that BlueZ told, and which of the keys made one of them. A key is tried when its device is first heard, for
 * to try all of them with all addresses would take too long. All is looked up again whenever Identities has
 * learned something; so this is written in a filter that is const otherwise.
 */
typedef struct Aliases {
	uint64_t generation;	/* identities_generation at the last look-up; 0: there was none */
	size_t count;
	size_t known;
	Addr *addrs;		/* count of them */
	Addr *identities;	/* known of them, room for count: those that BlueZ told */
	uint64_t tried[IDENTITY_KEYS_MAX / 64];	/* a bit for each key; likewise: */
	uint64_t fits[IDENTITY_KEYS_MAX / 64];
} Aliases;

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
	Aliases *aliases;		/* NULL: none */
	Set uuids;
	Set manufacturers;
	Pattern **patterns;		/* by AD type */
	char *name;
};

static inline size_t set_place(const Filter *filter, const Set *set, Key key)
{
	uint64_t product = key.high * filter->multipliers[0] + key.low * filter->multipliers[1];
	size_t mask = ((size_t)1 << set->bits) - 1;
	size_t place = (size_t)(product >> (64 - set->bits));

	while (set->slots[place].used &&
	       (set->slots[place].key.high != key.high || set->slots[place].key.low != key.low))
		place = (place + 1) & mask;
	return place;
}

static inline bool set_has(const Filter *filter, const Set *set, Key key)
{
	return set->slots[set_place(filter, set, key)].used;
}

static inline Key key_of_addr(const Addr *addr)
{
	Key key = { 0, 0 };

	for (size_t i = 0; i < sizeof(addr->bytes); i++)
		key.low = key.low << 8 | addr->bytes[i];
	return key;
}

static inline Key key_of_uuid(const Uuid *uuid)
{
	Key key;

	memcpy(&key.high, uuid->bytes, sizeof(key.high));
	memcpy(&key.low, uuid->bytes + sizeof(key.high), sizeof(key.low));
	return key;
}
