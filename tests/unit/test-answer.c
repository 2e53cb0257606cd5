/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers that grow with a table: none is longer than a bus takes. */
#include <string.h>

#include "service/path.h"
#include "world.h"

#define HCI0 PATH_ROOT "/hci0"
#define MANY 200

/* A program of uid 1, known; and session a scans, and has heard MANY devices. */
static void set_out(World *world)
{
	Bed *bed = &world->bed;
	WireCall asks;

	world_init(world, bed_init_radio);
	wire_call(&world->wire, wire_method(&world->wire, ":1.1", HCI0, ADAPTER1_INTERFACE, "GetBonds"),
		  &asks);
	wire_answer_uid(&world->wire, 1);
	ck_assert_uint_eq(asks.answered, 1);
	wire_call_end(&asks);

	ck_assert_int_eq(sessions_init(bed->a, &(InitOptions){ .fifo = 256 }, bed->now, &(Reason){ "" }), 0);
	ck_assert_int_eq(bed_start(bed, bed->a, -1), 0);
	for (uint16_t i = 0; i < MANY; i++)
		bed_hear(bed, bed->radio, i);
}

/* Calls, and runs the loop until there is the answer. */
static void call(World *world, sd_bus_message *m, WireCall *ret)
{
	wire_call(&world->wire, m, ret);
	while (ret->answered == 0) {
		ck_assert_int_ge(sd_event_run(world->event, UINT64_MAX), 0);
		wire_run(&world->wire);
	}
}

static void expect_too_long(WireCall *call, const char *remedy)
{
	ck_assert_str_eq(call->error, "LimitReached");
	ck_assert_ptr_nonnull(strstr(sd_bus_message_get_error(call->reply)->message, remedy));
	wire_call_end(call);
}

static void expect_done(WireCall *call)
{
	ck_assert_str_eq(call->error, "");
	wire_call_end(call);
}

static sd_bus_message *get_devices(World *world, const char *name)
{
	sd_bus_message *m = wire_method(&world->wire, ":1.1", HCI0, ADAPTER1_INTERFACE, "GetDevices");

	if (name)
		ck_assert_int_ge(sd_bus_message_append(m, "a{sv}", 1, "name", "s", name), 0);
	else
		ck_assert_int_ge(sd_bus_message_append(m, "a{sv}", 0), 0);
	return m;
}

START_TEST(test_devices)
{
	WireCall all, few;
	World world;

	set_out(&world);
	call(&world, get_devices(&world, NULL), &all);
	expect_done(&all);
	world.service->answer_max = 100 * 400;
	call(&world, get_devices(&world, NULL), &all);
	expect_too_long(&all, "filter");
	call(&world, get_devices(&world, "nobody"), &few);
	expect_done(&few);
	bed_forget(&world.bed);
	world_end(&world);
}
END_TEST

/* How many reports are in the answer, the first of them with that number. */
static uint64_t count_reports(sd_bus_message *reply, uint64_t first)
{
	uint64_t n = 0, sequence;

	ck_assert_int_ge(sd_bus_message_enter_container(reply, 'a', "(tsyynaya{sv})"), 0);
	for (; sd_bus_message_enter_container(reply, 'r', "tsyynaya{sv}") > 0; n++) {
		ck_assert_int_ge(sd_bus_message_skip(reply, "tsyynay"), 0);
		ck_assert_int_ge(sd_bus_message_enter_container(reply, 'a', "{sv}"), 0);
		while (sd_bus_message_enter_container(reply, 'e', "sv") > 0) {
			const char *key;

			ck_assert_int_ge(sd_bus_message_read(reply, "s", &key), 0);
			if (strcmp(key, "Sequence") == 0) {
				ck_assert_int_ge(sd_bus_message_read(reply, "v", "t", &sequence), 0);
				ck_assert_uint_eq(sequence, first + n);
			} else {
				ck_assert_int_ge(sd_bus_message_skip(reply, "v"), 0);
			}
			ck_assert_int_ge(sd_bus_message_exit_container(reply), 0);
		}
		ck_assert_int_ge(sd_bus_message_exit_container(reply), 0);
		ck_assert_int_ge(sd_bus_message_exit_container(reply), 0);
	}
	return n;
}

/* What does not fit is not lost, but read next. */
START_TEST(test_reports)
{
	uint64_t n = 0, calls = 0;
	char path[PATH_SIZE];
	WireCall some;
	World world;

	set_out(&world);
	world.service->answer_max = MANY / 2 * 280;
	path_of_session(world.bed.a, path);
	while (n < MANY) {
		sd_bus_message *m = wire_method(&world.wire, ":1.1", path, SESSION_INTERFACE,
						"ReadAdvertisements");
		uint64_t taken;

		ck_assert_int_ge(sd_bus_message_append(m, "u", 0), 0);
		call(&world, m, &some);
		ck_assert_str_eq(some.error, "");
		taken = count_reports(some.reply, n);
		ck_assert_uint_gt(taken, 0);
		ck_assert_uint_le(taken, MANY / 2);
		n += taken;
		calls++;
		wire_call_end(&some);
	}
	ck_assert_uint_eq(n, MANY);
	ck_assert_uint_ge(calls, 2);
	ck_assert_uint_eq(session_dropped(world.bed.a), 0);
	bed_forget(&world.bed);
	world_end(&world);
}
END_TEST

static sd_bus_message *plain(World *world, const char *interface, const char *member)
{
	return wire_method(&world->wire, ":1.1", PATH_ROOT, interface, member);
}

START_TEST(test_objects)
{
	static const char manager[] = "org.freedesktop.DBus.ObjectManager";
	WireCall objects;
	World world;

	set_out(&world);
	call(&world, plain(&world, manager, "GetManagedObjects"), &objects);
	expect_done(&objects);
	world.service->answer_max = 1000;
	call(&world, plain(&world, manager, "GetManagedObjects"), &objects);
	expect_too_long(&objects, "Characteristics");
	bed_forget(&world.bed);
	world_end(&world);
}
END_TEST

START_TEST(test_stats)
{
	WireCall stats;
	World world;

	set_out(&world);
	call(&world, plain(&world, MANAGER_INTERFACE, "GetStats"), &stats);
	expect_done(&stats);
	world.service->answer_max = 1000;
	call(&world, plain(&world, MANAGER_INTERFACE, "GetStats"), &stats);
	expect_too_long(&stats, "sessions");
	bed_forget(&world.bed);
	world_end(&world);
}
END_TEST

UNIT_MAIN("answer", test_devices, test_reports, test_objects, test_stats)
