/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths of a program's tree: each place has one, and no other text is one. */
#include <string.h>

#include "bed-attrs.h"
#include "bed-programs.h"
#include "face/place.h"
#include "face/view.h"

#define DEVICE "/org/bluez/hci0/dev_C0_00_00_00_00_05"

typedef struct World {
	FaceBed face;
	Caller caller;
	View *view;
	Link *link;
} World;

static void world_init(World *world)
{
	DeviceView *device;
	Session *session;
	Attr *service, *characteristic;
	Reason reason;
	Addr addr = device_addr(5);

	memset(world, 0, sizeof(*world));
	face_init(&world->face);
	caller_init(&world->face, &world->caller);
	world->view = view_find(world->caller.connection->program, 0);
	ck_assert_ptr_nonnull(world->view);
	ck_assert_int_eq(view_add_device(world->view, &addr, &device, &reason), 0);
	addr = device_addr(6);
	ck_assert_int_eq(view_add_device(world->view, &addr, &device, &reason), 0);
	ck_assert_int_eq(view_session(world->view, &session, &reason), 0);
	world->link = bed_link_up(&world->face.bed, 5, session, false);
	service = bed_attr(world->link, ATTR_SERVICE, 0x0001, NULL, "");
	characteristic = bed_attr(world->link, ATTR_CHARACTERISTIC, 0x000a, service, "read");
	(void)bed_attr(world->link, ATTR_DESCRIPTOR, 0x000c, characteristic, "");
	service = bed_attr(world->link, ATTR_SERVICE, 0xfff0, NULL, "");
	(void)bed_attr(world->link, ATTR_CHARACTERISTIC, 0xffff, service, "read");
}

static bool finds(World *world, const char *path, Place *ret)
{
	return place_find(world->caller.connection, path, ret);
}

START_TEST(test_both_ways)
{
	static const struct {
		const char *path;
		PlaceKind kind;
	} rows[] = {
		{ "/", PLACE_ROOT },
		{ "/org", PLACE_ORG },
		{ "/org/bluez", PLACE_BLUEZ },
		{ "/org/bluez/hci0", PLACE_ADAPTER },
		{ DEVICE, PLACE_DEVICE },
		{ "/org/bluez/hci0/dev_C0_00_00_00_00_06", PLACE_DEVICE },
		{ DEVICE "/service0001", PLACE_SERVICE },
		{ DEVICE "/service0001/char000a", PLACE_CHARACTERISTIC },
		{ DEVICE "/service0001/char000a/desc000c", PLACE_DESCRIPTOR },
		{ DEVICE "/servicefff0", PLACE_SERVICE },
		{ DEVICE "/servicefff0/charffff", PLACE_CHARACTERISTIC },
	};
	World world;

	world_init(&world);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char buffer[PLACE_PATH_SIZE];
		Place place;

		ck_assert_msg(finds(&world, rows[i].path, &place), "%s", rows[i].path);
		ck_assert_int_eq(place.kind, rows[i].kind);
		ck_assert_ptr_eq(place.program, world.caller.connection->program);
		ck_assert_ptr_eq(place.connection, world.caller.connection);
		ck_assert_ptr_eq(place.view, rows[i].kind >= PLACE_ADAPTER ? world.view : NULL);
		ck_assert_int_eq(place.device != NULL, rows[i].kind >= PLACE_DEVICE);
		ck_assert_int_eq(place.attr != NULL, rows[i].kind >= PLACE_SERVICE);
		ck_assert_str_eq(place_path(&place, buffer), rows[i].path);
		if (place.attr)
			ck_assert_int_eq(place_kind_of(place.attr), rows[i].kind);
	}
	face_end(&world.face);
}
END_TEST

START_TEST(test_no_such_place)
{
	static const char *const paths[] = {
		"", "/org/", "/org/bluez/", "/org/bluezx", "/org/bluez/h", "/org/bluez/hci",
		"/org/bluez/hci1", "/org/bluez/hci-1", "/org/bluez/hci00", "/org/bluez/hci000000",
		"/org/bluez/hci65536", "/org/bluez/hci4294967296", "/org/bluez/hci18446744073709551616",
		"/org/bluez/hci0/", "/org/bluez/hci0x", "/org/bluez/hcia", "//org/bluez", "/org/bluez//hci0",
		"/org/bluez/dev_C0_00_00_00_00_05", "/org/bluez/hci1/dev_C0_00_00_00_00_05",
		"/org/bluez/hci0/dev", "/org/bluez/hci0/dev_", "/org/bluez/hci0/dev_C0_00_00_00_00",
		"/org/bluez/hci0/dev_C0_00_00_00_00_0", "/org/bluez/hci0/dev_C0_00_00_00_00_07",
		"/org/bluez/hci0/dev_c0_00_00_00_00_05", "/org/bluez/hci0/dev_C0_00_00_00_00_05_",
		"/org/bluez/hci0/dev_C0:00:00:00:00:05", "/org/bluez/hci0/dev_C00000000005",
		"/org/bluez/hci0/dev_C0000000000500000", "/org/bluez/hci0/Dev_C0_00_00_00_00_05",
		"/org/bluez/hci0/dev_GG_00_00_00_00_05", DEVICE "/", DEVICE "x", DEVICE "/service",
		DEVICE "/service1", DEVICE "/service001", DEVICE "/service00001", DEVICE "/service0001x",
		DEVICE "/service0001/", DEVICE "/service0002", DEVICE "/serviceFFF0", DEVICE "/service000a",
		DEVICE "/char000a", DEVICE "/service0001/char000A", DEVICE "/service0001/char000b",
		DEVICE "/service0001/charffff", DEVICE "/servicefff0/char000a",
		DEVICE "/service0001/desc000c", DEVICE "/service0001/service0001",
		DEVICE "/service0001/char000a/char000a", DEVICE "/service0001/char000a/desc000a",
		DEVICE "/service0001/char000a/desc000c/", DEVICE "/service0001/char000a/desc000c/desc000c",
		/* what another device has */
		"/org/bluez/hci0/dev_C0_00_00_00_00_06/service0001",
	};
	World world;
	Place place;

	world_init(&world);
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		/* as it lies in memory, nothing behind it is read */
		g_autofree char *path = g_strdup(paths[i]);

		ck_assert_msg(!finds(&world, path, &place), "%s", path);
	}
	face_end(&world.face);
}
END_TEST

/* Only whoever holds the link sees the attributes; a device that is gone is no place. */
START_TEST(test_kept)
{
	World world;
	Place place;

	world_init(&world);
	ck_assert(finds(&world, DEVICE, &place));
	place.addr = place.device->addr;
	ck_assert_ptr_eq(place_device(&place), place.device);
	view_let_go(world.view);
	face_run(&world.face);
	ck_assert(!finds(&world, DEVICE "/service0001", &place));
	ck_assert(finds(&world, DEVICE, &place));
	place.addr = place.device->addr;
	view_remove_device(place.device);
	ck_assert(!finds(&world, DEVICE, &(Place){ 0 }));
	ck_assert_ptr_null(place_device(&place));
	/* so with the radio */
	world.face.bed.broker->bluez_up = true;
	program_remove_radio(world.caller.connection->program, world.face.bed.radio);
	ck_assert(!finds(&world, "/org/bluez/hci0", &(Place){ 0 }));
	ck_assert_ptr_null(place_device(&place));
	face_end(&world.face);
}
END_TEST

UNIT_MAIN("place", test_both_ways, test_no_such_place, test_kept)
