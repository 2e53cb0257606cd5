/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UUIDs: every form that the contract accepts, and what must be refused. */
#include <errno.h>
#include <string.h>

#include "meaning/uuid.h"
#include "unit.h"

START_TEST(test_parse_good)
{
	static const struct {
		const char *text;
		const char *printed;
		uint8_t width;
	} table[] = {
		{ "0", "00000000-0000-1000-8000-00805f9b34fb", 2 },
		{ "180d", "0000180d-0000-1000-8000-00805f9b34fb", 2 },
		{ "180D", "0000180d-0000-1000-8000-00805f9b34fb", 2 },
		{ "0x180D", "0000180d-0000-1000-8000-00805f9b34fb", 2 },
		{ "0X180d", "0000180d-0000-1000-8000-00805f9b34fb", 2 },
		{ "ffff", "0000ffff-0000-1000-8000-00805f9b34fb", 2 },
		{ "00001", "00000001-0000-1000-8000-00805f9b34fb", 4 },
		{ "abc123", "00abc123-0000-1000-8000-00805f9b34fb", 4 },
		{ "0xabc123", "00abc123-0000-1000-8000-00805f9b34fb", 4 },
		{ "deadbeef", "deadbeef-0000-1000-8000-00805f9b34fb", 4 },
		{ "0xDEADBEEF", "deadbeef-0000-1000-8000-00805f9b34fb", 4 },
		{ "1234567890123456", "31323334-3536-3738-3930-313233343536", 16 },
		{ "0x34567890123456", "30783334-3536-3738-3930-313233343536", 16 },
		{ "\xff-quite any byte", "ff2d7175-6974-6520-616e-792062797465", 16 },
		{ "6E400001-B5A3-F393-E0A9-E50E24DCCA9E", "6e400001-b5a3-f393-e0a9-e50e24dcca9e", 16 },
		{ "6e400001-b5a3-f393-e0a9-e50e24dcca9e", "6e400001-b5a3-f393-e0a9-e50e24dcca9e", 16 },
		{ "0000180d-0000-1000-8000-00805f9b34fb", "0000180d-0000-1000-8000-00805f9b34fb", 16 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		char buffer[UUID_STRING_SIZE];
		Uuid uuid, again;

		ck_assert_msg(uuid_parse(table[i].text, &uuid) == 0, "refused: %s", table[i].text);
		ck_assert_str_eq(uuid_format(&uuid, buffer), table[i].printed);
		ck_assert_uint_eq(uuid.width, table[i].width);

		ck_assert_int_eq(uuid_parse(buffer, &again), 0);
		ck_assert(uuid_equal(&uuid, &again));
	}
}
END_TEST

START_TEST(test_parse_bad)
{
	static const char *const table[] = {
		"", " ", "0x", "x", "g", "180g", "0x180g", "-1", "+1", " 180d", "180d ", "180d\n",
		"123456789", "0x123456789", "1234567890", "123456789012345", "12345678901234567", "00x1",
		"x180d", "18 0d", "6e400001b5a3f393e0a9e50e24dcca9e", "6e400001-b5a3-f393-e0a9-e50e24dcca9",
		"{180d}", "6e400001-b5a3-f393-e0a9-e50e24dcca9e0", "6e400001-b5a3-f393-e0a9-e50e24dcca9g",
		"6e400001-b5a3-f393-e0a9ee50e24dcca9e", "6e400001xb5a3-f393-e0a9-e50e24dcca9e",
		"6e40000-1b5a3-f393-e0a9-e50e24dcca9e", "------------------------------------",
		"6e400001-b5a3-f393-e0a9-e50e24dcca9\xc3", "0x6e400001-b5a3-f393-e0a9-e50e24dcca",
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		Uuid uuid, before;

		memset(&uuid, 0x5a, sizeof(uuid));
		before = uuid;
		ck_assert_msg(uuid_parse(table[i], &uuid) == -EINVAL, "taken: \"%s\"", table[i]);
		ck_assert_mem_eq(&uuid, &before, sizeof(uuid));
	}
}
END_TEST

START_TEST(test_from_int)
{
	static const struct {
		uint32_t value;
		uint8_t width;
	} table[] = {
		{ 0, 2 }, { 1, 2 }, { 0x180d, 2 }, { 0xffff, 2 }, { 0x10000, 4 }, { 0xabc123, 4 },
		{ UINT32_MAX, 4 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		uint32_t value = ~table[i].value;
		Uuid uuid;

		uuid_from_int(table[i].value, &uuid);
		ck_assert_uint_eq(uuid.width, table[i].width);
		ck_assert(uuid_short(&uuid, &value));
		ck_assert_uint_eq(value, table[i].value);
	}
}
END_TEST

START_TEST(test_from_bytes)
{
	static const uint8_t bytes[17] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17 };
	static const struct {
		size_t length;
		const char *printed;
		const char *from_air;
	} table[] = {
		{ 2, "00000102-0000-1000-8000-00805f9b34fb", "00000201-0000-1000-8000-00805f9b34fb" },
		{ 4, "01020304-0000-1000-8000-00805f9b34fb", "04030201-0000-1000-8000-00805f9b34fb" },
		{ 16, "01020304-0506-0708-090a-0b0c0d0e0f10", "100f0e0d-0c0b-0a09-0807-060504030201" },
	};
	size_t good = 0;

	for (size_t length = 0; length <= 17; length++) {
		char buffer[UUID_STRING_SIZE];
		Uuid uuid, before;

		memset(&uuid, 0x5a, sizeof(uuid));
		before = uuid;
		if (good == ARRAY_SIZE(table) || table[good].length != length) {
			ck_assert_int_eq(uuid_from_bytes(bytes, length, &uuid), -EINVAL);
			ck_assert_int_eq(uuid_from_air(bytes, length, &uuid), -EINVAL);
			ck_assert_mem_eq(&uuid, &before, sizeof(uuid));
			continue;
		}
		ck_assert_int_eq(uuid_from_bytes(bytes, length, &uuid), 0);
		ck_assert_str_eq(uuid_format(&uuid, buffer), table[good].printed);
		ck_assert_uint_eq(uuid.width, length);
		ck_assert_int_eq(uuid_from_air(bytes, length, &uuid), 0);
		ck_assert_str_eq(uuid_format(&uuid, buffer), table[good].from_air);
		ck_assert_uint_eq(uuid.width, length);
		good++;
	}
	ck_assert_uint_eq(good, ARRAY_SIZE(table));
}
END_TEST

START_TEST(test_equal_ignores_width)
{
	static const char *const same[] = { "180d", "0x180D", "0000180d",
					    "0000180D-0000-1000-8000-00805F9B34FB" };
	Uuid first, other;
	uint32_t value;

	ck_assert_int_eq(uuid_parse(same[0], &first), 0);
	for (size_t i = 0; i < ARRAY_SIZE(same); i++) {
		ck_assert_int_eq(uuid_parse(same[i], &other), 0);
		ck_assert(uuid_equal(&first, &other));
		ck_assert(uuid_short(&other, &value));
		ck_assert_uint_eq(value, 0x180d);
	}

	/* A byte off the base UUID, wherever it is, is no short UUID any more. */
	for (size_t i = 4; i < 16; i++) {
		value = 7;
		other = first;
		other.bytes[i] ^= 1;
		ck_assert(!uuid_equal(&first, &other));
		ck_assert(!uuid_short(&other, &value));
		ck_assert_uint_eq(value, 7);
	}
}
END_TEST

UNIT_MAIN("uuid", test_parse_good, test_parse_bad, test_from_int, test_from_bytes, test_equal_ignores_width)
