/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Links and attributes for the tests: those who wait for them, and BlueZ's side by hand. */
#pragma once

#include "brokers.h"

typedef struct Connecter {
	ConnectWait wait;
	unsigned called;
	int error;
	char text[256];
	void (*then)(struct Connecter *connecter);	/* what it does when told */
	World *world;
	Radio *radio;
	void *other;
} Connecter;

static inline void on_connecter(ConnectWait *wait, int error, const Reason *reason)
{
	Connecter *connecter = (Connecter *)wait;

	ck_assert_ptr_null(wait->link);
	connecter->called++;
	connecter->error = error;
	g_strlcpy(connecter->text, reason ? reason->text : "", sizeof(connecter->text));
	if (connecter->then)
		connecter->then(connecter);
}

static inline Addr link_addr(uint8_t last)
{
	return (Addr){ .bytes = { 0xc0, 0, 0, 0, 0, last }, .type = ADDR_RANDOM };
}

static inline Link *world_link(const Radio *radio, uint8_t last)
{
	const Addr addr = link_addr(last);

	return link_find(radio, &addr);
}

static inline int world_connect_as(World *world, Radio *radio, uint8_t last, Session *session, Connecter *connecter,
				   unsigned seconds, uint8_t priority, bool auto_reconnect)
{
	const Addr addr = link_addr(last);
	Reason reason = { "" };
	int r;

	connecter->world = world;
	connecter->radio = radio;
	connecter->wait = (ConnectWait){
		.done = on_connecter,
		.session = session,
		.deadline = world->now + seconds * USEC_PER_SEC,
		.priority = priority,
		.auto_reconnect = auto_reconnect,
	};
	r = link_connect(radio, &addr, &connecter->wait, world->now, &reason);
	g_strlcpy(connecter->text, reason.text, sizeof(connecter->text));
	return r;
}

static inline int world_connect(World *world, Radio *radio, uint8_t last, Session *session, Connecter *connecter)
{
	return world_connect_as(world, radio, last, session, connecter, 30, 0, false);
}

/* BlueZ tells of the device. */
static inline void world_device(World *world, Radio *radio, uint8_t last, bool connected, bool resolved)
{
	const Addr addr = link_addr(last);

	world->devices[last] = (LinkMirror){
		.known = true,
		.connected = connected,
		.resolved = resolved,
		.addr_type = ADDR_RANDOM,
		.rssi = -50,
	};
	link_mirror(radio, &addr, &world->devices[last], world->now);
}

static inline void world_no_device(World *world, Radio *radio, uint8_t last)
{
	const Addr addr = link_addr(last);

	world->devices[last] = (LinkMirror){ .rssi = RSSI_UNKNOWN };
	link_mirror(radio, &addr, &world->devices[last], world->now);
}

/* A link to a device that BlueZ knows, up and held; the log is empty after it. */
static inline Link *world_link_up(World *world, Radio *radio, uint8_t last, Session *session, bool auto_reconnect)
{
	Connecter connecter = { 0 };

	if (!world->devices[last].known)
		world_device(world, radio, last, false, false);
	ck_assert_int_eq(world_connect_as(world, radio, last, session, &connecter, 30, 0, auto_reconnect), 1);
	world_device(world, radio, last, true, true);
	ck_assert_uint_eq(connecter.called, 1);
	ck_assert_int_eq(connecter.error, 0);
	g_string_truncate(world->log, 0);
	return world_link(radio, last);
}

static inline Attr *world_attr(Link *link, AttrKind kind, uint16_t handle, Attr *parent, const char *flags)
{
	Attr *attr = attr_find(link, kind, handle);

	if (!attr)
		ck_assert_int_eq(attr_new(&attr, link, kind, handle), 0);
	attr->parent = parent;
	attr_set_flags(attr, g_strsplit(flags, ",", -1));
	attr_appeared(attr);
	return attr;
}

typedef struct Asker {
	OpWait wait;
	unsigned called;
	int error;
	char text[256];
	char value[64];
	void (*then)(struct Asker *asker);
	World *world;
	void *other;
} Asker;

static inline void on_asker(OpWait *wait, int error, const Reason *reason, GBytes *value)
{
	Asker *asker = (Asker *)wait;
	gsize length = 0;
	const char *bytes = value ? g_bytes_get_data(value, &length) : "";

	ck_assert_ptr_null(wait->op);
	asker->called++;
	asker->error = error;
	g_strlcpy(asker->text, reason ? reason->text : "", sizeof(asker->text));
	ck_assert_uint_lt(length, sizeof(asker->value));
	if (length > 0)
		memcpy(asker->value, bytes, length);
	asker->value[length] = '\0';
	if (asker->then)
		asker->then(asker);
}

static inline int world_read(Attr *attr, uint16_t offset, Asker *asker)
{
	Reason reason = { "" };
	int r;

	asker->wait = (OpWait){ .done = on_asker };
	r = attr_read(attr, g_array_index(attr->link->holds, Hold, 0).session, offset, &asker->wait, &reason);
	g_strlcpy(asker->text, reason.text, sizeof(asker->text));
	return r;
}

static inline int world_write(Attr *attr, Session *session, OpKind kind, const char *value, Asker *asker)
{
	Reason reason = { "" };
	int r;

	asker->wait = (OpWait){ .done = on_asker };
	r = attr_write(attr, session, kind, 0, value, strlen(value), &asker->wait, &reason);
	g_strlcpy(asker->text, reason.text, sizeof(asker->text));
	return r;
}

static inline int world_subscribe(Attr *attr, Session *session, const char *connection, Asker *asker)
{
	Reason reason = { "" };

	asker->wait = (OpWait){ .done = on_asker };
	return attr_subscribe(attr, session, connection, &asker->wait, &reason);
}

/* The session's first subscription, or NULL. */
static inline AttrSub *world_sub(const Attr *attr, const Session *session)
{
	for (guint i = 0; i < attr->subs->len; i++) {
		AttrSub *sub = &g_array_index(attr->subs, AttrSub, i);

		if (sub->session == session)
			return sub;
	}
	return NULL;
}

/* The edge's answer to what it was given as number n of those that it still has. */
static inline void world_answer(World *world, guint n, int error, const char *value)
{
	AttrOp *op;
	GBytes *bytes = value ? g_bytes_new(value, strlen(value)) : NULL;
	Reason reason = { "" };

	ck_assert_uint_lt(n, world->running->len);
	op = g_ptr_array_steal_index(world->running, n);
	if (error != 0)
		reason_set(&reason, E_FAILED, "said the edge");
	attr_op_done(op, error, &reason, bytes);
	if (bytes)
		g_bytes_unref(bytes);
}

static inline void world_value(World *world, Attr *attr, const char *value)
{
	GBytes *bytes = g_bytes_new(value, strlen(value));

	attr_value(attr, bytes, world->now);
	g_bytes_unref(bytes);
}
