/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What programs are told, and when: by signals, and by answers that are written bit by bit. */
#include <string.h>

#include "bed-locals.h"
#include "core/subscriber.h"
#include "meaning/constants.h"
#include "service/path.h"
#include "service/service.h"
#include "wire.h"

#define HCI0 PATH_ROOT "/hci0"

typedef struct World {
	Bed bed;
	Wire wire;
	sd_event *event;
	Service *service;
	GString *heard;		/* signals: "member(destination)", a word each */
} World;

static int on_signal(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	World *world = userdata;
	const char *destination = sd_bus_message_get_destination(m);

	if (!sd_bus_message_is_signal(m, NULL, NULL))
		return 0;
	g_string_append_printf(world->heard, "%s%s(%s)", world->heard->len > 0 ? " " : "",
			       sd_bus_message_get_member(m), destination ? destination : "");
	return 0;
}

static void world_init(World *world)
{
	bed_init_radio(&world->bed);
	wire_init(&world->wire);
	world->heard = g_string_new("");
	ck_assert_int_ge(sd_bus_add_filter(world->wire.world, NULL, on_signal, world), 0);
	ck_assert_int_ge(sd_event_new(&world->event), 0);
	ck_assert_int_ge(service_new(&world->service, world->event, world->wire.service, world->bed.broker),
			 0);
	world->bed.a->face = world->bed.b->face = world->bed.c->face = &world->service->face;
	wire_run(&world->wire);
}

static void world_end(World *world)
{
	bed_forget(&world->bed);
	service_free(world->service);
	sd_event_unref(world->event);
	wire_end(&world->wire);
	g_string_free(world->heard, TRUE);
	bed_end(&world->bed);
}

static void turn(World *world)
{
	bed_settle(&world->bed);
	wire_run(&world->wire);
}

static void expect_heard(World *world, const char *signals)
{
	turn(world);
	ck_assert_str_eq(world->heard->str, signals);
	g_string_truncate(world->heard, 0);
}

static void known(World *world, const char *connection, uint32_t uid)
{
	WireCall call;

	wire_call(&world->wire, wire_method(&world->wire, connection, HCI0, ADAPTER1_INTERFACE, "GetBonds"),
		  &call);
	wire_answer_uid(&world->wire, uid);
	ck_assert_str_eq(call.error, "");
	wire_call_end(&call);
}

/* --- Event --- */

/* The connection has got as much as it may leave unread; returns the question whether it reads. */
static sd_bus_message *fill(World *world, const char *connection)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;

	ck_assert_int_ge(sd_bus_message_new_signal(world->wire.service, &m, "/", "a.b", "Large"), 0);
	service_send(world->service, connection, m, READER_WINDOW);
	return wire_asked(&world->wire, "Ping");
}

static void reads(World *world, sd_bus_message *ping)
{
	ck_assert_int_ge(sd_bus_reply_method_return(ping, NULL), 0);
	wire_run(&world->wire);
	sd_bus_message_unref(ping);
}

/* A connection that does not read gets no Event either, but no wake-up is lost. */
START_TEST(test_event_held)
{
	sd_bus_message *ping;
	World world;
	Session *a;

	world_init(&world);
	a = world.bed.a;
	known(&world, ":1.1", 1);
	subscriber_add(a, ":1.1", EVENT_CLIENT_CONNECTED | EVENT_CLIENT_DISCONNECTED);
	subscribers_raise(a, EVENT_CLIENT_CONNECTED);
	expect_heard(&world, "Event(:1.1)");

	ping = fill(&world, ":1.1");
	expect_heard(&world, "Large(:1.1)");
	for (unsigned i = 0; i < 10; i++) {
		subscribers_raise(a, EVENT_CLIENT_CONNECTED);
		subscribers_raise(a, EVENT_CLIENT_DISCONNECTED);
		(void)session_take_events(a);
		turn(&world);
	}
	expect_heard(&world, "");
	reads(&world, ping);
	expect_heard(&world, "Event(:1.1)");

	/* it stops reading while an Event is on its way to it */
	subscribers_raise(a, EVENT_CLIENT_CONNECTED);
	ping = fill(&world, ":1.1");
	expect_heard(&world, "Large(:1.1)");
	reads(&world, ping);
	expect_heard(&world, "Event(:1.1)");
	world_end(&world);
}
END_TEST

/* Events count as what was sent: a connection that reads none of them is asked whether it reads. */
START_TEST(test_events_count)
{
	World world;
	Session *a;
	unsigned n = 0;

	world_init(&world);
	a = world.bed.a;
	known(&world, ":1.1", 1);
	subscriber_add(a, ":1.1", EVENT_CLIENT_CONNECTED);
	for (; g_queue_is_empty(&world.wire.asked) && n < READER_WINDOW; n++) {
		subscribers_raise(a, EVENT_CLIENT_CONNECTED);
		(void)session_take_events(a);
		turn(&world);
	}
	ck_assert_uint_lt(n, READER_WINDOW);
	world_end(&world);
}
END_TEST

/* --- a bus that does not read --- */

static uint64_t calls_waiting(World *world, uid_t uid)
{
	User *user = quota_user(world->bed.broker->quota, uid);
	uint64_t charged = user_charged(user, QUOTA_CALLS);

	user_unref(user);
	return charged;
}

/* Long answers are written all the same. */
START_TEST(test_bus_does_not_read)
{
	sd_bus_message *large = NULL;
	World world;
	WireCall call;
	void *data;

	world_init(&world);
	known(&world, ":1.1", 1);
	wire_call(&world.wire,
		  wire_method(&world.wire, ":1.1", PATH_ROOT, "org.freedesktop.DBus.ObjectManager",
			      "GetManagedObjects"),
		  &call);
	ck_assert_uint_eq(calls_waiting(&world, 1), 1);
	ck_assert_int_ge(sd_bus_message_new_signal(world.wire.service, &large, "/", "a.b", "Large"), 0);
	ck_assert_int_ge(sd_bus_message_append_array_space(large, 'y', 128 * 1024, &data), 0);
	memset(data, 0, 128 * 1024);
	ck_assert_int_ge(sd_bus_send(world.wire.service, large, NULL), 0);
	sd_bus_message_unref(large);
	ck_assert(service_is_behind(world.service));
	while (calls_waiting(&world, 1) > 0)
		ck_assert_int_ge(sd_event_run(world.event, UINT64_MAX), 0);
	ck_assert(service_is_behind(world.service));
	turn(&world);
	ck_assert_uint_eq(call.answered, 1);
	ck_assert_str_eq(call.error, "");
	wire_call_end(&call);
	world_end(&world);
}
END_TEST

UNIT_MAIN("signals", test_event_held, test_events_count, test_bus_does_not_read)
