/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How scan filters are built. */
#include <errno.h>

#include "core/filter-private.h"
#include "meaning/ad.h"
#include "util/siphash.h"

#define NAME_MAX_BYTES 248	/* longest device name (Vol 3 Part C 12.1) */
#define SET_SLOTS_MIN 8

static void set_put(const Filter *filter, Set *set, Key key)
{
	Slot *slot = &set->slots[set_place(filter, set, key)];

	if (!slot->used)
		set->count++;
	slot->key = key;
	slot->used = true;
}

static void set_grow(Filter *filter, Set *set)
{
	size_t slots = set->slots ? (size_t)1 << set->bits : 0;
	Set grown = { .bits = 3 };

	_Static_assert(SET_SLOTS_MIN == 1 << 3, "bits of the smallest set");
	if (slots > 0)
		grown.bits = set->bits + 1;
	grown.slots = g_new0(Slot, (size_t)1 << grown.bits);
	for (size_t i = 0; i < slots; i++) {
		if (set->slots[i].used)
			set_put(filter, &grown, set->slots[i].key);
	}
	g_free(set->slots);
	*set = grown;
	filter->allocated += (((size_t)1 << grown.bits) - slots) * sizeof(Slot);
}

static int set_add(Filter *filter, Set *set, Key key)
{
	if (filter->entries >= filter->max_entries)
		return -EDQUOT;
	if (!set->slots || set->count >= (size_t)1 << (set->bits - 1))
		set_grow(filter, set);
	set_put(filter, set, key);
	filter->entries++;
	return 0;
}

Filter *filter_new(size_t max_entries)
{
	Filter *filter = g_new0(Filter, 1);

	filter->max_entries = max_entries;
	filter->multipliers[0] = siphash_process("high", 4) | 1;
	filter->multipliers[1] = siphash_process("low", 3) | 1;
	return filter;
}

static void free_patterns(Pattern **patterns)
{
	if (!patterns)
		return;
	for (size_t type = 0; type < 256; type++) {
		while (patterns[type]) {
			Pattern *next = patterns[type]->next;

			g_free(patterns[type]);
			patterns[type] = next;
		}
	}
	g_free(patterns);
}

Filter *filter_free(Filter *filter)
{
	if (!filter)
		return NULL;
	g_free(filter->addresses.slots);
	if (filter->aliases) {
		g_free(filter->aliases->addrs);
		g_free(filter->aliases->identities);
		g_free(filter->aliases);
	}
	g_free(filter->uuids.slots);
	g_free(filter->manufacturers.slots);
	free_patterns(filter->patterns);
	g_free(filter->name);
	g_free(filter);
	return NULL;
}

static void add_alias(Filter *filter, const Addr *addr)
{
	Aliases *aliases = filter->aliases;

	if (!aliases) {
		aliases = filter->aliases = g_new0(Aliases, 1);
		filter->allocated += sizeof(*aliases);
	}
	aliases->addrs = g_renew(Addr, aliases->addrs, aliases->count + 1);
	aliases->identities = g_renew(Addr, aliases->identities, aliases->count + 1);
	aliases->addrs[aliases->count++] = *addr;
	filter->allocated += 2 * sizeof(Addr);
}

int filter_add_address(Filter *filter, const Addr *addr)
{
	int r = set_add(filter, &filter->addresses, key_of_addr(addr));

	if (r == 0 && addr_is_resolvable(addr))
		add_alias(filter, addr);
	return r;
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
		filter->patterns = g_new0(Pattern *, 256);
		filter->allocated += 256 * sizeof(*filter->patterns);
	}
	pattern = g_malloc(sizeof(*pattern) + length);
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

	if (length > NAME_MAX_BYTES)
		return -E2BIG;
	if (filter->name)
		filter->allocated -= strlen(filter->name) + 1;
	g_free(filter->name);
	filter->name = g_strdup(glob);
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
