/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose turn it is: more sessions may advertise than the radio can at once. */
#include "core/advert.h"

#include "core/radio.h"
#include "core/session.h"

static bool advert_is_wanted(const Advert *advert)
{
	return advert->enabled && advert->set;
}

/* The wanted one in that state that has been in it for the longest time. Others have their turn to be tried. */
static Advert *adverts_oldest(const Peripheral *peripheral, AdvertState state, uint64_t now)
{
	Advert *oldest = NULL;

	for (guint i = 0; i < peripheral->adverts->len; i++) {
		Advert *advert = g_ptr_array_index(peripheral->adverts, i);

		if (!advert_is_wanted(advert) || advert->state != state || advert->retry_at > now)
			continue;
		if (!oldest || advert->since < oldest->since)
			oldest = advert;
	}
	return oldest;
}

static unsigned adverts_count(const Peripheral *peripheral, bool on_air)
{
	unsigned n = 0;

	for (guint i = 0; i < peripheral->adverts->len; i++) {
		const Advert *advert = g_ptr_array_index(peripheral->adverts, i);

		n += advert_is_wanted(advert) && (!on_air || advert->state != ADVERT_OFF);
	}
	return n;
}

/*
 * How many of ours may be on air at once: what other programs leave. A controller without sets of its own has one at a
 * time; the kernel then takes turns by itself, every 2 s, among all it was given. With more sessions than it takes, two
 * would turn at once, and some would miss theirs: so it gets one at a time.
 */
static unsigned adverts_capacity(const Peripheral *peripheral, unsigned wanted, unsigned on)
{
	const RadioState *radio = &peripheral->radio->bluez;
	unsigned active = radio->instances - MIN(radio->instances_free, radio->instances);
	unsigned others = active > on ? active - on : 0;
	unsigned capacity = radio->instances - others;

	if (wanted > capacity && !radio->advert_sets)
		return 1;
	return MAX(capacity, 1);
}

static uint64_t adverts_due(const Peripheral *peripheral)
{
	uint64_t due = USEC_NEVER;

	for (guint i = 0; i < peripheral->adverts->len; i++) {
		const Advert *advert = g_ptr_array_index(peripheral->adverts, i);

		if (advert_is_wanted(advert) && advert->state == ADVERT_OFF && advert->retry_at > 0)
			due = MIN(due, advert->retry_at);
	}
	return due;
}

uint64_t adverts_settle(Peripheral *peripheral, uint64_t now)
{
	const Radio *radio = peripheral->radio;
	const uint64_t stay = radio->broker->config.rotation_seconds * USEC_PER_SEC;
	unsigned wanted, on, capacity;
	Advert *next, *last;

	if (!radio->broker->bluez_up || !radio->present || !radio->bluez.powered)
		return USEC_NEVER;

	/* new data: the old goes and it comes back with the new, in the same place */
	for (guint i = 0; i < peripheral->adverts->len; i++) {
		Advert *advert = g_ptr_array_index(peripheral->adverts, i);

		if (advert->state == ADVERT_ON && advert->stale) {
			uint64_t since = advert->since;

			advert_stop(advert, now);
			advert_start(advert);
			advert->since = since;
		}
	}

	wanted = adverts_count(peripheral, false);
	on = adverts_count(peripheral, true);
	capacity = adverts_capacity(peripheral, wanted, on);
	for (; on > capacity; on--) {
		last = adverts_oldest(peripheral, ADVERT_ON, now);
		if (!last)
			break;
		advert_stop(last, now);
	}
	for (; on < capacity; on++) {
		next = adverts_oldest(peripheral, ADVERT_OFF, now);
		if (!next)
			break;
		advert_start(next);
	}

	next = adverts_oldest(peripheral, ADVERT_OFF, now);
	if (!next || on == 0) {
		peripheral->turn_due = USEC_NEVER;
		return adverts_due(peripheral);
	}
	/* each stays as long; where there are several places they change one after the other */
	if (peripheral->turn_due == USEC_NEVER)
		peripheral->turn_due = now + stay / on;
	if (peripheral->turn_due <= now) {
		last = adverts_oldest(peripheral, ADVERT_ON, now);
		if (last) {
			advert_stop(last, now);
			advert_start(next);
		}
		peripheral->turn_due = now + stay / on;
	}
	return MIN(peripheral->turn_due, adverts_due(peripheral));
}
