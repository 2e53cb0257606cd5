/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A broker whose edges write down what is asked of them, and a clock that a test moves by hand. */
#pragma once

#include <check.h>
#include <glib.h>
#include <string.h>

#include "core/broker.h"
#include "core/link.h"
#include "core/links.h"
#include "core/pairing.h"
#include "core/radio.h"
#include "core/session.h"
#include "reports.h"
#include "unit.h"

typedef struct World {
	Broker *broker;
	Config config;
	unsigned bonds_changed;
	GString *log;		/* a word an intention, in order */
	uint64_t now;
	uint64_t wake;
	bool batches_pass;	/* what session_batch answers */
	unsigned batched;	/* reports taken by batches */
	int power_result;
	int antenna_result;
	LinkMirror devices[256];	/* what BlueZ knows, by the address's last byte */
	unsigned link_changes;		/* LinkChange bits told since the last look */
	unsigned radio_changes;		/* RadioChange bits likewise */
	unsigned owned;			/* how often that was said to have changed */
	GPtrArray *running;		/* AttrOp that the edge has, in order */
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

/* What is wanted of a scan beside the reports that BlueZ's signals are: "scan0:devices", "scan0:active,ignore". */
static inline void op_scan(void *world, Radio *radio, const ScanWish *wish)
{
	world_say(world, "%s%u", wish->on ? "scan" : "noscan", radio->index);
	if (wish->on && wish->show != SHOW_REPORTS)
		g_string_append_printf(((World *)world)->log, ":%s%s",
				       wish->show == SHOW_DEVICES ? "devices" : wish->active ? "active" : "passive",
				       wish->ignore_devices ? ",ignore" : "");
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

static inline void op_changed(void *userdata, Radio *radio UNUSED, unsigned changes)
{
	World *world = userdata;

	ck_assert_uint_ne(changes, 0);
	world->radio_changes |= changes;
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
	for (; taken < MIN(session->filter.batch_max, SIGNAL_REPORTS_MAX) && session_take(session, &entry); taken++)
		report_unref(entry.report);
	world->batched += taken;
	world_say(world, "batch%u", taken);
	return true;
}

static inline void op_stopped(void *world, Session *session UNUSED, const char *reason)
{
	world_say(world, "stopped(%s)", reason);
}

/* Links are named by their address's last byte, attributes by their handle. */
static inline bool op_link_look(void *userdata, Radio *radio UNUSED, const Addr *addr, LinkMirror *ret)
{
	const World *world = userdata;

	if (!world->devices[addr->bytes[5]].known)
		return false;
	*ret = world->devices[addr->bytes[5]];
	return true;
}

static inline void op_link_connect(void *world, Link *link)
{
	world_say(world, "connect%u", link->addr.bytes[5]);
}

static inline void op_link_disconnect(void *world, Link *link)
{
	ck_assert_msg(link->ours, "cuts a link that others opened");
	world_say(world, "disconnect%u", link->addr.bytes[5]);
}

static inline void op_link_owned(void *userdata, Link *link UNUSED)
{
	((World *)userdata)->owned++;
}

static inline void op_link_pair(void *world, Link *link)
{
	world_say(world, "pair%u", link->addr.bytes[5]);
}

static inline void op_link_cancel_pair(void *world, Link *link)
{
	world_say(world, "nopair%u", link->addr.bytes[5]);
}

static inline void op_device_forget(void *world, Radio *radio UNUSED, const Addr *addr)
{
	world_say(world, "forgetdevice%u", addr->bytes[5]);
}

static inline void op_bonds_changed(void *world)
{
	((World *)world)->bonds_changed++;
}

static inline void op_link_unpair(void *world, Link *link)
{
	world_say(world, "unpair%u", link->addr.bytes[5]);
}

static inline void op_link_added(void *world, Link *link)
{
	world_say(world, "+link%u", link->addr.bytes[5]);
}

static inline void op_link_removed(void *world, Link *link)
{
	world_say(world, "-link%u", link->addr.bytes[5]);
}

static inline void op_link_changed(void *userdata, Link *link, unsigned changes)
{
	World *world = userdata;

	ck_assert_uint_ne(changes, 0);
	ck_assert(link->exposed);
	world->link_changes |= changes;
}

static inline void op_link_lost(void *world, Link *link, const char *reason)
{
	ck_assert_uint_gt(link->holds->len, 0);
	world_say(world, "lost%u(%s)", link->addr.bytes[5], reason);
}

static inline void op_attr_start(void *userdata, AttrOp *op)
{
	static const char *const words[] = {
		[OP_READ] = "read",
		[OP_WRITE_REQUEST] = "write",
		[OP_WRITE_COMMAND] = "command",
		[OP_WRITE_RELIABLE] = "reliable",
		[OP_NOTIFY_ON] = "notify",
		[OP_NOTIFY_OFF] = "nonotify",
	};
	World *world = userdata;

	ck_assert(op->running);
	for (guint i = 0; i < world->running->len; i++)
		ck_assert_msg(((AttrOp *)g_ptr_array_index(world->running, i))->attr != op->attr, "two at once");
	g_ptr_array_add(world->running, op);
	world_say(world, "%s(%u)", words[op->kind], op->attr->handle);
}

static inline void op_attr_forget(void *userdata, AttrOp *op)
{
	World *world = userdata;

	ck_assert(g_ptr_array_remove(world->running, op));
	world_say(world, "forget(%u)", op->attr->handle);
}

static inline void op_attr_added(void *world, Attr *attr)
{
	world_say(world, "+%u", attr->handle);
}

static inline void op_attr_removed(void *world, Attr *attr)
{
	world_say(world, "-%u", attr->handle);
}

static inline void op_attr_notification(void *world, Attr *attr, AttrSub *sub, GBytes *value, uint64_t now UNUSED)
{
	gsize length;
	const char *bytes = g_bytes_get_data(value, &length);

	world_say(world, "%s:%u=%.*s", sub->connection, attr->handle, (int)length, bytes);
}

static inline int op_antenna(void *userdata, bool external)
{
	World *world = userdata;

	world_say(world, external ? "external" : "internal");
	return world->antenna_result;
}

static inline void op_bluez_stalled(void *world)
{
	world_say(world, "stalled");
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
		.link_look = op_link_look,
		.link_connect = op_link_connect,
		.link_disconnect = op_link_disconnect,
		.link_owned = op_link_owned,
		.link_pair = op_link_pair,
		.link_cancel_pair = op_link_cancel_pair,
		.link_unpair = op_link_unpair,
		.device_forget = op_device_forget,
		.bonds_changed = op_bonds_changed,
		.attr_start = op_attr_start,
		.attr_forget = op_attr_forget,
		.link_added = op_link_added,
		.link_removed = op_link_removed,
		.link_changed = op_link_changed,
		.link_lost = op_link_lost,
		.attr_added = op_attr_added,
		.attr_removed = op_attr_removed,
		.attr_notification = op_attr_notification,
		.antenna = op_antenna,
		.bluez_stalled = op_bluez_stalled,
		.wake_at = op_wake_at,
	};

	*world = (World){ .now = 1000 * USEC_PER_SEC, .wake = USEC_NEVER, .batches_pass = true };
	config_init(&world->config);
	world->log = g_string_new(NULL);
	world->running = g_ptr_array_new();
	ck_assert_int_eq(broker_new(&world->broker, &world->config, &ops, world), 0);
}

static inline void world_end(World *world)
{
	broker_free(world->broker);
	ck_assert_uint_eq(world->running->len, 0);
	g_ptr_array_free(world->running, TRUE);
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
