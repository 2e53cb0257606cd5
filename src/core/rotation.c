/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which advertisements are on air now: sessions may have more of them than the radio can send at once. */
#include "core/advert.h"

#include "core/radio.h"
#include "core/rota.h"
#include "core/session.h"

/* How long the kernel leaves each advertisement on air, where the controller has no advertising sets:
 * measured, and rounded up. */
#define KERNEL_TURN (2100 * USEC_PER_MSEC)

static bool advert_is_wanted(const Advert *advert)
{
	return advert->enabled && advert->set;
}

/* Whether the advertisement counts as one in that state. One that comes back with new data (renewed) counts
 * as on air, too: else a session that changes its data often would keep its place for ever. */
static bool advert_is_in(const Advert *advert, AdvertState state)
{
	return advert->state == state || (state == ADVERT_ON && advert->renewed);
}

static uint64_t advert_rota(const Advert *advert)
{
	return advert->session->rota[ROTA_ADVERT];
}

static bool advert_is_before(const Advert *advert, const Advert *other, AdvertState state)
{
	if (state == ADVERT_OFF && advert->renewed != other->renewed)
		return advert->renewed;
	if (state == ADVERT_OFF && advert_rota(advert) != advert_rota(other))
		return advert_rota(advert) < advert_rota(other);
	return advert->since < other->since;
}

/* Of the wanted advertisements in that state, the one that has been in it for longest; to go on air, of the
 * user whose turn it is. NULL: none. Those that wait for their next try (retry_at) are left out. */
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

/* Notes how many instances other programs have. BlueZ may count one of ours before or after it answers our
 * call, so its count is used only when it changes, and those of ours that are starting count as on air. */
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
 * How many of our advertisements may be on air at once: what other programs leave. A controller without
 * advertising sets sends one at a time, and the kernel rotates by itself, every 2 s, all that it was given.
 * If we rotated as well, because more are wanted than fit, some would miss their time on air: so the kernel
 * then gets one of ours at a time.
 */
static unsigned adverts_capacity(const Peripheral *peripheral, unsigned wanted)
{
	const RadioState *radio = &peripheral->radio->bluez;
	unsigned capacity = radio->instances - MIN(peripheral->instances_others, radio->instances);

	/* BlueZ has not told: try one, and BlueZ refuses it if there is no room */
	if (radio->instances == 0)
		return 1;
	return wanted > capacity && !radio->advert_sets ? MIN(capacity, 1) : capacity;
}

/* Whether one more can start: one that we stopped keeps its instance until BlueZ says that it is free. */
static bool adverts_have_place(const Peripheral *peripheral, unsigned starting)
{
	const RadioState *radio = &peripheral->radio->bluez;

	return radio->instances == 0 || starting < radio->instances_free;
}

/* How long to wait, with on of ours on air, until the next change. Where the kernel rotates, other programs'
 * advertisements take time from ours. */
static uint64_t adverts_stay(const Peripheral *peripheral, unsigned on)
{
	uint64_t stay = peripheral->radio->broker->config.rotation_seconds * USEC_PER_SEC;

	if (!peripheral->radio->bluez.advert_sets)
		stay += peripheral->instances_others * KERNEL_TURN;
	return stay / on;
}

/* When the next advertisement may be tried again. */
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

/* Whether another advertisement of the user has a place. */
static bool advert_has_company(const Advert *advert)
{
	const GPtrArray *adverts = advert->peripheral->adverts;

	for (guint i = 0; i < adverts->len; i++) {
		const Advert *other = g_ptr_array_index(adverts, i);

		if (other != advert && other->session->user == advert->session->user &&
		    (other->state != ADVERT_OFF || other->renewed))
			return true;
	}
	return false;
}

/* The one that has been on air for longest makes room for next. But a user who has a place already gets no
 * other from one who would be the first to have it back: that one stays for another turn. */
static void adverts_turn(const Peripheral *peripheral, const Advert *next, uint64_t now)
{
	Advert *last = adverts_oldest(peripheral, ADVERT_ON, now);

	if (!last)
		return;
	if (advert_rota(last) < advert_rota(next) && advert_has_company(next))
		advert_stay(last, now);
	else
		advert_yield(last, now);
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

	/* an advertisement with new data is stopped, and is the first to start again, in the place it had */
	for (guint i = 0; i < peripheral->adverts->len; i++) {
		Advert *advert = g_ptr_array_index(peripheral->adverts, i);

		if (advert->state == ADVERT_ON && advert->stale)
			advert_renew(advert);
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

	/* all stay on air equally long; where several are, one is replaced at a time */
	if (peripheral->turn_began == USEC_NEVER)
		peripheral->turn_began = now;
	if (peripheral->turn_began + adverts_stay(peripheral, on) <= now) {
		/* the next starts when BlueZ says that the place is free: radios_update then leads back
		 * here */
		adverts_turn(peripheral, next, now);
		peripheral->turn_began = now;
	}
	return usec_earlier(peripheral->turn_began + adverts_stay(peripheral, on),
			    adverts_due(peripheral, now));
}
