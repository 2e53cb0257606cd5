/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A call's way: whose it is, whether it may, what it is on, how long it waits. */
#include "service/call.h"

#include <string.h>

#include "bed-attrs.h"
#include "bed-links.h"
#include "core/pairing.h"
#include "service/path.h"
#include "world.h"

#define HCI0 PATH_ROOT "/hci0"

/* What came over the wire is done, and answered. */
static void turn(World *world)
{
	wire_run(&world->wire);
	bed_settle(&world->bed);
	wire_run(&world->wire);
}

static void call_plain(World *world, const char *connection, const char *path, const char *interface,
		       const char *member, WireCall *call)
{
	wire_call(&world->wire, wire_method(&world->wire, connection, path, interface, member), call);
}

static void expect(WireCall *call, const char *error)
{
	ck_assert_uint_eq(call->answered, 1);
	ck_assert_str_eq(call->error, error);
	wire_call_end(call);
}

static const char *path_of(const Session *session)
{
	static char path[PATH_SIZE];

	return path_of_session(session, path);
}

static uint64_t calls_charged(World *world, uid_t uid)
{
	uint64_t charged;
	User *user;

	user = quota_user(world->bed.broker->quota, uid);
	charged = user_charged(user, QUOTA_CALLS);
	user_unref(user);
	return charged;
}

/* Calls that come before the caller is known run in their order when it is. */
START_TEST(test_order)
{
	WireCall first, second, third;
	World world;
	int scanning;

	world_init(&world, bed_init_radio);
	call_plain(&world, ":1.1", path_of(world.bed.a), SESSION_INTERFACE, "Deinit", &first);
	call_plain(&world, ":1.1", path_of(world.bed.a), SESSION_INTERFACE, "IsScanning", &second);
	ck_assert_uint_eq(first.answered + second.answered, 0);
	wire_answer_uid(&world.wire, 1);
	expect(&first, "");
	expect(&second, "NotReady");

	/* known from now on */
	call_plain(&world, ":1.1", HCI0, SESSION_INTERFACE, "IsScanning", &third);
	ck_assert_int_ge(sd_bus_message_read(third.reply, "b", &scanning), 0);
	ck_assert(!scanning);
	expect(&third, "");
	ck_assert(g_queue_is_empty(&world.wire.asked));
	world_end(&world);
}
END_TEST

START_TEST(test_not_told)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *asked = NULL;
	WireCall call;
	World world;

	world_init(&world, bed_init_radio);
	call_plain(&world, ":1.1", HCI0, SESSION_INTERFACE, "StopScan", &call);
	asked = wire_asked(&world.wire, "GetConnectionCredentials");
	ck_assert_int_ge(sd_bus_reply_method_errorf(asked, SD_BUS_ERROR_FAILED, "no"), 0);
	turn(&world);
	expect(&call, "AccessDenied");
	world_end(&world);
}
END_TEST

/* What stands in line for its caller is bounded: in number, and in bytes, without which it would be
 * anybody's. */
START_TEST(test_early_bounds)
{
	sd_bus_message *m;
	WireCall calls[4], large;
	World world;
	void *data;

	world_init(&world, bed_init_radio);
	world.bed.broker->config.queued_calls_per_user = 3;
	m = wire_method(&world.wire, ":1.1", HCI0, SESSION_INTERFACE, "ResolveAdvData");
	ck_assert_int_ge(sd_bus_message_append_array_space(m, 'y', MESSAGE_KEPT_MAX, &data), 0);
	memset(data, 0, MESSAGE_KEPT_MAX);
	ck_assert_int_ge(sd_bus_message_append(m, "y", 1), 0);
	wire_call(&world.wire, m, &large);
	expect(&large, "LimitReached");
	for (size_t i = 0; i < 4; i++)
		call_plain(&world, ":1.1", HCI0, SESSION_INTERFACE, "IsScanning", &calls[i]);
	expect(&calls[3], "LimitReached");
	wire_answer_uid(&world.wire, 1);
	for (size_t i = 0; i < 3; i++)
		expect(&calls[i], "");
	ck_assert_uint_eq(calls_charged(&world, 1), 0);
	world_end(&world);
}
END_TEST

/* The object went while the bus was asked whose the caller is. */
START_TEST(test_gone_meanwhile)
{
	WireCall call;
	World world;

	world_init(&world, bed_init_radio);
	call_plain(&world, ":1.1", path_of(world.bed.a), SESSION_INTERFACE, "StopScan", &call);
	sessions_drop(world.bed.a, world.bed.now);
	wire_answer_uid(&world.wire, 1);
	expect(&call, "DoesNotExist");
	world_end(&world);
}
END_TEST

START_TEST(test_caller_leaves)
{
	WireCall early;
	World world;

	world_init(&world, bed_init_radio);
	call_plain(&world, ":1.1", path_of(world.bed.a), SESSION_INTERFACE, "Close", &early);
	wire_leave(&world.wire, ":1.1");
	ck_assert_uint_eq(early.answered, 0);
	ck_assert_ptr_null(peers_find(world.service->peers, ":1.1"));
	world_end(&world);
}
END_TEST

START_TEST(test_whose_session)
{
	WireCall call;
	World world;

	world_init(&world, bed_init_radio);
	call_plain(&world, ":1.2", path_of(world.bed.a), SESSION_INTERFACE, "StopScan", &call);
	wire_answer_uid(&world.wire, 1);
	expect(&call, "AccessDenied");
	call_plain(&world, ":1.2", HCI0 "/session/uid2", SESSION_INTERFACE, "StopScan", &call);
	expect(&call, "AccessDenied");
	call_plain(&world, ":1.9", path_of(world.bed.a), SESSION_INTERFACE, "StopScan", &call);
	wire_answer_uid(&world.wire, 0);
	expect(&call, "");
	world_end(&world);
}
END_TEST

START_TEST(test_missing)
{
	static const struct {
		const char *path, *interface, *member, *error;
	} cases[] = {
		{ PATH_ROOT "/hci7", ADAPTER1_INTERFACE, "GetBonds", "NoSuchAdapter" },
		{ PATH_ROOT "/hci7", SESSION_INTERFACE, "StopScan", "NoSuchAdapter" },
		{ PATH_ROOT "/hci7/session/uid1", SESSION_INTERFACE, "StopScan", "NoSuchAdapter" },
		{ HCI0 "/session/99", SESSION_INTERFACE, "StopScan", "DoesNotExist" },
		{ HCI0 "/session/1/service1", LOCAL_SERVICE_INTERFACE, "Start", "DoesNotExist" },
		{ HCI0 "/device/00_00_00_00_00_05", CONNECTION_INTERFACE, "Services", "DoesNotExist" },
		{ HCI0 "/device/00_00_00_00_00_05", CONNECTION_INTERFACE, "IsConnected", "" },
		{ PATH_ROOT "/nothing", SESSION_INTERFACE, "StopScan", "DoesNotExist" },
		{ HCI0, SESSION_INTERFACE, "Dance", "UnknownMethod" },
		{ HCI0, CONNECTION_INTERFACE, "Services", "UnknownMethod" },
	};
	WireCall call;
	World world;

	world_init(&world, bed_init_radio);
	call_plain(&world, ":1.1", HCI0, SESSION_INTERFACE, "StopScan", &call);
	wire_answer_uid(&world.wire, 1);
	expect(&call, "");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		call_plain(&world, ":1.1", cases[i].path, cases[i].interface, cases[i].member, &call);
		expect(&call, cases[i].error);
	}
	world_end(&world);
}
END_TEST

/* Nothing is done for a question to which no answer is wanted; not even its caller is asked for. */
START_TEST(test_unanswered)
{
	WireCall call;
	World world;
	sd_bus_message *m;

	world_init(&world, bed_init_radio);
	m = wire_method(&world.wire, ":1.1", path_of(world.bed.a), SESSION_INTERFACE, "IsScanning");
	ck_assert_int_ge(sd_bus_message_set_expect_reply(m, false), 0);
	wire_call(&world.wire, m, NULL);
	ck_assert_ptr_null(peers_find(world.service->peers, ":1.1"));

	m = wire_method(&world.wire, ":1.1", path_of(world.bed.a), SESSION_INTERFACE, "Deinit");
	ck_assert_int_ge(sd_bus_message_set_expect_reply(m, false), 0);
	wire_call(&world.wire, m, NULL);
	wire_answer_uid(&world.wire, 1);
	ck_assert(!world.bed.a->initialised);
	call_plain(&world, ":1.1", path_of(world.bed.a), SESSION_INTERFACE, "IsScanning", &call);
	expect(&call, "NotReady");
	world_end(&world);
}
END_TEST

static void call_unanswered(World *world, const char *connection, const char *path, const char *member)
{
	sd_bus_message *m = wire_method(&world->wire, connection, path, SESSION_INTERFACE, member);

	ck_assert_int_ge(sd_bus_message_set_expect_reply(m, false), 0);
	wire_call(&world->wire, m, NULL);
}

static uint64_t calls_dropped(const World *world)
{
	BrokerStats stats;

	broker_stats(world->bed.broker, &stats);
	return stats.dropped_calls;
}

/* The calls of one connection too many: those that want an answer get it, the others are counted, and none of
 * them is done or kept, now or when there is room. */
START_TEST(test_refused_connection)
{
	WireCall asks;
	World world;
	Session *session;
	uint64_t left;
	User *user;

	world_init(&world, bed_init_radio);
	session = bed_session(&world.bed, world.bed.radio, 9, ":1.9");
	world.bed.broker->config.queued_calls_per_user = 2;
	user = quota_user(world.bed.broker->quota, 9);
	left = user_limit(user, QUOTA_CONNECTIONS);
	ck_assert_int_eq(user_charge(user, QUOTA_CONNECTIONS, left), 0);

	call_plain(&world, ":1.9", path_of(session), SESSION_INTERFACE, "IsScanning", &asks);
	for (size_t i = 0; i < 4; i++)
		call_unanswered(&world, ":1.9", path_of(session), "Deinit");
	/* one of them has a place in the line */
	ck_assert_uint_eq(calls_dropped(&world), 3);
	wire_answer_uid(&world.wire, 9);
	expect(&asks, "LimitReached");
	ck_assert_uint_eq(calls_dropped(&world), 4);
	ck_assert_ptr_null(peers_find(world.service->peers, ":1.9"));

	user_discharge(user, QUOTA_CONNECTIONS, left);
	user_unref(user);
	call_plain(&world, ":1.9", path_of(session), SESSION_INTERFACE, "IsScanning", &asks);
	wire_answer_uid(&world.wire, 9);
	expect(&asks, "");
	ck_assert(session->initialised);
	ck_assert_uint_eq(calls_dropped(&world), 4);
	bed_forget(&world.bed);
	world_end(&world);
}
END_TEST

static void start_scan(World *world, const char *connection, WireCall *call)
{
	sd_bus_message *m = wire_method(&world->wire, connection, HCI0, SESSION_INTERFACE, "StartScan");

	ck_assert_int_ge(sd_bus_message_append(m, "i", -1), 0);
	wire_call(&world->wire, m, call);
	turn(world);
}

/* A call that waits is charged to its user for as long as it does, and goes with its caller. */
START_TEST(test_waits)
{
	WireCall asks, powered, refused, left;
	World world;

	world_init(&world, bed_init_radio);
	bed_power(&world.bed, world.bed.radio, false);
	call_plain(&world, ":1.8", HCI0, ADAPTER1_INTERFACE, "GetBonds", &asks);
	wire_answer_uid(&world.wire, 8);
	expect(&asks, "");

	start_scan(&world, ":1.8", &powered);
	ck_assert_uint_eq(powered.answered, 0);
	ck_assert_uint_eq(calls_charged(&world, 8), 1);
	bed_power(&world.bed, world.bed.radio, true);
	power_done(world.bed.radio, 0, NULL);
	turn(&world);
	expect(&powered, "");
	ck_assert_uint_eq(calls_charged(&world, 8), 0);

	call_plain(&world, ":1.9", HCI0, ADAPTER1_INTERFACE, "GetBonds", &asks);
	wire_answer_uid(&world.wire, 9);
	expect(&asks, "");
	bed_power(&world.bed, world.bed.radio, false);
	start_scan(&world, ":1.9", &left);
	ck_assert_uint_eq(calls_charged(&world, 9), 1);
	wire_leave(&world.wire, ":1.9");
	ck_assert_uint_eq(calls_charged(&world, 9), 0);
	ck_assert_uint_eq(left.answered, 0);

	call_plain(&world, ":1.10", HCI0, ADAPTER1_INTERFACE, "GetBonds", &asks);
	wire_answer_uid(&world.wire, 10);
	expect(&asks, "");
	start_scan(&world, ":1.10", &refused);
	power_done(world.bed.radio, E_FAILED, &(Reason){ "no power" });
	turn(&world);
	expect(&refused, "Failed");
	world_end(&world);
}
END_TEST

/* Whether a call had its answer when the bus was told that the radio scans. */
typedef struct Told {
	const WireCall *call;
	unsigned scanning;
	bool too_late;
} Told;

static int on_signal(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	Told *told = userdata;
	const char *name;

	if (!sd_bus_message_is_signal(m, "org.freedesktop.DBus.Properties", "PropertiesChanged"))
		return 0;
	ck_assert_int_ge(sd_bus_message_skip(m, "s"), 0);
	ck_assert_int_ge(sd_bus_message_enter_container(m, 'a', "{sv}"), 0);
	while (sd_bus_message_enter_container(m, 'e', "sv") > 0) {
		ck_assert_int_ge(sd_bus_message_read(m, "s", &name), 0);
		if (strcmp(name, "Scanning") == 0) {
			told->scanning++;
			told->too_late |= told->call->answered > 0;
		}
		ck_assert_int_ge(sd_bus_message_skip(m, "v"), 0);
		ck_assert_int_ge(sd_bus_message_exit_container(m), 0);
	}
	return sd_bus_message_rewind(m, true) < 0 ? -1 : 0;
}

/* What a call brings about is said before its answer, also of one that had to wait. */
START_TEST(test_answer_is_last)
{
	WireCall asks, waits;
	Told told = { .call = &waits };
	World world;

	world_init(&world, bed_init_radio);
	ck_assert_int_ge(sd_bus_add_filter(world.wire.world, NULL, on_signal, &told), 0);
	bed_power(&world.bed, world.bed.radio, false);
	call_plain(&world, ":1.8", HCI0, ADAPTER1_INTERFACE, "GetBonds", &asks);
	wire_answer_uid(&world.wire, 8);
	expect(&asks, "");
	start_scan(&world, ":1.8", &waits);
	bed_power(&world.bed, world.bed.radio, true);
	turn(&world);
	expect(&waits, "");
	ck_assert_uint_eq(told.scanning, 1);
	ck_assert(!told.too_late);
	world_end(&world);
}
END_TEST

/* Properties of ours on what is not there: our error. */
START_TEST(test_missing_properties)
{
	static const struct {
		const char *path, *interface, *error;
	} cases[] = {
		{ PATH_ROOT "/hci7", ADAPTER1_INTERFACE, "NoSuchAdapter" },
		{ HCI0 "/device/00_00_00_00_00_05", CONNECTION_INTERFACE, "DoesNotExist" },
		{ HCI0 "/session/1/service1", LOCAL_SERVICE_INTERFACE, "DoesNotExist" },
		{ HCI0, ADAPTER1_INTERFACE, "" },
		{ PATH_ROOT, MANAGER_INTERFACE, "" },
	};
	World world;
	WireCall call;
	sd_bus_message *m;

	world_init(&world, bed_init_radio);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		m = wire_method(&world.wire, ":1.1", cases[i].path, "org.freedesktop.DBus.Properties",
				"GetAll");
		ck_assert_int_ge(sd_bus_message_append(m, "s", cases[i].interface), 0);
		wire_call(&world.wire, m, &call);
		expect(&call, cases[i].error);
	}
	world_end(&world);
}
END_TEST

/* The object of a lost link may not be there, and a session that wants the link back lets go of it all the
 * same. To others there is none. */
START_TEST(test_hidden_link)
{
	char path[PATH_SIZE];
	WireCall call;
	World world;
	Bed *bed = &world.bed;

	world_init(&world, bed_init_link);
	path_of_link(bed->link, path);
	call_plain(&world, ":1.3", path, CONNECTION_INTERFACE, "Disconnect", &call);
	wire_answer_uid(&world.wire, 2);
	expect(&call, "AccessDenied");
	radios_vanished(bed->radio, bed->now);
	bed_settle(bed);
	ck_assert(!bed->link->exposed && hold_is_there(bed->link, bed->a));
	call_plain(&world, ":1.3", path, CONNECTION_INTERFACE, "Disconnect", &call);
	expect(&call, "DoesNotExist");
	call_plain(&world, ":1.1", path, CONNECTION_INTERFACE, "Disconnect", &call);
	wire_answer_uid(&world.wire, 1);
	expect(&call, "");
	turn(&world);
	ck_assert_ptr_null(bed_link(bed, 5));
	bed_forget(bed);
	world_end(&world);
}
END_TEST

static sd_bus_message *init_call(World *world, const char *connection, const Session *session)
{
	sd_bus_message *m = wire_method(&world->wire, connection, path_of(session), SESSION_INTERFACE, "Init");

	ck_assert_int_ge(sd_bus_message_append(m, "a{sv}", 0), 0);
	return m;
}

/* What a user's limit refuses has done nothing. */
START_TEST(test_refused_whole)
{
	const uint64_t reports = 200;
	WireCall asks, all, init;
	World world;
	Bed *bed = &world.bed;
	Session *a;
	uint64_t left;
	User *user;

	world_init(&world, bed_init_radio);
	a = bed->a;
	ck_assert_int_eq(sessions_init(a, &(InitOptions){ .fifo = 256 }, bed->now, &(Reason){ "" }), 0);
	ck_assert_int_eq(bed_start(bed, a, -1), 0);
	for (uint16_t i = 0; i < reports; i++)
		bed_hear(bed, bed->radio, i);
	ck_assert_uint_eq(ring_count(a->ring), reports);
	call_plain(&world, ":1.1", HCI0, ADAPTER1_INTERFACE, "GetBonds", &asks);
	wire_answer_uid(&world.wire, 1);
	expect(&asks, "");
	user = quota_user(bed->broker->quota, 1);
	left = user_limit(user, QUOTA_CALLS);
	ck_assert_int_eq(user_charge(user, QUOTA_CALLS, left), 0);

	call_plain(&world, ":1.1", path_of(a), SESSION_INTERFACE, "GetAdvertisements", &all);
	expect(&all, "LimitReached");
	ck_assert_uint_eq(ring_count(a->ring), reports);

	bed_power(bed, bed->radio, false);
	wire_call(&world.wire, init_call(&world, ":1.1", a), &init);
	expect(&init, "LimitReached");
	ck_assert(a->scanning && ring_count(a->ring) == reports);
	user_discharge(user, QUOTA_CALLS, left);
	user_unref(user);
	bed_forget(bed);
	world_end(&world);
}
END_TEST

/* There is room for the call, but not for the link. */
START_TEST(test_no_room_for_link)
{
	WireCall asks, connects;
	User *user;
	uint64_t left;
	World world;
	Bed *bed = &world.bed;
	sd_bus_message *m;

	world_init(&world, bed_init_radio);
	call_plain(&world, ":1.1", HCI0, ADAPTER1_INTERFACE, "GetBonds", &asks);
	wire_answer_uid(&world.wire, 1);
	expect(&asks, "");
	user = bed->a->user;
	left = user_limit(user, QUOTA_BYTES) - user_charged(user, QUOTA_BYTES) - sizeof(Link);
	ck_assert_int_eq(user_charge(user, QUOTA_BYTES, left), 0);
	m = wire_method(&world.wire, ":1.1", path_of(bed->a), SESSION_INTERFACE, "Connect");
	ck_assert_int_ge(sd_bus_message_append(m, "sa{sv}", "C0:00:00:00:00:05", 0), 0);
	wire_call(&world.wire, m, &connects);
	turn(&world);
	expect(&connects, "LimitReached");
	ck_assert_uint_eq(bed->radio->links->len, 0);
	ck_assert_uint_eq(calls_charged(&world, 1), 0);
	user_discharge(user, QUOTA_BYTES, left);
	world_end(&world);
}
END_TEST

/* bluetoothd does not answer: what waits for a turn only goes on, and what is there is told. */
START_TEST(test_stalled)
{
	WireCall asks, devices, service, made;
	World world;
	Bed *bed = &world.bed;
	char path[PATH_SIZE];
	sd_bus_message *m;

	world_init(&world, bed_init_radio);
	ck_assert_int_eq(bed_start(bed, bed->c, -1), 0);
	for (uint16_t i = 0; i < 200; i++)
		bed_hear(bed, bed->radio, i);
	call_plain(&world, ":1.1", HCI0, ADAPTER1_INTERFACE, "GetBonds", &asks);
	wire_answer_uid(&world.wire, 1);
	expect(&asks, "");
	m = wire_method(&world.wire, ":1.1", HCI0, ADAPTER1_INTERFACE, "GetDevices");
	ck_assert_int_ge(sd_bus_message_append(m, "a{sv}", 0), 0);
	wire_call(&world.wire, m, &devices);
	m = wire_method(&world.wire, ":1.1", path_of(bed->a), SESSION_INTERFACE, "Service");
	ck_assert_int_ge(sd_bus_message_append(m, "va{sv}", "q", 0x180f, 1, "start", "b", 1), 0);
	wire_call(&world.wire, m, &service);
	expect(&service, "");
	path_of_local_service(g_ptr_array_index(bed->radio->peripheral->services, 0), path);
	m = wire_method(&world.wire, ":1.1", path, LOCAL_SERVICE_INTERFACE, "Characteristic");
	ck_assert_int_ge(sd_bus_message_append(m, "va{sv}", "q", 0x2a19, 0), 0);
	wire_call(&world.wire, m, &made);
	turn(&world);
	ck_assert_uint_eq(devices.answered + made.answered, 0);

	broker_bluez_stalled(bed->broker, true, bed->now);
	turn(&world);
	expect(&made, "");
	ck_assert_uint_eq(devices.answered, 0);
	wire_call_end(&devices);
	bed_forget(bed);
	world_end(&world);
}
END_TEST

/* While a call is answered the agenda may come to what takes away its object: here the loop's clock is far
 * ahead of the bed's, so that the link's grace period is over. */
START_TEST(test_object_goes)
{
	char path[PATH_SIZE];
	WireCall asks, leaves;
	World world;
	Bed *bed = &world.bed;

	world_init(&world, bed_init_link);
	bed_release(bed, bed->link, bed->a);
	call_plain(&world, ":1.2", HCI0, ADAPTER1_INTERFACE, "GetBonds", &asks);
	wire_answer_uid(&world.wire, 1);
	expect(&asks, "");

	pairing_grace(bed->link, bed->now);
	bed_no_device(bed, 5);
	ck_assert(link_is_recovering(bed->link));
	call_plain(&world, ":1.2", path_of_link(bed->link, path), CONNECTION_INTERFACE, "Disconnect", &leaves);
	expect(&leaves, "");
	turn(&world);
	ck_assert_ptr_null(bed_link(bed, 5));
	bed_forget(bed);
	world_end(&world);
}
END_TEST

UNIT_MAIN("call", test_order, test_not_told, test_early_bounds, test_gone_meanwhile, test_caller_leaves,
	  test_whose_session, test_missing, test_unanswered, test_refused_connection, test_waits,
	  test_answer_is_last, test_object_goes, test_missing_properties, test_hidden_link, test_refused_whole,
	  test_no_room_for_link, test_stalled)
