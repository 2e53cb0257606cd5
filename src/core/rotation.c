/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose turn it is: more sessions may advertise than the radio can at once. */
#include "core/advert.h"

#include "core/radio.h"
#include "core/session.h"

/* How long the kernel leaves each on air, where the controller has no sets of its own; measured, and a bit
 * more. */
#define KERNEL_TURN (2100 * USEC_PER_MSEC)

static bool advert_is_wanted(const Advert *advert)
{
	return advert->enabled && advert->set;
}

/* One that comes back with new data is on air, too: else it would keep its place as long as it gets newer
 * data. */
static bool advert_is_in(const Advert *advert, AdvertState state)
{
	return advert->state == state || (state == ADVERT_ON && advert->renewed);
}

static bool advert_is_before(const Advert *advert, const Advert *other, AdvertState state)
{
	if (state == ADVERT_OFF && advert->renewed != other->renewed)
		return advert->renewed;
	return advert->since < other->since;
}

/* The wanted one in that state that has been in it for the longest time. Others have their turn to
 * be tried. */
static Advert *adverts_oldest(const Peripheral *peripheral, AdvertState state, uint64_t now)
{
	Advert *oldest = NULL;

	for (guint i = 0; i < peripheral->adverts->len; i++) {
		Advert *advert = g_ptr_array_index(peripheral->adverts, i);

		if (!advert_is_wanted(advert) || !advert_is_in(advert, state) || advert->retry_at > now)
			continue;
		if (!oldest || advert_is_before(advert, oldest, state))
			oldest = advert;
	}
	return oldest;
}

typedef struct AdvertCounts {
	unsigned wanted, starting, on;
} AdvertCounts;

static AdvertCounts adverts_count(const Peripheral *peripheral)
{
	AdvertCounts counts = { 0 };

	for (guint i = 0; i < peripheral->adverts->len; i++) {
		const Advert *advert = g_ptr_array_index(peripheral->adverts, i);

		counts.wanted += advert_is_wanted(advert);
		counts.starting += advert->state == ADVERT_STARTING;
		counts.on += advert->state == ADVERT_ON;
	}
	return counts;
}

/* How many instances other programs have. BlueZ tells of one of ours before or after it has answered: what it
 * says and what we know agree only when it says something new, and one that is starting may be among them. */
static void adverts_learn(Peripheral *peripheral, unsigned on)
{
	const RadioState *radio = &peripheral->radio->bluez;
	unsigned active = radio->instances - MIN(radio->instances_free, radio->instances);

	if (active == peripheral->instances_used)
		return;
	peripheral->instances_used = active;
	peripheral->instances_others = active > on ? active - on : 0;
}

/*
 * How many of ours may be on air at once: what other programs leave. A controller without sets of its own has
 * one at a time; the kernel then takes turns by itself, every 2 s, among all it was given. With more sessions
 * than it takes, two would turn at once, and some would miss theirs: so it gets one at a time.
 */
static unsigned adverts_capacity(const Peripheral *peripheral, unsigned wanted)
{
	const RadioState *radio = &peripheral->radio->bluez;
	unsigned capacity = radio->instances - MIN(peripheral->instances_others, radio->instances);

	/* not told: BlueZ will say */
	if (radio->instances == 0)
		return 1;
	return wanted > capacity && !radio->advert_sets ? MIN(capacity, 1) : capacity;
}

/* Whether one more can start: what ends now has its place until BlueZ says that it is free. */
static bool adverts_have_place(const Peripheral *peripheral, unsigned starting)
{
	const RadioState *radio = &peripheral->radio->bluez;

	return radio->instances == 0 || starting < radio->instances_free;
}

/* How long each stays. Where the kernel takes turns, the others have theirs first. */
static uint64_t adverts_stay(const Peripheral *peripheral, unsigned on)
{
	uint64_t stay = peripheral->radio->broker->config.rotation_seconds * USEC_PER_SEC;

	if (!peripheral->radio->bluez.advert_sets)
		stay += peripheral->instances_others * KERNEL_TURN;
	return stay / on;
}

static uint64_t adverts_due(const Peripheral *peripheral, uint64_t now)
{
	uint64_t due = USEC_NEVER;

	for (guint i = 0; i < peripheral->adverts->len; i++) {
		const Advert *advert = g_ptr_array_index(peripheral->adverts, i);

		if (advert_is_wanted(advert) && advert->state == ADVERT_OFF && advert->retry_at > now)
			due = MIN(due, advert->retry_at);
	}
	return due;
}

uint64_t rotation_settle(Peripheral *peripheral, uint64_t now)
{
	const Radio *radio = peripheral->radio;
	AdvertCounts counts;
	Advert *next, *last;
	unsigned capacity, on;

	if (broker_bluez_ready(radio->broker, NULL) != 0 || !radio->present || !radio->bluez.powered)
		return USEC_NEVER;

	counts = adverts_count(peripheral);
	adverts_learn(peripheral, counts.on + counts.starting);

	/* new data: the old goes, and it is the first to come back, in the same place */
	for (guint i = 0; i < peripheral->adverts->len; i++) {
		Advert *advert = g_ptr_array_index(peripheral->adverts, i);

		if (advert->state == ADVERT_ON && advert->stale) {
			uint64_t since = advert->since;

			advert_stop(advert, now);
			advert->since = since;
			advert->renewed = true;
		}
	}

	counts = adverts_count(peripheral);
	on = counts.starting + counts.on;
	capacity = adverts_capacity(peripheral, counts.wanted);
	for (; on > capacity; on--) {
		last = adverts_oldest(peripheral, ADVERT_ON, now);
		if (!last)
			break;
		advert_yield(last, now);
	}
	for (; on < capacity && adverts_have_place(peripheral, counts.starting); on++) {
		next = adverts_oldest(peripheral, ADVERT_OFF, now);
		if (!next)
			break;
		advert_start(next);
		counts.starting++;
	}

	next = adverts_oldest(peripheral, ADVERT_OFF, now);
	if (!next)
		peripheral->turn_began = USEC_NEVER;
	if (!next || on == 0)
		return adverts_due(peripheral, now);

	/* each stays as long; where there are several places they change one after the other */
	if (peripheral->turn_began == USEC_NEVER)
		peripheral->turn_began = now;
	if (peripheral->turn_began + adverts_stay(peripheral, on) <= now) {
		/* BlueZ gives its place away only once it is gone: then radios_update leads back here, and
		 * the next starts */
		last = adverts_oldest(peripheral, ADVERT_ON, now);
		if (last)
			advert_yield(last, now);
		peripheral->turn_began = now;
	}
	return MIN(peripheral->turn_began + adverts_stay(peripheral, on), adverts_due(peripheral, now));
}
