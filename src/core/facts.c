/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of a device. */
#include "core/facts.h"

#include "meaning/ad.h"

#define FACTS_ROOM_FIRST 2
#define FACTS_PER_REPORT 32	/* the most that are noted: an extended advertisement has room for 800 */

bool fact_is_recent(const Fact *fact, uint64_t last_seen)
{
	return last_seen <= fact->seen || last_seen - fact->seen <= FACTS_AGE;
}

static bool fact_same(const Fact *a, const Fact *b)
{
	if (a->is_company || b->is_company)
		return a->is_company == b->is_company && a->company == b->company;
	return uuid_equal(&a->uuid, &b->uuid);
}

/* The place for a new fact: a free one, or that of the fact that was not heard for the longest time. */
static Fact *facts_place(Facts *facts)
{
	Fact *oldest = facts->list;

	if (facts->count == facts->room && facts->room < FACTS_MAX) {
		facts->room = facts->room > 0 ? (uint8_t)(facts->room * 2) : FACTS_ROOM_FIRST;
		facts->list = g_renew(Fact, facts->list, facts->room);
	}
	if (facts->count < facts->room)
		return &facts->list[facts->count++];
	for (uint8_t i = 1; i < facts->count; i++)
		if (facts->list[i].seen < oldest->seen)
			oldest = &facts->list[i];
	return oldest;
}

static void facts_add(Facts *facts, const Fact *fact)
{
	for (uint8_t i = 0; i < facts->count; i++) {
		if (fact_same(&facts->list[i], fact)) {
			facts->list[i].seen = fact->seen;
			return;
		}
	}
	*facts_place(facts) = *fact;
}

void facts_note(Facts *facts, const Report *report)
{
	unsigned left = FACTS_PER_REPORT;
	AdField field;
	AdIter iter;

	ad_iter_init(&iter, report->data, report->length);
	while (left > 0 && ad_iter_next(&iter, &field)) {
		Fact fact = { .seen = report->time };
		size_t position = 0;

		if (field.type == AD_MANUFACTURER && field.length >= 2) {
			fact.is_company = true;
			fact.company = (uint16_t)(field.data[0] | field.data[1] << 8);
			facts_add(facts, &fact);
			left--;
			continue;
		}
		for (; left > 0 && ad_field_next_uuid(&field, &position, &fact.uuid); left--)
			facts_add(facts, &fact);
	}
	facts->cut |= left == 0;
}

void facts_clear(Facts *facts)
{
	g_free(facts->list);
	*facts = (Facts){ 0 };
}
