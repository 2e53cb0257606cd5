/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a device's packets tell, as properties of Device1; and which of those a packet changes. */
#include "face/device-data.h"

#include <string.h>

#include "bed-programs.h"
#include "face/device.h"
#include "reports.h"

#define FLAGS "\x02\x01\x06"
#define NAME "\x04\x09" "abc"
#define MANUFACTURER "\x05\xff\x4c\x00\x01\x02"
#define SERVICE_DATA "\x05\x16\xaa\xfe\x10\x20"
#define UUIDS "\x03\x03\x0d\x18"
#define BIT(property) DEVICE_BIT(DEVICE_##property)
#define ALL BIT(ADVERTISING_DATA)


/* The bytes of a string literal. */
typedef struct Packet {
	const char *data;
	size_t length;		/* SIZE_MAX: there is none */
} Packet;
#define PACKET(text) { text, sizeof(text) - 1 }
#define NONE { NULL, SIZE_MAX }

static Report *heard(Packet packet)
{
	const ReportInfo info = report_info(1, packet.data, packet.length);

	return packet.length == SIZE_MAX ? NULL : report_make(&info);
}

START_TEST(test_changes)
{
	static const struct {
		Packet last, now;
		uint32_t changes, repeated;	/* repeated: with DuplicateData */
	} rows[] = {
		{ NONE, PACKET(FLAGS), BIT(ADVERTISING_FLAGS), BIT(ADVERTISING_FLAGS) },
		{ NONE, PACKET(""), 0, 0 },
		{ PACKET(FLAGS), PACKET(FLAGS), 0, 0 },
		{ PACKET(FLAGS), PACKET("\x02\x01\x05"), BIT(ADVERTISING_FLAGS), BIT(ADVERTISING_FLAGS) },
		{ NONE, PACKET(NAME), BIT(NAME) | BIT(ALIAS) | ALL, BIT(NAME) | BIT(ALIAS) | ALL },
		{ PACKET(FLAGS NAME), PACKET(FLAGS NAME), 0, 0 },
		{ PACKET(NAME), PACKET("\x04\x08" "abc"), BIT(NAME) | BIT(ALIAS) | ALL,
		  BIT(NAME) | BIT(ALIAS) | ALL },
		{ PACKET(MANUFACTURER), PACKET(MANUFACTURER), 0, BIT(MANUFACTURER_DATA) | ALL },
		{ PACKET(MANUFACTURER), PACKET("\x05\xff\x4c\x00\x01\x03"), BIT(MANUFACTURER_DATA) | ALL,
		  BIT(MANUFACTURER_DATA) | ALL },
		{ PACKET(SERVICE_DATA NAME), PACKET(SERVICE_DATA NAME), 0, BIT(SERVICE_DATA) | ALL },
		{ PACKET(UUIDS), PACKET(UUIDS "\x03\x02\x0f\x18"), BIT(UUIDS) | ALL, BIT(UUIDS) | ALL },
		{ NONE, PACKET("\x02\x0a\x04"), BIT(TX_POWER) | ALL, BIT(TX_POWER) | ALL },
		{ NONE, PACKET("\x03\x19\xc1\x03"), BIT(APPEARANCE) | BIT(ICON) | ALL,
		  BIT(APPEARANCE) | BIT(ICON) | ALL },
		{ NONE, PACKET("\x02\x26\x01"), ALL, ALL },
		/* what is not there any more */
		{ PACKET(MANUFACTURER SERVICE_DATA), PACKET(SERVICE_DATA), BIT(MANUFACTURER_DATA) | ALL,
		  BIT(MANUFACTURER_DATA) | BIT(SERVICE_DATA) | ALL },
		{ PACKET(FLAGS NAME), PACKET(""), BIT(ADVERTISING_FLAGS) | BIT(NAME) | BIT(ALIAS) | ALL,
		  BIT(ADVERTISING_FLAGS) | BIT(NAME) | BIT(ALIAS) | ALL },
		/* the same in another order is the same; what cannot be read is nothing */
		{ PACKET(FLAGS NAME), PACKET(NAME FLAGS), 0, 0 },
		{ PACKET(FLAGS), PACKET(FLAGS "\x1f\xff\x01"), 0, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		g_autoptr(Report) last = heard(rows[i].last), now = heard(rows[i].now);

		ck_assert_msg(device_changes(last, now, false) == rows[i].changes, "row %zu: %x", i,
			      device_changes(last, now, false));
		ck_assert_msg(device_changes(last, now, true) == rows[i].repeated, "row %zu, repeated: %x", i,
			      device_changes(last, now, true));
	}
}
END_TEST

typedef struct World {
	FaceBed face;
	Caller caller;
	DeviceView device;
} World;

static void world_init(World *world, Packet advertisement, Packet scan_response)
{
	memset(world, 0, sizeof(*world));
	face_init(&world->face);
	caller_init(&world->face, &world->caller);
	world->device.advertisement = heard(advertisement);
	world->device.scan_response = heard(scan_response);
}

static void world_end(World *world)
{
	report_unref(world->device.advertisement);
	report_unref(world->device.scan_response);
	face_end(&world->face);
}

/* The dictionary, as text: each key and its bytes. */
static void expect(World *world, unsigned row, const char *types, const char *expected)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = caller_message(&world->caller);
	g_autoptr(GString) text = g_string_new(NULL);
	const uint8_t *bytes;
	size_t length;

	ck_assert_int_ge(device_data_append(&world->device, row, m), 0);
	message_rewind(m);
	ck_assert_int_gt(sd_bus_message_has_signature(m, types), 0);
	ck_assert_int_gt(sd_bus_message_enter_container(m, 'a', NULL), 0);
	while (sd_bus_message_enter_container(m, 'e', NULL) > 0) {
		const char *uuid;
		uint16_t company;
		uint8_t type;

		if (row == DEVICE_MANUFACTURER_DATA && sd_bus_message_read(m, "q", &company) > 0)
			g_string_append_printf(text, "%04x:", company);
		else if (row == DEVICE_SERVICE_DATA && sd_bus_message_read(m, "s", &uuid) > 0)
			g_string_append_printf(text, "%s:", uuid);
		else if (sd_bus_message_read(m, "y", &type) > 0)
			g_string_append_printf(text, "%02x:", type);
		ck_assert_int_gt(sd_bus_message_enter_container(m, 'v', "ay"), 0);
		ck_assert_int_ge(sd_bus_message_read_array(m, 'y', (const void **)&bytes, &length), 0);
		for (size_t i = 0; i < length; i++)
			g_string_append_printf(text, "%02x", bytes[i]);
		g_string_append_c(text, ' ');
		ck_assert_int_ge(sd_bus_message_exit_container(m), 0);
		ck_assert_int_ge(sd_bus_message_exit_container(m), 0);
	}
	ck_assert_str_eq(text->str, expected);
	ck_assert_int_eq(device_data_has(&world->device, row), *expected != '\0');
}

START_TEST(test_dictionaries)
{
	World world;

	world_init(&world, (Packet)PACKET(FLAGS MANUFACTURER SERVICE_DATA UUIDS), (Packet)PACKET(NAME));
	expect(&world, DEVICE_MANUFACTURER_DATA, "a{qv}", "004c:0102 ");
	expect(&world, DEVICE_SERVICE_DATA, "a{sv}", "0000feaa-0000-1000-8000-00805f9b34fb:1020 ");
	expect(&world, DEVICE_ADVERTISING_DATA, "a{yv}", "ff:4c000102 16:aafe1020 03:0d18 09:616263 ");
	world_end(&world);

	world_init(&world, (Packet)NONE, (Packet)NONE);
	expect(&world, DEVICE_MANUFACTURER_DATA, "a{qv}", "");
	expect(&world, DEVICE_SERVICE_DATA, "a{sv}", "");
	expect(&world, DEVICE_ADVERTISING_DATA, "a{yv}", "");
	world_end(&world);
}
END_TEST

/* A key is there once, as a dictionary has it: the first that was told, the advertisement's before the scan
 * response's. */
START_TEST(test_keys)
{
	World world;

	world_init(&world, (Packet)PACKET("\x04\xff\x01\x00\xaa\x04\xff\x02\x00\xbb\x04\xff\x01\x00\xcc"),
		   (Packet)PACKET("\x04\xff\x02\x00\xdd\x03\xff\x03\x00"));
	expect(&world, DEVICE_MANUFACTURER_DATA, "a{qv}", "0001:aa 0002:bb 0003: ");
	expect(&world, DEVICE_ADVERTISING_DATA, "a{yv}", "ff:0100aa ");
	world_end(&world);

	/* too short to have a key */
	world_init(&world, (Packet)PACKET("\x02\xff\x01\x01\xff\x02\x16\xaa"),
		   (Packet)PACKET("\x04\x20\x01\x02\x03\x03\x21\x01\x02"));
	expect(&world, DEVICE_MANUFACTURER_DATA, "a{qv}", "");
	expect(&world, DEVICE_SERVICE_DATA, "a{sv}", "");
	expect(&world, DEVICE_ADVERTISING_DATA, "a{yv}", "ff:01 16:aa 20:010203 21:0102 ");
	world_end(&world);

	world_init(&world, (Packet)PACKET("\x06\x20\x01\x02\x03\x04\xee"
					  "\x12\x21" "0123456789abcdef" "\xff"), (Packet)NONE);
	expect(&world, DEVICE_SERVICE_DATA, "a{sv}", "04030201-0000-1000-8000-00805f9b34fb:ee "
	       "66656463-6261-3938-3736-353433323130:ff ");
	world_end(&world);
}
END_TEST

/* An extended advertisement of nothing but structures: what is told is bounded, and none is told twice. */
START_TEST(test_many)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	static char bytes[1650];
	unsigned entries = 0;
	World world;
	size_t at = 0;

	for (unsigned company = 0; at + 4 <= sizeof(bytes); company++, at += 4) {
		bytes[at] = 3;
		bytes[at + 1] = (char)0xff;
		bytes[at + 2] = (char)company;
		bytes[at + 3] = (char)(company >> 8);
	}
	world_init(&world, (Packet){ bytes, at }, (Packet){ bytes, at });
	m = caller_message(&world.caller);
	ck_assert_int_ge(device_data_append(&world.device, DEVICE_MANUFACTURER_DATA, m), 0);
	message_rewind(m);
	ck_assert_int_gt(sd_bus_message_enter_container(m, 'a', "{qv}"), 0);
	while (sd_bus_message_enter_container(m, 'e', "qv") > 0) {
		uint16_t company;

		ck_assert_int_gt(sd_bus_message_read(m, "q", &company), 0);
		ck_assert_uint_eq(company, entries++);
		ck_assert_int_gt(sd_bus_message_skip(m, "v"), 0);
		ck_assert_int_ge(sd_bus_message_exit_container(m), 0);
	}
	ck_assert_uint_eq(entries, 64);
	world_end(&world);
}
END_TEST

START_TEST(test_single_bytes)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	const void *flags;
	size_t length;
	uint8_t byte = 0xee;
	World world;

	world_init(&world, (Packet)PACKET("\x03\x01\x06\x07\x02\x0a\xf4\x01\x19"),
		   (Packet)PACKET("\x03\x19\xc1\x03"));
	ck_assert(device_data_byte(&world.device, DEVICE_TX_POWER, 0, &byte));
	ck_assert_uint_eq(byte, 0xf4);
	ck_assert(!device_data_byte(&world.device, DEVICE_TX_POWER, 1, &byte));
	ck_assert(!device_data_byte(&world.device, DEVICE_NAME, 0, &byte));
	ck_assert_uint_eq(byte, 0xf4);
	m = caller_message(&world.caller);
	ck_assert_int_ge(device_data_append_flags(&world.device, m), 0);
	message_rewind(m);
	ck_assert_int_ge(sd_bus_message_read_array(m, 'y', &flags, &length), 0);
	ck_assert_uint_eq(length, 2);
	ck_assert_mem_eq(flags, "\x06\x07", 2);
	world_end(&world);
}
END_TEST

UNIT_MAIN("device-data", test_changes, test_dictionaries, test_keys, test_many, test_single_bytes)
