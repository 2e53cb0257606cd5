/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A broker whose edges write down what is asked of them, and a clock that a test moves by hand. */
#pragma once

#include <check.h>
#include <glib.h>
#include <string.h>

#include "core/broker.h"
#include "core/radio.h"
#include "core/session.h"
#include "reports.h"
#include "unit.h"

typedef struct World {
	Broker *broker;
	Config config;
	GString *log;		/* a word an intention, in order */
	uint64_t now;
	uint64_t wake;
	bool batches_pass;	/* what session_batch answers */
	unsigned batched;	/* reports taken by batches */
	int power_result;
	int antenna_result;
} World;

static inline void world_say(World *world, const char *format, ...) PRINTF_LIKE(2, 3);
static inline void world_say(World *world, const char *format, ...)
{
	va_list args;

	if (world->log->len > 0)
		g_string_append_c(world->log, ' ');
	va_start(args, format);
	g_string_append_vprintf(world->log, format, args);
	va_end(args);
}

static inline void op_scan(void *world, Radio *radio, bool on)
{
	world_say(world, "%s%u", on ? "scan" : "noscan", radio->index);
}

static inline void op_scan_restart(void *world, Radio *radio)
{
	world_say(world, "restart%u", radio->index);
}

static inline void op_power(void *world, Radio *radio, bool on)
{
	world_say(world, "%s%u", on ? "power" : "nopower", radio->index);
}

static inline void op_added(void *world, Radio *radio)
{
	world_say(world, "added%u", radio->index);
}

static inline void op_removed(void *world, Radio *radio)
{
	world_say(world, "removed%u", radio->index);
}

static inline void op_changed(void *world UNUSED, Radio *radio UNUSED, unsigned changes)
{
	ck_assert_uint_ne(changes, 0);
}

static inline void op_event(void *world, Session *session UNUSED, const char *connection, uint32_t events)
{
	world_say(world, "event(%s,%u)", connection, events);
}

static inline bool op_batch(void *userdata, Session *session)
{
	World *world = userdata;
	RingEntry entry;
	unsigned taken = 0;

	if (!world->batches_pass) {
		world_say(world, "batch-refused");
		return false;
	}
	for (; taken < session->filter.batch_max && session_take(session, &entry); taken++)
		report_unref(entry.report);
	world->batched += taken;
	world_say(world, "batch%u", taken);
	return true;
}

static inline void op_stopped(void *world, Session *session UNUSED, const char *reason)
{
	world_say(world, "stopped(%s)", reason);
}

static inline int op_antenna(void *userdata, bool external)
{
	World *world = userdata;

	world_say(world, external ? "external" : "internal");
	return world->antenna_result;
}

static inline void op_wake_at(void *userdata, uint64_t when)
{
	World *world = userdata;

	world->wake = when;
}

static inline void world_init(World *world)
{
	static const BrokerOps ops = {
		.radio_scan = op_scan,
		.radio_scan_restart = op_scan_restart,
		.radio_power = op_power,
		.radio_added = op_added,
		.radio_removed = op_removed,
		.radio_changed = op_changed,
		.session_event = op_event,
		.session_batch = op_batch,
		.session_scan_stopped = op_stopped,
		.antenna = op_antenna,
		.wake_at = op_wake_at,
	};

	*world = (World){ .now = 1000 * USEC_PER_SEC, .wake = USEC_NEVER, .batches_pass = true };
	config_init(&world->config);
	world->log = g_string_new(NULL);
	ck_assert_int_eq(broker_new(&world->broker, &world->config, &ops, world), 0);
}

static inline void world_end(World *world)
{
	broker_free(world->broker);
	g_string_free(world->log, TRUE);
}

/* What was asked of the edges since the last time. */
static inline void world_expect(World *world, const char *log)
{
	ck_assert_str_eq(world->log->str, log);
	g_string_truncate(world->log, 0);
}

/* Time passes; what is due on the way is done when it is due. */
static inline void world_pass(World *world, uint64_t microseconds)
{
	uint64_t end = world->now + microseconds;

	while (world->wake <= end) {
		world->now = MAX(world->now, world->wake);
		world->wake = USEC_NEVER;
		broker_tick(world->broker, world->now);
	}
	world->now = end;
}

/* Radio number `last` (its address's last byte) as hciN. */
static inline Radio *world_radio(World *world, uint8_t last, unsigned index, bool powered)
{
	const Addr addr = { .bytes = { 0, 0xaa, 1, 0, 0, last } };
	RadioState state = { .name = "radio", .powered = powered, .instances = 5, .instances_free = 5 };
	Radio *radio = NULL;

	world->broker->bluez_up = true;
	ck_assert_int_eq(radio_appeared(world->broker, &addr, index, &state, world->now, &radio), 0);
	return radio;
}

static inline void world_power(World *world, Radio *radio, bool on)
{
	RadioState state = radio->bluez;

	state.powered = on;
	radio_update(radio, &state, world->now);
}

static inline Session *world_session(World *world, Radio *radio, uid_t uid, const char *owner)
{
	const InitOptions options = { 0 };
	Reason reason = { "" };
	Session *session = NULL;

	ck_assert_int_eq(session_open(radio, uid, owner, &options, world->now, &session, &reason), 0);
	return session;
}

static inline int world_start(World *world, Session *session, int seconds)
{
	Reason reason = { "" };

	return session_start_scan(session, seconds, world->now, &reason);
}

static inline void world_hear(World *world, Radio *radio, uint16_t number)
{
	ReportInfo info = report_info(number, "\x02\x01\x06", 3);
	Report *report = report_make(&info);

	radio_report(radio, report, world->now);
	report_unref(report);
}
