/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The peripheral side for the tests: what it asks of BlueZ is written down, and BlueZ's answers are given by hand. */
#pragma once

#include <errno.h>

#include "brokers.h"
#include "core/advert.h"
#include "core/local-subscriber.h"
#include "core/local-value.h"
#include "core/local.h"
#include "meaning/constants.h"

typedef struct Side {
	World world;		/* first: the edges are called with it */
	Radio *radio;
	Session *a, *b, *c;	/* private sessions 1 and 2 of uid 1, and 3 of uid 2; connections :1.1 to :1.3 */
	GPtrArray *adverts;	/* Advert: BlueZ was asked for it, and not to end it */
	GPtrArray *services;	/* LocalService: likewise */
	unsigned shown;		/* services and attributes that the programs were shown */
	bool slow;		/* BlueZ does not take values before local_flow_taken */
	int reach_error;	/* of notifying one of several subscribers */
} Side;

/* Adverts are named by their session's number, services by session.number, attributes by session.number.number. */
static inline void op_advert_start(void *userdata, Advert *advert)
{
	Side *side = userdata;

	ck_assert_int_eq(advert->state, ADVERT_STARTING);
	ck_assert(!g_ptr_array_find(side->adverts, advert, NULL));
	g_ptr_array_add(side->adverts, advert);
	world_say(&side->world, "start%u", (unsigned)advert->session->id);
}

static inline void op_advert_stop(void *userdata, Advert *advert)
{
	Side *side = userdata;

	ck_assert(g_ptr_array_remove(side->adverts, advert));
	world_say(&side->world, "stop%u", (unsigned)advert->session->id);
}

static inline void op_local_register(void *userdata, LocalService *service)
{
	Side *side = userdata;

	ck_assert_int_eq(service->state, LOCAL_REGISTERING);
	ck_assert(!g_ptr_array_find(side->services, service, NULL));
	g_ptr_array_add(side->services, service);
	world_say(&side->world, "register%u.%u", (unsigned)service->session->id, service->number);
}

static inline void op_local_unregister(void *userdata, LocalService *service)
{
	Side *side = userdata;

	ck_assert(g_ptr_array_remove(side->services, service));
	world_say(&side->world, "unregister%u.%u", (unsigned)service->session->id, service->number);
}

static inline void side_say_attr(Side *side, const char *word, const LocalAttr *attr)
{
	const unsigned session = (unsigned)attr->service->session->id;

	if (attr->parent)
		world_say(&side->world, "%s%u.%u.%u.%u", word, session, attr->service->number, attr->parent->number,
			  attr->number);
	else
		world_say(&side->world, "%s%u.%u.%u", word, session, attr->service->number, attr->number);
}

static inline void side_add_text(Side *side, GBytes *value)
{
	gsize length;
	const char *bytes = g_bytes_get_data(value, &length);

	g_string_append_printf(side->world.log, "=%.*s", (int)length, bytes);
}

static inline void op_local_notify(void *userdata, LocalAttr *attr, GBytes *value)
{
	side_say_attr(userdata, "notify", attr);
	side_add_text(userdata, value);
}

static inline int op_flow_ask(void *userdata)
{
	return ((const Side *)userdata)->slow ? 0 : -ENOTCONN;
}

static inline void op_client_disconnect(void *world, Radio *radio UNUSED, const Addr *addr)
{
	world_say(world, "drop%u", addr->bytes[5]);
}

static inline void op_session_client(void *world, Session *session, const char *connection, const Addr *addr,
				     bool connected)
{
	world_say(world, "%u%s%s%u", (unsigned)session->id, connection, connected ? "+" : "-", addr->bytes[5]);
}

static inline void op_service_added(void *userdata, LocalService *service UNUSED)
{
	((Side *)userdata)->shown++;
}

static inline void op_service_removed(void *userdata, LocalService *service)
{
	ck_assert_uint_eq(service->attrs->len, 0);
	((Side *)userdata)->shown--;
}

static inline void op_local_attr_added(void *userdata, LocalAttr *attr UNUSED)
{
	((Side *)userdata)->shown++;
}

static inline void op_local_attr_removed(void *userdata, LocalAttr *attr)
{
	ck_assert_uint_eq(attr->reads->len, 0);
	((Side *)userdata)->shown--;
}

static inline void op_read_request(void *userdata, LocalAttr *attr, uint32_t id, const Addr *client, uint16_t offset)
{
	Side *side = userdata;

	ck_assert_uint_eq(offset, 0);
	side_say_attr(side, "ask", attr);
	g_string_append_printf(side->world.log, "(%u,%u)", id, client->bytes[5]);
}

static inline void op_written(void *userdata, LocalAttr *attr, const Addr *client, GBytes *value)
{
	Side *side = userdata;

	/* stored already */
	ck_assert(g_bytes_equal(attr->value, value));
	side_say_attr(side, "written", attr);
	g_string_append_printf(side->world.log, "(%u)", client->bytes[5]);
	side_add_text(side, value);
}

static inline void op_subscribed(void *userdata, LocalAttr *attr, const Addr *client, bool on)
{
	side_say_attr(userdata, on ? "on" : "off", attr);
	g_string_append_printf(((Side *)userdata)->world.log, "(%u)=%u", client->bytes[5], local_subscribers(attr));
}

static inline int op_notify_one(void *userdata, LocalAttr *attr, const Addr *client, GBytes *value)
{
	Side *side = userdata;

	if (side->reach_error != 0)
		return side->reach_error;
	side_say_attr(side, "one", attr);
	g_string_append_printf(side->world.log, "(%u)", client->bytes[5]);
	side_add_text(side, value);
	return 0;
}

static inline void side_set_instances(Side *side, unsigned instances, unsigned of_others, bool sets)
{
	RadioState state = side->radio->bluez;
	const unsigned active = of_others + side->adverts->len;

	state.instances = (uint8_t)instances;
	state.instances_free = (uint8_t)(instances - MIN(instances, active));
	state.advert_sets = sets;
	radio_update(side->radio, &state, side->world.now);
}

static inline void side_init(Side *side)
{
	static BrokerOps ops;

	*side = (Side){ .adverts = g_ptr_array_new(), .services = g_ptr_array_new() };
	world_init(&side->world);
	ops = *side->world.broker->ops;
	ops.advert_start = op_advert_start;
	ops.advert_stop = op_advert_stop;
	ops.local_register = op_local_register;
	ops.local_unregister = op_local_unregister;
	ops.local_notify = op_local_notify;
	ops.local_flow_ask = op_flow_ask;
	ops.client_disconnect = op_client_disconnect;
	ops.session_client = op_session_client;
	ops.local_service_added = op_service_added;
	ops.local_service_removed = op_service_removed;
	ops.local_attr_added = op_local_attr_added;
	ops.local_attr_removed = op_local_attr_removed;
	ops.local_read_request = op_read_request;
	ops.local_written = op_written;
	ops.local_subscribed = op_subscribed;
	ops.local_notify_one = op_notify_one;
	side->world.broker->ops = &ops;
	side->radio = world_radio(&side->world, 1, 0, true);
	side->a = world_session(&side->world, side->radio, 1, ":1.1");
	side->b = world_session(&side->world, side->radio, 1, ":1.2");
	side->c = world_session(&side->world, side->radio, 2, ":1.3");
	g_string_truncate(side->world.log, 0);
}

static inline void side_end(Side *side)
{
	world_end(&side->world);
	ck_assert_uint_eq(side->adverts->len, 0);
	ck_assert_uint_eq(side->services->len, 0);
	ck_assert_uint_eq(side->shown, 0);
	g_ptr_array_free(side->adverts, TRUE);
	g_ptr_array_free(side->services, TRUE);
}

static inline void side_forget_log(Side *side)
{
	g_string_truncate(side->world.log, 0);
}

/* bluetoothd is gone, and the radio with it; it is back. */
static inline void side_bluez_gone(Side *side)
{
	broker_bluez_changed(side->world.broker, false);
	radio_vanished(side->radio, side->world.now);
}

static inline void side_bluez_back(Side *side, bool powered)
{
	RadioState state = side->radio->bluez;

	state.powered = powered;
	state.instances_free = state.instances;
	broker_bluez_changed(side->world.broker, true);
	ck_assert_int_eq(radio_appeared(side->world.broker, &side->radio->addr, 0, &state, side->world.now, NULL), 0);
}

/* --- advertisements --- */

typedef struct Advertiser {
	AdvertWait wait;
	unsigned called;
	int error;
	char text[256];
} Advertiser;

static inline void on_advertiser(AdvertWait *wait, int error, const Reason *reason)
{
	Advertiser *advertiser = (Advertiser *)wait;

	ck_assert_ptr_null(wait->advert);
	advertiser->called++;
	advertiser->error = error;
	g_strlcpy(advertiser->text, reason ? reason->text : "", sizeof(advertiser->text));
}

/* So many bytes of a manufacturer's. */
static inline AdvertData side_data(size_t bytes)
{
	static const uint8_t zeros[64];
	AdvertData data = { 0 };
	Reason reason;

	ck_assert_int_eq(advert_data_add(&data, AD_MANUFACTURER, zeros, bytes, "manufacturer_data", &reason), 0);
	return data;
}

static inline int side_set(Side *side, Session *session)
{
	const AdvertData data = side_data(4);
	Reason reason;

	return advert_set(session, &data, NULL, side->world.now, &reason);
}

static inline int side_enable(Side *side, Session *session, Advertiser *advertiser)
{
	Reason reason = { "" };
	int r;

	advertiser->wait.done = on_advertiser;
	r = advert_enable(session, &advertiser->wait, side->world.now, &reason);
	if (r != 1)
		g_strlcpy(advertiser->text, reason.text, sizeof(advertiser->text));
	return r;
}

/* BlueZ's answer to what the session wants to advertise. */
static inline void side_started(Side *side, Session *session, int error)
{
	Advert *advert = advert_find(session);
	Reason reason = { "" };

	ck_assert_ptr_nonnull(advert);
	ck_assert(g_ptr_array_find(side->adverts, advert, NULL));
	if (error != 0) {
		g_ptr_array_remove(side->adverts, advert);
		reason_set(&reason, E_FAILED, "said the edge");
	}
	advert_started(advert, error, &reason, side->world.now);
}

/* --- services --- */

typedef struct Starter {
	StartWait wait;
	unsigned called;
	int error;
	char text[256];
} Starter;

static inline void on_starter(StartWait *wait, int error, const Reason *reason)
{
	Starter *starter = (Starter *)wait;

	ck_assert_ptr_null(wait->service);
	starter->called++;
	starter->error = error;
	g_strlcpy(starter->text, reason ? reason->text : "", sizeof(starter->text));
}

static inline int side_start(Side *side, LocalService *service, Starter *starter)
{
	Reason reason = { "" };
	int r;

	starter->wait.done = on_starter;
	r = local_service_start(service, &starter->wait, side->world.now, &reason);
	if (r != 1)
		g_strlcpy(starter->text, reason.text, sizeof(starter->text));
	return r;
}

static inline LocalService *side_service(Session *session, uint16_t nbr_chars, bool start)
{
	LocalService *service = NULL;
	Reason reason;
	Uuid uuid;

	uuid_from_int(0x1234, &uuid);
	ck_assert_int_eq(local_service_new(session, &uuid, true, nbr_chars, start, &service, &reason), 0);
	return service;
}

/* With the options' defaults, and that value. */
static inline LocalAttr *side_attr(Side *side, LocalService *service, LocalAttr *parent, const char *value)
{
	LocalOptions options = local_options(service->session, parent ? LOCAL_DESCRIPTOR : LOCAL_CHARACTERISTIC);
	LocalAttr *attr = NULL;
	Reason reason;
	Uuid uuid;

	uuid_from_int(0x4321, &uuid);
	options.value = g_bytes_new(value, strlen(value));
	ck_assert_int_eq(local_attr_new(service, parent, &uuid, &options, side->world.now, &attr, &reason), 0);
	g_bytes_unref(options.value);
	return attr;
}

/* BlueZ's answer. */
static inline void side_registered(Side *side, LocalService *service, int error)
{
	Reason reason = { "" };

	ck_assert(g_ptr_array_find(side->services, service, NULL));
	if (error != 0)
		reason_set(&reason, E_FAILED, "said the edge");
	if (error != 0)
		g_ptr_array_remove(side->services, service);
	if (error != 0)
		local_refused(service, error, &reason, side->world.now);
	else
		local_registered(service, 0, NULL, side->world.now);
}

/* A service with one characteristic, shown to peers; the log is empty after it. */
static inline LocalAttr *side_visible(Side *side, Session *session, const char *value)
{
	LocalService *service = side_service(session, 1, true);
	LocalAttr *attr = side_attr(side, service, NULL, value);

	world_pass(&side->world, USEC_PER_SEC);
	side_registered(side, service, 0);
	ck_assert_int_eq(service->state, LOCAL_UP);
	side_forget_log(side);
	return attr;
}

/* --- centrals --- */

static inline Addr central_addr(uint8_t last)
{
	return (Addr){ .bytes = { 0xc0, 0, 0, 0, 0, last }, .type = ADDR_RANDOM };
}

static inline void side_central(Side *side, uint8_t last, bool connected)
{
	const Addr addr = central_addr(last);

	peripheral_device(side->radio->peripheral, &addr, connected, false, side->world.now);
}

/* One that is bonded with the radio. */
static inline void side_friend(Side *side, uint8_t last, bool connected)
{
	const Addr addr = central_addr(last);

	peripheral_device(side->radio->peripheral, &addr, connected, true, side->world.now);
}

static inline void side_subscribes(LocalAttr *attr, uint8_t last, bool on)
{
	const Addr addr = central_addr(last);

	if (on)
		local_subscribe(attr, &addr, 0);
	else
		local_unsubscribe(attr, &addr);
}
