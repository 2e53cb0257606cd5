/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "air.h"

#include <errno.h>

typedef struct Pending {
	Advert *advert;
	uint64_t due;
} Pending;

static void air_signal(Air *air)
{
	air->signal_due = MIN(air->signal_due, air->bed.now + air->signal_takes);
}

static void air_put_on(Air *air, void *what)
{
	g_ptr_array_add(air->registered, what);
	if (!air->current) {
		air->current = what;
		air->turn_ends = air->bed.now + KERNEL_TURN;
	}
	air_signal(air);
}

static void air_turn(Air *air, guint from)
{
	air->current = NULL;
	if (air->registered->len == 0)
		return;
	from += air->registered->len - 1;
	air->current = g_ptr_array_index(air->registered, from % air->registered->len);
	air->turn_ends = air->bed.now + KERNEL_TURN;
}

static void air_take_off(Air *air, void *what)
{
	guint index;

	if (!g_ptr_array_find(air->registered, what, &index))
		return;
	g_ptr_array_remove_index(air->registered, index);
	if (air->current == what)
		air_turn(air, index);
	air_signal(air);
}

static void air_start(void *userdata, Advert *advert)
{
	Air *air = userdata;
	Pending pending = { advert, air->bed.now + air->call_takes };

	air->edges.advert_start(userdata, advert);
	g_array_append_val(air->pending, pending);
}

static void air_stop(void *userdata, Advert *advert)
{
	Air *air = userdata;

	air->edges.advert_stop(userdata, advert);
	for (guint i = 0; i < air->pending->len; i++) {
		if (g_array_index(air->pending, Pending, i).advert == advert) {
			g_array_remove_index(air->pending, i);
			return;
		}
	}
	/* its instance is free again when bluetoothd has carried the call out */
	if (g_ptr_array_find(air->registered, advert, NULL)) {
		Pending leaving = { advert, air->bed.now + air->end_takes };

		g_array_append_val(air->leaving, leaving);
	}
}

static void air_answer(Air *air)
{
	Advert *advert = g_array_index(air->pending, Pending, 0).advert;
	int error = 0;

	g_array_remove_index(air->pending, 0);
	if (!air->bed.radio->bluez.powered)
		error = -EAGAIN;
	else if (air->registered->len >= air->instances)
		error = -EBUSY;
	if (error == 0)
		air_put_on(air, advert);
	else
		air->refusals++;
	bed_advertised(&air->bed, advert->session, error);
}

static bool air_is_on(const Air *air, const Session *session)
{
	const Advert *advert = session ? advert_find(session) : NULL;

	if (!advert)
		return false;
	return air->sets ? g_ptr_array_find(air->registered, advert, NULL) : air->current == advert;
}

static void air_count(Air *air, uint64_t until)
{
	const uint64_t now = air->bed.now;

	if (!air->bed.radio->bluez.powered || !air->bed.radio->present)
		return;
	for (unsigned i = 0; i < AIR_SESSIONS; i++) {
		if (!air_is_on(air, air->sessions[i]))
			continue;
		air->on_air[i] += until - now;
		if (until == now)
			continue;
		air->gap[i] = MAX(air->gap[i], now - air->last[i]);
		air->last[i] = until;
	}
}

void air_pass(Air *air, uint64_t microseconds)
{
	Bed *bed = &air->bed;
	const uint64_t end = bed->now + microseconds;
	unsigned at_once = 0;

	while (true) {
		uint64_t next = MIN(MIN(end, bed_next(bed)), air->signal_due);

		if (air->pending->len > 0)
			next = MIN(next, g_array_index(air->pending, Pending, 0).due);
		if (air->leaving->len > 0)
			next = MIN(next, g_array_index(air->leaving, Pending, 0).due);
		if (air->current && !air->sets)
			next = MIN(next, air->turn_ends);
		next = MAX(next, bed->now);
		air_count(air, next);
		/* more wake-ups at one moment mean that core would keep the processor busy */
		at_once = next == bed->now ? at_once + 1 : 0;
		must(at_once < 100);
		bed->now = next;

		if (air->leaving->len > 0 && g_array_index(air->leaving, Pending, 0).due <= bed->now) {
			air_take_off(air, g_array_index(air->leaving, Pending, 0).advert);
			g_array_remove_index(air->leaving, 0);
		} else if (air->pending->len > 0 && g_array_index(air->pending, Pending, 0).due <= bed->now) {
			air_answer(air);
		} else if (air->signal_due <= bed->now) {
			air->signal_due = USEC_NEVER;
			if (air->bed.radio->present) {
				RadioState state = air->bed.radio->bluez;

				state.instances = (uint8_t)air->instances;
				state.instances_free = (uint8_t)(air->instances - air->registered->len);
				state.advert_sets = air->sets;
				radios_update(air->bed.radio, &state, bed->now);
			}
		} else if (air->current && !air->sets && air->turn_ends <= bed->now) {
			guint index = 0;

			ck_assert(g_ptr_array_find(air->registered, air->current, &index));
			air_turn(air, index);
		} else if (bed_next(bed) <= bed->now) {
			bed_tick(bed);
		} else if (bed->now >= end) {
			break;
		}
		must(air->registered->len <= air->instances);
		bed_forget(bed);
	}
}

void air_others(Air *air, unsigned n)
{
	while (air->n_others < n)
		air_put_on(air, &air->others[air->n_others++]);
	while (air->n_others > n)
		air_take_off(air, &air->others[--air->n_others]);
}

void air_advertise(Air *air, unsigned index)
{
	Advertiser wait = { 0 };

	if (!air->sessions[index])
		air->sessions[index] = bed_session(&air->bed, air->bed.radio,
						   index < air->of_one ? 9 : 10 + index, ":1.9");
	ck_assert_int_eq(bed_set_advert(&air->bed, air->sessions[index]), 0);
	ck_assert_int_ge(bed_advertise(&air->bed, air->sessions[index], &wait), 0);
	wait_deinit(&wait.wait.wait);
	air->last[index] = air->bed.now;
}

void air_leave(Air *air, unsigned index)
{
	sessions_drop(air->sessions[index], air->bed.now);
	air->sessions[index] = NULL;
}

void air_bluez_gone(Air *air)
{
	bed_bluez_gone(&air->bed);
	ck_assert_uint_eq(air->pending->len, 0);
	g_ptr_array_set_size(air->registered, 0);
	g_array_set_size(air->leaving, 0);
	air->current = NULL;
}

void air_begin(Air *air)
{
	for (unsigned i = 0; i < AIR_SESSIONS; i++) {
		air->on_air[i] = air->gap[i] = 0;
		air->last[i] = air->bed.now;
	}
}

void air_init(Air *air, unsigned instances, bool sets, unsigned sessions)
{
	*air = (Air){
		.instances = instances,
		.sets = sets,
		.call_takes = 10 * USEC_PER_MSEC,
		.end_takes = 5 * USEC_PER_MSEC,
		.signal_takes = 2 * USEC_PER_MSEC,
		.signal_due = USEC_NEVER,
		.pending = g_array_new(FALSE, FALSE, sizeof(Pending)),
		.leaving = g_array_new(FALSE, FALSE, sizeof(Pending)),
		.registered = g_ptr_array_new(),
	};
	bed_init_radio(&air->bed);
	air->edges = air->bed.radio_ops;
	air->bed.radio_ops.advert_start = air_start;
	air->bed.radio_ops.advert_stop = air_stop;
	bed_set_instances(&air->bed, instances, 0, sets);
	for (unsigned i = 0; i < sessions; i++)
		air_advertise(air, i);
}

void air_end(Air *air)
{
	bed_end(&air->bed);
	g_array_free(air->pending, TRUE);
	g_array_free(air->leaving, TRUE);
	g_ptr_array_free(air->registered, TRUE);
}

void air_check(const Air *air, unsigned n, uint64_t longest_gap)
{
	uint64_t least = USEC_NEVER, most = 0, gap;

	for (unsigned i = 0; i < n; i++) {
		least = MIN(least, air->on_air[i]);
		most = MAX(most, air->on_air[i]);
		gap = MAX(air->gap[i], air->bed.now - air->last[i]);
		ck_assert_msg(gap <= longest_gap, "session %u was not on air for %u ms", i + 1,
			      (unsigned)(gap / USEC_PER_MSEC));
	}
	ck_assert_uint_gt(least, 0);
	ck_assert_msg(least * 5 >= most * 4, "between %u and %u ms on air", (unsigned)(least / USEC_PER_MSEC),
		      (unsigned)(most / USEC_PER_MSEC));
}
