/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What programs are told, and when: by signals, and by answers that are written bit by bit. */
#include <string.h>

#include "bed-locals.h"
#include "core/subscriber.h"
#include "meaning/constants.h"
#include "service/path.h"
#include "world.h"

#define HCI0 PATH_ROOT "/hci0"

/* Signals: "member(destination)", a word each. */
static GString *heard;

static int on_signal(sd_bus_message *m, void *userdata UNUSED, sd_bus_error *error UNUSED)
{
	const char *destination = sd_bus_message_get_destination(m);

	if (!sd_bus_message_is_signal(m, NULL, NULL))
		return 0;
	g_string_append_printf(heard, "%s%s(%s)", heard->len > 0 ? " " : "",
			       sd_bus_message_get_member(m), destination ? destination : "");
	return 0;
}

static void set_out(World *world)
{
	world_init(world, bed_init_radio);
	heard = g_string_new("");
	ck_assert_int_ge(sd_bus_add_filter(world->wire.world, NULL, on_signal, NULL), 0);
	world->bed.a->face = world->bed.b->face = world->bed.c->face = &world->service->face;
}

static void turn(World *world)
{
	bed_settle(&world->bed);
	wire_run(&world->wire);
}

static void finish(World *world)
{
	/* the last of what they are told goes through the service */
	broker_drop_sessions(world->bed.broker, world->bed.now);
	turn(world);
	bed_forget(&world->bed);
	world_end(world);
	g_string_free(heard, TRUE);
}

static void expect_heard(World *world, const char *signals)
{
	turn(world);
	ck_assert_str_eq(heard->str, signals);
	g_string_truncate(heard, 0);
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

static uint64_t calls_waiting(World *world, uid_t uid)
{
	User *user = quota_user(world->bed.broker->quota, uid);
	uint64_t charged = user_charged(user, QUOTA_CALLS);

	user_unref(user);
	return charged;
}

static void list_objects(World *world, const char *connection, WireCall *call)
{
	wire_call(&world->wire,
		  wire_method(&world->wire, connection, PATH_ROOT, "org.freedesktop.DBus.ObjectManager",
			      "GetManagedObjects"),
		  call);
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

	set_out(&world);
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
	finish(&world);
}
END_TEST

/* Events count as what was sent: a connection that reads none of them is asked whether it reads. */
START_TEST(test_events_count)
{
	World world;
	Session *a;
	unsigned n = 0;

	set_out(&world);
	a = world.bed.a;
	known(&world, ":1.1", 1);
	subscriber_add(a, ":1.1", EVENT_CLIENT_CONNECTED);
	for (; g_queue_is_empty(&world.wire.asked) && n < READER_WINDOW; n++) {
		subscribers_raise(a, EVENT_CLIENT_CONNECTED);
		(void)session_take_events(a);
		turn(&world);
	}
	ck_assert_uint_lt(n, READER_WINDOW);
	finish(&world);
}
END_TEST

/* --- many signals --- */

static Session *user_session(World *world, uid_t uid, unsigned subscribers)
{
	Session *session = NULL;
	char connection[16];
	Reason reason;

	ck_assert_int_eq(sessions_get_user(world->bed.radio, &world->service->face, uid, world->bed.now,
					   &session, &reason),
			 0);
	ck_assert_int_eq(sessions_init(session, &(InitOptions){ .fifo = 16 }, world->bed.now, &reason), 0);
	for (unsigned i = 0; i < subscribers; i++) {
		g_snprintf(connection, sizeof(connection), ":2.%u", i);
		known(world, connection, uid);
		subscriber_add(session, connection, EVENT_CLIENT_CONNECTED);
	}
	return session;
}

static void callback(World *world, const char *path, const char *interface, const char *connection,
		     uint32_t triggers, const char *error)
{
	sd_bus_message *m = wire_method(&world->wire, connection, path, interface, "Callback");
	WireCall call;

	ck_assert_int_ge(sd_bus_message_append(m, "u", triggers), 0);
	wire_call(&world->wire, m, &call);
	ck_assert_uint_eq(call.answered, 1);
	ck_assert_str_eq(call.error, error);
	wire_call_end(&call);
}

/* How many are told of a session, and of its characteristics, is bounded. */
START_TEST(test_subscribers_max)
{
	Session *session;
	LocalService *service;
	LocalAttr *attr = NULL;
	char path[PATH_SIZE];
	World world;
	unsigned i;

	set_out(&world);
	session = user_session(&world, 9, SUBSCRIBERS_MAX);
	path_of_session(session, path);
	known(&world, ":1.9", 9);
	callback(&world, path, SESSION_INTERFACE, ":1.9", EVENT_CLIENT_CONNECTED, "LimitReached");
	callback(&world, path, SESSION_INTERFACE, ":2.0", EVENT_CLIENT_DISCONNECTED, "");
	callback(&world, path, SESSION_INTERFACE, ":2.0", 0, "");
	callback(&world, path, SESSION_INTERFACE, ":1.9", EVENT_CLIENT_CONNECTED, "");

	service = bed_service(session, 100, false);
	for (i = 0; i < LISTENERS_MAX; i++) {
		char connection[16];

		if (i % 16 == 0)
			attr = bed_local_attr(&world.bed, service, NULL, "");
		g_snprintf(connection, sizeof(connection), ":2.%u", i % 16);
		callback(&world, path_of_local_attr(attr, path), LOCAL_CHARACTERISTIC_INTERFACE, connection,
			 EVENT_CHAR_WRITE, "");
	}
	callback(&world, path, LOCAL_CHARACTERISTIC_INTERFACE, ":1.9", EVENT_CHAR_WRITE, "LimitReached");
	callback(&world, path, LOCAL_CHARACTERISTIC_INTERFACE, ":2.1", EVENT_CHAR_READ, "");
	wire_leave(&world.wire, ":2.1");
	callback(&world, path, LOCAL_CHARACTERISTIC_INTERFACE, ":1.9", EVENT_CHAR_WRITE, "");
	finish(&world);
}
END_TEST

static unsigned count(const char *word)
{
	unsigned n = 0;

	for (const char *at = heard->str; (at = strstr(at, word)); at++)
		n++;
	return n;
}

/* A large service goes in many turns of the loop; nobody finds it any more meanwhile, and its end is
 * answered last. */
START_TEST(test_remove_large)
{
	const unsigned subscribers = 30, parts = 100;
	LocalService *service;
	char path[PATH_SIZE];
	unsigned before = 0;
	WireCall removed, again;
	World world;

	set_out(&world);
	service = bed_service(user_session(&world, 9, subscribers), parts, false);
	for (unsigned i = 0; i < parts; i++)
		(void)bed_local_attr(&world.bed, service, NULL, "");
	turn(&world);
	path_of_local_service(service, path);
	g_string_truncate(heard, 0);
	wire_call(&world.wire,
		  wire_method(&world.wire, ":2.0", path, LOCAL_SERVICE_INTERFACE, "Remove"), &removed);
	wire_call(&world.wire, wire_method(&world.wire, ":2.1", path, LOCAL_SERVICE_INTERFACE, "Remove"),
		  &again);
	ck_assert_str_eq(again.error, "DoesNotExist");
	wire_call_end(&again);
	while (removed.answered == 0) {
		bed_tick(&world.bed);
		wire_run(&world.wire);
		ck_assert_uint_le(count("Interfaces") - before, 160);
		before = count("Interfaces");
	}
	ck_assert_str_eq(removed.error, "");
	ck_assert_uint_eq(before, subscribers * (parts + 1));
	ck_assert_uint_eq(world.bed.radio->peripheral->services->len, 0);
	ck_assert_uint_eq(calls_waiting(&world, 9), 0);
	wire_call_end(&removed);
	finish(&world);
}
END_TEST

/* It ends also where who asked for it leaves, or its session ends. */
START_TEST(test_remove_left)
{
	const unsigned subscribers = 30, parts = 100;
	LocalService *service;
	Session *session;
	char path[PATH_SIZE];
	WireCall removed;
	World world;

	for (unsigned way = 0; way < 2; way++) {
		set_out(&world);
		session = user_session(&world, 9, subscribers);
		service = bed_service(session, parts, false);
		for (unsigned i = 0; i < parts; i++)
			(void)bed_local_attr(&world.bed, service, NULL, "");
		wire_call(&world.wire,
			  wire_method(&world.wire, ":2.0", path_of_local_service(service, path),
				      LOCAL_SERVICE_INTERFACE, "Remove"),
			  &removed);
		bed_tick(&world.bed);
		ck_assert_uint_eq(world.bed.radio->peripheral->services->len, 1);
		if (way == 0)
			wire_leave(&world.wire, ":2.0");
		else
			sessions_drop(session, world.bed.now);
		turn(&world);
		ck_assert_uint_eq(world.bed.radio->peripheral->services->len, 0);
		ck_assert_uint_eq(removed.answered, way);
		wire_call_end(&removed);
		finish(&world);
	}
}
END_TEST

/* --- a bus that does not read --- */

/* Long answers are written all the same. */
START_TEST(test_bus_does_not_read)
{
	sd_bus_message *large = NULL;
	World world;
	WireCall call;
	void *data;

	set_out(&world);
	known(&world, ":1.1", 1);
	list_objects(&world, ":1.1", &call);
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
	finish(&world);
}
END_TEST

/* --- GetManagedObjects --- */

/* How often the answer has an object. */
static unsigned objects_at(WireCall *call, const char *path)
{
	sd_bus_message *m = call->reply;
	const char *other;
	unsigned n = 0;

	ck_assert_int_ge(sd_bus_message_rewind(m, true), 0);
	ck_assert_int_ge(sd_bus_message_enter_container(m, 'a', "{oa{sa{sv}}}"), 0);
	while (sd_bus_message_enter_container(m, 'e', "oa{sa{sv}}") > 0) {
		ck_assert_int_ge(sd_bus_message_read(m, "o", &other), 0);
		n += strcmp(path, other) == 0;
		ck_assert_int_ge(sd_bus_message_skip(m, "a{sa{sv}}"), 0);
		ck_assert_int_ge(sd_bus_message_exit_container(m), 0);
	}
	return n;
}

static void slice(World *world)
{
	ck_assert_int_ge(sd_event_run(world->event, UINT64_MAX), 0);
	turn(world);
}

/* The answer is never written in one go, however often the tree changes meanwhile, and who has it knows all:
 * from the answer itself, or from signals that come behind it. */
START_TEST(test_tree_changes)
{
	char first[PATH_SIZE], second[PATH_SIZE], third[PATH_SIZE];
	const unsigned parts = 100;
	LocalService *service;
	unsigned slices = 0;
	WireCall call;
	World world;
	Bed *bed = &world.bed;

	set_out(&world);
	known(&world, ":1.3", 2);
	path_of_local_service(bed_service(bed->c, 1, false), first);
	service = bed_service(bed->a, parts, false);
	for (unsigned i = 0; i < parts; i++)
		(void)bed_local_attr(bed, service, NULL, "");
	list_objects(&world, ":1.3", &call);
	for (; call.answered == 0; slices++) {
		slice(&world);
		bed_power(bed, bed->radio, slices % 2);
		turn(&world);
		if (slices == 1) {
			local_service_free(local_service_find(bed->c, 0));
			path_of_local_service(bed_service(bed->c, 1, false), second);
			path_of_local_service(bed_service(bed->c, 1, false), third);
			local_service_free(local_service_find(bed->c, 2));
		}
		if (call.answered == 0)
			g_string_truncate(heard, 0);
	}
	ck_assert_uint_ge(slices, parts / 8);
	ck_assert_uint_eq(objects_at(&call, HCI0), 1);
	ck_assert_uint_eq(objects_at(&call, first), 1);
	ck_assert_uint_eq(objects_at(&call, second), 1);
	ck_assert_uint_eq(objects_at(&call, third), 0);
	wire_call_end(&call);

	g_string_truncate(heard, 0);
	while (calls_waiting(&world, 2) > 0)
		slice(&world);
	/* Adapter1 and Session1 of the radio; the first service */
	expect_heard(&world, "PropertiesChanged(:1.3) PropertiesChanged(:1.3) InterfacesRemoved(:1.3)");
	ck_assert_uint_eq(world.service->listings.length, 0);
	finish(&world);
}
END_TEST

/* A radio that goes and comes back: it is in the answer once, whenever that was. */
START_TEST(test_tree_object_back)
{
	const unsigned parts = 40;
	LocalService *service;
	WireCall call;
	World world;
	Bed *bed = &world.bed;

	for (unsigned when = 0; when < 4; when++) {
		set_out(&world);
		known(&world, ":1.3", 2);
		service = bed_service(bed->c, parts, false);
		for (unsigned i = 0; i < parts; i++)
			(void)bed_local_attr(bed, service, NULL, "");
		list_objects(&world, ":1.3", &call);
		for (unsigned slices = 0; call.answered == 0; slices++) {
			slice(&world);
			if (slices != when)
				continue;
			radios_vanished(bed->radio, bed->now);
			turn(&world);
			(void)bed_radio(bed, 1, 0, true);
			turn(&world);
		}
		ck_assert_uint_eq(objects_at(&call, HCI0), 1);
		wire_call_end(&call);
		while (calls_waiting(&world, 2) > 0)
			slice(&world);
		finish(&world);
	}
}
END_TEST

/* Who left does not get the rest. */
START_TEST(test_lister_leaves)
{
	WireCall call;
	World world;

	set_out(&world);
	known(&world, ":1.3", 2);
	list_objects(&world, ":1.3", &call);
	ck_assert_uint_eq(world.service->listings.length, 1);
	wire_leave(&world.wire, ":1.3");
	ck_assert_uint_eq(world.service->listings.length, 0);
	ck_assert_uint_eq(call.answered, 0);
	finish(&world);
}
END_TEST

UNIT_MAIN("signals", test_event_held, test_events_count, test_bus_does_not_read, test_subscribers_max,
	  test_remove_large, test_remove_left, test_tree_changes, test_tree_object_back, test_lister_leaves)
