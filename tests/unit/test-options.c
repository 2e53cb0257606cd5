/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What programs say in dictionaries and variants: each form is taken, and what is wrong is named. */
#include "bus/options.h"

#include <string.h>

#include "unit.h"
#include "wire.h"

typedef struct Said {
	uint32_t number;
	bool flag;
	Uuid uuid;
} Said;

static int read_number(sd_bus_message *m, void *target, Reason *reason)
{
	int r = sd_bus_message_read_basic(m, 'u', &((Said *)target)->number);

	if (r < 0)
		return r;
	return ((Said *)target)->number == 13 ? reason_set(reason, E_NOT_SUPPORTED, "number: not 13") : 0;
}

static int read_flag(sd_bus_message *m, void *target, Reason *reason UNUSED)
{
	return options_read_flag(m, &((Said *)target)->flag);
}

static int read_uuid(sd_bus_message *m, void *target, Reason *reason)
{
	return options_read_uuid(m, "uuid", &((Said *)target)->uuid, reason);
}

static const Option table[] = {
	{ "number", "u", read_number },
	{ "flag", "b", read_flag },
	{ "uuid", NULL, read_uuid },
	{ 0 }
};

/* Takes m over. */
static void expect(sd_bus_message *m, int result, const char *text)
{
	Reason reason = { "" };
	Said said = { 0 };

	ck_assert_int_eq(options_read(m, table, &said, &reason), result);
	ck_assert_str_eq(reason.text, text);
	sd_bus_message_unref(m);
}

START_TEST(test_dictionary)
{
	sd_bus_message *m;
	Reason reason = { "" };
	Said said = { 0 };
	uint32_t next;
	Wire wire;

	wire_init(&wire);
	m = wire_message(&wire, "a{sv}u", 3, "flag", "b", 1, "uuid", "q", 0x180d, "number", "u", 7, 99);
	ck_assert_int_eq(options_read(m, table, &said, &reason), 0);
	ck_assert_uint_eq(said.number, 7);
	ck_assert(said.flag);
	ck_assert_int_eq(sd_bus_message_read(m, "u", &next), 1);
	ck_assert_uint_eq(next, 99);
	sd_bus_message_unref(m);

	expect(wire_message(&wire, "a{sv}", 0), 0, "");
	expect(wire_message(&wire, "a{sv}", 1, "number", "u", 13), E_NOT_SUPPORTED, "number: not 13");
	expect(wire_message(&wire, "a{sv}", 1, "number", "i", 1), E_INVALID_ARGUMENTS,
	       "number: needs D-Bus type u, not i");
	expect(wire_message(&wire, "a{sv}", 2, "flag", "b", 0, "flag", "b", 0), E_INVALID_ARGUMENTS,
	       "flag: given twice");
	expect(wire_message(&wire, "a{sv}", 1, "colour", "s", "red"), E_INVALID_ARGUMENTS,
	       "colour: unknown key; known are: number, flag, uuid");
	expect(wire_message(&wire, "a{sv}", 1, "r\xc3\xa4t\n", "s", "red"), E_INVALID_ARGUMENTS,
	       "r??t?: unknown key; known are: number, flag, uuid");
	expect(wire_message(&wire, "a{sv}", 1, "uuid", "s", "heart"), E_INVALID_ARGUMENTS,
	       "uuid: not a UUID; give " UUID_FORMS);
	wire_end(&wire);
}
END_TEST

START_TEST(test_uuids)
{
	static const uint8_t bytes[] = { 0x18, 0x0d };
	Reason reason = { "" };
	Uuid expected, uuid;
	sd_bus_message *m;
	Wire wire;

	wire_init(&wire);
	uuid_from_int(0x180d, &expected);
	sd_bus_message *const same[] = {
		wire_message(&wire, "v", "q", 0x180d),
		wire_message(&wire, "v", "u", 0x180d),
		wire_message(&wire, "v", "n", 0x180d),
		wire_message(&wire, "v", "i", 0x180d),
		wire_message(&wire, "v", "s", "180d"),
		wire_message(&wire, "v", "s", "0000180d-0000-1000-8000-00805f9b34fb"),
		wire_message(&wire, "v", "ay", 2, bytes[0], bytes[1]),
	};
	for (size_t i = 0; i < ARRAY_SIZE(same); i++) {
		ck_assert_int_eq(options_read_uuid(same[i], "uuid", &uuid, &reason), 0);
		ck_assert(uuid_equal(&uuid, &expected));
		sd_bus_message_unref(same[i]);
	}
	sd_bus_message *const wrong[] = {
		wire_message(&wire, "v", "i", -1),
		wire_message(&wire, "v", "s", ""),
		wire_message(&wire, "v", "d", 1.0),
		wire_message(&wire, "v", "ay", 1, bytes[0]),
	};
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		ck_assert_int_eq(options_read_uuid(wrong[i], "uuid", &uuid, &reason), E_INVALID_ARGUMENTS);
		ck_assert(g_str_has_prefix(reason.text, "uuid: "));
		sd_bus_message_unref(wrong[i]);
	}
	m = wire_message(&wire, "s", "180d");
	ck_assert_int_lt(options_read_uuid(m, "uuid", &uuid, &reason), 0);
	sd_bus_message_unref(m);
	wire_end(&wire);
}
END_TEST

/* Takes m over. */
static void expect_value(sd_bus_message *m, const char *bytes, size_t length)
{
	g_autoptr(GBytes) value = NULL;
	Reason reason = { "" };

	ck_assert_int_eq(options_read_value(m, &value, &reason), 0);
	ck_assert_uint_eq(g_bytes_get_size(value), length);
	if (length > 0)
		ck_assert_mem_eq(g_bytes_get_data(value, NULL), bytes, length);
	sd_bus_message_unref(m);
}

START_TEST(test_values)
{
	GBytes *untouched = NULL;
	Reason reason = { "" };
	sd_bus_message *m;
	Wire wire;

	wire_init(&wire);
	expect_value(wire_message(&wire, "v", "ay", 3, 1, 2, 3), "\1\2\3", 3);
	expect_value(wire_message(&wire, "v", "ay", 0), "", 0);
	expect_value(wire_message(&wire, "v", "s", "hi"), "hi", 2);
	expect_value(wire_message(&wire, "v", "s", ""), "", 0);
	expect_value(wire_message(&wire, "v", "y", 0x12), "\x12", 1);
	expect_value(wire_message(&wire, "v", "q", 0x1234), "\x34\x12", 2);
	expect_value(wire_message(&wire, "v", "n", -2), "\xfe\xff", 2);
	expect_value(wire_message(&wire, "v", "u", 0x12345678), "\x78\x56\x34\x12", 4);
	expect_value(wire_message(&wire, "v", "i", -1), "\xff\xff\xff\xff", 4);
	expect_value(wire_message(&wire, "v", "t", UINT64_C(0x0102030405060708)), "\10\7\6\5\4\3\2\1", 8);
	expect_value(wire_message(&wire, "v", "v", "q", 1), "\1\0", 2);

	m = wire_message(&wire, "v", "as", 1, "no");
	ck_assert_int_eq(options_read_value(m, &untouched, &reason), E_INVALID_ARGUMENTS);
	ck_assert_ptr_null(untouched);
	sd_bus_message_unref(m);
	wire_end(&wire);
}
END_TEST

START_TEST(test_addresses)
{
	Reason reason = { "" };
	Addr addr = { .type = ADDR_RANDOM }, again = { .type = ADDR_RANDOM };

	ck_assert_int_eq(options_parse_addr("C0:00:00:00:00:01", "mac", &addr, &reason), 0);
	ck_assert_int_eq(options_parse_addr("c00000000001", "mac", &again, &reason), 0);
	ck_assert(addr_equal(&addr, &again));
	ck_assert_int_eq(addr.type, ADDR_RANDOM);
	ck_assert_int_eq(options_parse_addr("C0:00", "mac", &addr, &reason), E_INVALID_ARGUMENTS);
	ck_assert(g_str_has_prefix(reason.text, "mac: "));
}
END_TEST

UNIT_MAIN("options", test_dictionary, test_uuids, test_values, test_addresses)
