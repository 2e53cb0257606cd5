/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which reports pass a filter. filter_match() runs for each report and session: it checks first what costs
 * least, walks the AD structures once for all conditions that need them, stops when none of them is open any
 * more, and allocates nothing where the device has a row.
 */
#include <glib.h>

#include "core/filter-private.h"
#include "core/glob.h"
#include "meaning/ad.h"

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

/* Which of the open conditions (WANT_ bits) the packet's data does not meet. Of several TX powers the first
 * counts. */
static unsigned data_open(const Filter *filter, const Report *report, unsigned open)
{
	bool power_known = report->tx_power != TX_POWER_UNKNOWN;
	AdField field;
	AdIter iter;

	if ((open & WANT_PATHLOSS) && power_known && pathloss_matches(filter, report, report->tx_power))
		open &= ~(unsigned)WANT_PATHLOSS;
	ad_iter_init(&iter, report->data, report->length);
	while (open && ad_iter_next(&iter, &field)) {
		if ((open & WANT_UUID) && uuid_matches(filter, &field))
			open &= ~(unsigned)WANT_UUID;
		if ((open & WANT_MANUFACTURER) && manufacturer_matches(filter, &field))
			open &= ~(unsigned)WANT_MANUFACTURER;
		if ((open & WANT_PATTERN) && pattern_matches(filter, &field))
			open &= ~(unsigned)WANT_PATTERN;
		if ((open & WANT_PATHLOSS) && !power_known && field.type == AD_TX_POWER &&
		    field.length >= 1) {
			power_known = true;
			if (pathloss_matches(filter, report, (int8_t)field.data[0]))
				open &= ~(unsigned)WANT_PATHLOSS;
		}
	}
	return open;
}

/* The same, for name, services and companies, which any packet of the device may have told: from its row. */
static unsigned device_open(const Filter *filter, const DeviceRow *row, unsigned open)
{
	if ((open & WANT_NAME) && row->name && glob_match(filter->name, row->name, strlen(row->name)))
		open &= ~(unsigned)WANT_NAME;
	for (uint8_t i = 0; i < row->facts.count && (open & (WANT_UUID | WANT_MANUFACTURER)); i++) {
		const Fact *fact = &row->facts.list[i];

		if (!fact_is_recent(fact, row->last_seen))
			continue;
		if (fact->is_company
			    ? (open & WANT_MANUFACTURER) &&
				      set_has(filter, &filter->manufacturers, (Key){ 0, fact->company })
			    : (open & WANT_UUID) && set_has(filter, &filter->uuids, key_of_uuid(&fact->uuid)))
			open &= ~(unsigned)(fact->is_company ? WANT_MANUFACTURER : WANT_UUID);
	}
	return open;
}

/* The same, for the name alone, from the packet: where the device has no row. */
static unsigned name_open(const Filter *filter, const Report *report, unsigned open)
{
	AdField field;
	bool matches;
	char *name;

	if (!(open & WANT_NAME) || !ad_find_name(report->data, report->length, &field))
		return open;
	name = ad_name_text(field.data, field.length);
	matches = glob_match(filter->name, name, strlen(name));
	g_free(name);
	return matches ? open & ~(unsigned)WANT_NAME : open;
}

static bool rssi_matches(const Filter *filter, int8_t rssi)
{
	return !filter->has_rssi || (rssi != RSSI_UNKNOWN && rssi >= filter->rssi);
}

static bool adv_type_matches(const Filter *filter, uint8_t adv_type)
{
	return !filter->has_adv_types || (filter->adv_types[adv_type / 64] >> (adv_type % 64) & 1);
}

static void aliases_renew(Aliases *aliases, const Identities *identities)
{
	aliases->generation = identities_generation(identities);
	aliases->known = 0;
	for (size_t i = 0; i < aliases->count; i++)
		if (identities_told(identities, &aliases->addrs[i], &aliases->identities[aliases->known]))
			aliases->known++;
	memset(aliases->tried, 0, sizeof(aliases->tried));
	memset(aliases->fits, 0, sizeof(aliases->fits));
}

/* Whether the key made one of the filter's private addresses. */
static bool key_fits(Aliases *aliases, const Identities *identities, int key)
{
	const uint64_t bit = UINT64_C(1) << (key % 64);

	for (size_t i = 0; i < aliases->count && !(aliases->tried[key / 64] & bit); i++)
		if (identities_key_resolves(identities, key, &aliases->addrs[i])) {
			aliases->fits[key / 64] |= bit;
			break;
		}
	aliases->tried[key / 64] |= bit;
	return aliases->fits[key / 64] & bit;
}

/* Whether one of the filter's private addresses is of the row's device. */
static bool alias_matches(Aliases *aliases, const DeviceRow *row)
{
	int key;

	if (aliases->generation != identities_generation(row->identities))
		aliases_renew(aliases, row->identities);
	for (size_t i = 0; i < aliases->known; i++)
		if (addr_equal(&aliases->identities[i], &row->identity))
			return true;
	key = identities_key_of(row->identities, &row->identity);
	return key >= 0 && key_fits(aliases, row->identities, key);
}

/* Whether the filter has the packet's address, or any other one of the device. */
static bool address_matches(const Filter *filter, const Addr *addr, const DeviceRow *row)
{
	if (!filter->addresses.slots || set_has(filter, &filter->addresses, key_of_addr(addr)))
		return true;
	if (!row || !row->identities)
		return false;
	return set_has(filter, &filter->addresses, key_of_addr(&row->identity)) ||
	       (filter->aliases && alias_matches(filter->aliases, row));
}

/* The row has all that the packet told of the device, and takes less time to look through. */
static bool row_and_data_match(const Filter *filter, const Report *report, const DeviceRow *row)
{
	const unsigned of_packet = WANT_PATTERN | WANT_PATHLOSS,
		       open = device_open(filter, row, filter->wants);

	return (open & ~of_packet) == 0 && (open == 0 || data_open(filter, report, open) == 0);
}

bool filter_match(const Filter *filter, const Report *report, const DeviceRow *row)
{
	unsigned open;

	if (!filter)
		return true;

	if (!rssi_matches(filter, report->rssi) || !adv_type_matches(filter, report->adv_type) ||
	    !address_matches(filter, &report->addr, row))
		return false;
	if (filter->refuses_scan_responses && report->adv_type == ADV_SCAN_RESPONSE)
		return false;
	if ((filter->wants & WANT_PATHLOSS) && report->rssi == RSSI_UNKNOWN)
		return false;

	/* such a row may lack some of what the packet tells */
	if (row && row->facts.count < FACTS_MAX && !row->facts.cut)
		return row_and_data_match(filter, report, row);
	open = filter->wants;
	if (open & ~(unsigned)WANT_NAME)
		open = data_open(filter, report, open);
	if (open & (WANT_PATTERN | WANT_PATHLOSS))
		return false;
	if (open)
		open = row ? device_open(filter, row, open) : name_open(filter, report, open);
	return open == 0;
}

/* Which of the open conditions one of the row's reports does not meet. */
static unsigned report_open(const Filter *filter, const Report *report, unsigned open)
{
	if (!report)
		return open;
	if (rssi_matches(filter, report->rssi))
		open &= ~(unsigned)WANT_RSSI;
	if (adv_type_matches(filter, report->adv_type))
		open &= ~(unsigned)WANT_ADV_TYPE;
	if ((open & WANT_PATHLOSS) && report->rssi == RSSI_UNKNOWN)
		return data_open(filter, report, open & ~(unsigned)WANT_PATHLOSS) | WANT_PATHLOSS;
	return data_open(filter, report, open);
}

bool filter_match_row(const Filter *filter, const DeviceRow *row)
{
	unsigned open;

	if (!filter)
		return true;
	if (!address_matches(filter, &row->addr, row))
		return false;
	open = filter->wants | WANT_RSSI | WANT_ADV_TYPE;
	open = report_open(filter, row->advertisement, open);
	open = report_open(filter, row->scan_response, open);
	return device_open(filter, row, open) == 0;
}
