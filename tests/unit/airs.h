/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bluetoothd, the kernel and the controller, as far as advertising goes, in virtual time, with a count of who was on air
 * for how long. A controller with sets has all that is registered on air; else the kernel turns, from the newest to the
 * oldest.
 */
#pragma once

#include <errno.h>

#include "peripherals.h"

#define AIR_SESSIONS 16
#define KERNEL_TURN (2080 * USEC_PER_MSEC)

typedef struct AirPending {
	Advert *advert;
	uint64_t due;
} AirPending;

typedef struct Air {
	Side side;			/* first: the edges are called with it */
	Session *sessions[AIR_SESSIONS];	/* by number - 1; NULL: gone */
	unsigned instances;
	bool sets;
	uint64_t call_takes;		/* a registration */
	uint64_t end_takes;		/* the end of one */
	uint64_t signal_takes;		/* until the instances that are free are told */
	char others[8];			/* what others registered: a pointer each */
	unsigned n_others;
	GArray *pending;		/* AirPending: calls to register */
	GArray *leaving;		/* AirPending: calls to end one; advert is not to be followed */
	GPtrArray *registered;		/* Advert, or pointer into others; oldest first */
	void *current;			/* without sets */
	uint64_t turn_ends;
	uint64_t signal_due;
	uint64_t on_air[AIR_SESSIONS];
	uint64_t last[AIR_SESSIONS];	/* it was on air */
	uint64_t gap[AIR_SESSIONS];	/* the longest time that it was not */
	unsigned refusals;
} Air;

static inline void air_signal(Air *air)
{
	air->signal_due = MIN(air->signal_due, air->side.world.now + air->signal_takes);
}

static inline void air_put_on(Air *air, void *what)
{
	g_ptr_array_add(air->registered, what);
	if (!air->current) {
		air->current = what;
		air->turn_ends = air->side.world.now + KERNEL_TURN;
	}
	air_signal(air);
}

static inline void air_turn(Air *air, guint from)
{
	air->current = NULL;
	if (air->registered->len == 0)
		return;
	air->current = g_ptr_array_index(air->registered, (from + air->registered->len - 1) % air->registered->len);
	air->turn_ends = air->side.world.now + KERNEL_TURN;
}

static inline void air_take_off(Air *air, void *what)
{
	guint index;

	if (!g_ptr_array_find(air->registered, what, &index))
		return;
	g_ptr_array_remove_index(air->registered, index);
	if (air->current == what)
		air_turn(air, index);
	air_signal(air);
}

static inline void air_start(void *userdata, Advert *advert)
{
	Air *air = userdata;
	AirPending pending = { advert, air->side.world.now + air->call_takes };

	op_advert_start(userdata, advert);
	g_array_append_val(air->pending, pending);
}

static inline void air_stop(void *userdata, Advert *advert)
{
	Air *air = userdata;

	op_advert_stop(userdata, advert);
	for (guint i = 0; i < air->pending->len; i++) {
		if (g_array_index(air->pending, AirPending, i).advert == advert) {
			g_array_remove_index(air->pending, i);
			return;
		}
	}
	/* its place is free once bluetoothd has done it */
	if (g_ptr_array_find(air->registered, advert, NULL)) {
		AirPending leaving = { advert, air->side.world.now + air->end_takes };

		g_array_append_val(air->leaving, leaving);
	}
}

static inline void air_answer(Air *air)
{
	Advert *advert = g_array_index(air->pending, AirPending, 0).advert;
	int error = 0;

	g_array_remove_index(air->pending, 0);
	if (!air->side.radio->bluez.powered)
		error = -EAGAIN;
	else if (air->registered->len >= air->instances)
		error = -EBUSY;
	if (error == 0)
		air_put_on(air, advert);
	else
		air->refusals++;
	side_started(&air->side, advert->session, error);
}

static inline void air_count(Air *air, uint64_t until)
{
	const uint64_t now = air->side.world.now;

	if (!air->side.radio->bluez.powered || !air->side.radio->present)
		return;
	for (unsigned i = 0; i < AIR_SESSIONS; i++) {
		Advert *advert = air->sessions[i] ? advert_find(air->sessions[i]) : NULL;

		if (!advert || !(air->sets ? g_ptr_array_find(air->registered, advert, NULL) : air->current == advert))
			continue;
		air->on_air[i] += until - now;
		if (until == now)
			continue;
		air->gap[i] = MAX(air->gap[i], now - air->last[i]);
		air->last[i] = until;
	}
}

static inline void air_pass(Air *air, uint64_t microseconds)
{
	World *world = &air->side.world;
	const uint64_t end = world->now + microseconds;
	unsigned at_once = 0;

	while (true) {
		uint64_t next = MIN(MIN(end, world->wake), air->signal_due);

		if (air->pending->len > 0)
			next = MIN(next, g_array_index(air->pending, AirPending, 0).due);
		if (air->leaving->len > 0)
			next = MIN(next, g_array_index(air->leaving, AirPending, 0).due);
		if (air->current && !air->sets)
			next = MIN(next, air->turn_ends);
		next = MAX(next, world->now);
		air_count(air, next);
		/* who asks to be woken again and again at the same time keeps the processor busy */
		at_once = next == world->now ? at_once + 1 : 0;
		must(at_once < 100);
		world->now = next;

		if (air->leaving->len > 0 && g_array_index(air->leaving, AirPending, 0).due <= world->now) {
			air_take_off(air, g_array_index(air->leaving, AirPending, 0).advert);
			g_array_remove_index(air->leaving, 0);
		} else if (air->pending->len > 0 && g_array_index(air->pending, AirPending, 0).due <= world->now) {
			air_answer(air);
		} else if (air->signal_due <= world->now) {
			air->signal_due = USEC_NEVER;
			if (air->side.radio->present) {
				RadioState state = air->side.radio->bluez;

				state.instances = (uint8_t)air->instances;
				state.instances_free = (uint8_t)(air->instances - air->registered->len);
				state.advert_sets = air->sets;
				radio_update(air->side.radio, &state, world->now);
			}
		} else if (air->current && !air->sets && air->turn_ends <= world->now) {
			guint index = 0;

			ck_assert(g_ptr_array_find(air->registered, air->current, &index));
			air_turn(air, index);
		} else if (world->wake <= world->now) {
			world->wake = USEC_NEVER;
			broker_tick(world->broker, world->now);
		} else if (world->now >= end) {
			break;
		}
		must(air->registered->len <= air->instances);
		g_string_truncate(world->log, 0);
	}
}

/* Another program registers one, or ends its last. */
static inline void air_others(Air *air, unsigned n)
{
	while (air->n_others < n)
		air_put_on(air, &air->others[air->n_others++]);
	while (air->n_others > n)
		air_take_off(air, &air->others[--air->n_others]);
}

static inline void air_advertise(Air *air, unsigned index)
{
	Advertiser wait = { 0 };

	if (!air->sessions[index])
		air->sessions[index] = world_session(&air->side.world, air->side.radio, 10 + index, ":1.9");
	ck_assert_int_eq(side_set(&air->side, air->sessions[index]), 0);
	ck_assert_int_ge(side_enable(&air->side, air->sessions[index], &wait), 0);
	advert_wait_cancel(&wait.wait);
	air->last[index] = air->side.world.now;
}

static inline void air_leave(Air *air, unsigned index)
{
	session_drop(air->sessions[index], air->side.world.now);
	air->sessions[index] = NULL;
}

/* Forgets who was on air so far. */
static inline void air_begin(Air *air)
{
	for (unsigned i = 0; i < AIR_SESSIONS; i++) {
		air->on_air[i] = air->gap[i] = 0;
		air->last[i] = air->side.world.now;
	}
}

static inline void air_init(Air *air, unsigned instances, bool sets, unsigned sessions)
{
	static BrokerOps ops;

	*air = (Air){
		.instances = instances,
		.sets = sets,
		.call_takes = 10 * USEC_PER_MSEC,
		.end_takes = 5 * USEC_PER_MSEC,
		.signal_takes = 2 * USEC_PER_MSEC,
		.signal_due = USEC_NEVER,
		.pending = g_array_new(FALSE, FALSE, sizeof(AirPending)),
		.leaving = g_array_new(FALSE, FALSE, sizeof(AirPending)),
		.registered = g_ptr_array_new(),
	};
	side_init(&air->side);
	ops = *air->side.world.broker->ops;
	ops.advert_start = air_start;
	ops.advert_stop = air_stop;
	air->side.world.broker->ops = &ops;
	side_set_instances(&air->side, instances, 0, sets);
	air->sessions[0] = air->side.a;
	air->sessions[1] = air->side.b;
	air->sessions[2] = air->side.c;
	for (unsigned i = 0; i < sessions; i++)
		air_advertise(air, i);
}

static inline void air_end(Air *air)
{
	side_end(&air->side);
	g_array_free(air->pending, TRUE);
	g_array_free(air->leaving, TRUE);
	g_ptr_array_free(air->registered, TRUE);
}

/* The first n had shares that are equal within 20 %, and none waited for longer than that. */
static inline void air_check(const Air *air, unsigned n, uint64_t longest_gap)
{
	uint64_t least = USEC_NEVER, most = 0, gap;

	for (unsigned i = 0; i < n; i++) {
		least = MIN(least, air->on_air[i]);
		most = MAX(most, air->on_air[i]);
		gap = MAX(air->gap[i], air->side.world.now - air->last[i]);
		ck_assert_msg(gap <= longest_gap, "session %u was not on air for %u ms", i + 1,
			      (unsigned)(gap / USEC_PER_MSEC));
	}
	ck_assert_uint_gt(least, 0);
	ck_assert_msg(least * 5 >= most * 4, "between %u and %u ms on air", (unsigned)(least / USEC_PER_MSEC),
		      (unsigned)(most / USEC_PER_MSEC));
}
