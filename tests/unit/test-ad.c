/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The AD parser against bytes that nobody meant well. Each input lies in an allocation of exactly its length,
 * so that a byte read past its end is seen by AddressSanitizer and valgrind.
 */
#include <errno.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "exact.h"
#include "meaning/ad.h"
#include "unit.h"

/* Asks everything there is to ask, checks that all fields lie inside and in order, and returns how many there
 * are. */
static size_t walk(const uint8_t *data, size_t length)
{
	const uint8_t *before = data;
	AdField field, name = { 0 };
	size_t fields = 0;
	int8_t power;
	AdIter iter;

	ad_iter_init(&iter, data, length);
	while (ad_iter_next(&iter, &field)) {
		size_t position = 0, last = 0;
		unsigned sum = 0;
		Uuid uuid;

		must(field.data == before + 2);
		must(field.data[-1] == field.type);
		must(field.data[-2] == field.length + 1);
		must((size_t)(field.data - data) + field.length <= length);
		before = field.data + field.length;
		for (size_t i = 0; i < field.length; i++)
			sum += field.data[i];
		must(sum <= 255 * AD_FIELD_MAX);

		while (ad_field_next_uuid(&field, &position, &uuid)) {
			must(position - last == uuid.width);
			must(position <= field.length);
			last = position;
		}
		must(!ad_field_next_uuid(&field, &position, &uuid));
		fields++;
	}
	must(!ad_iter_next(&iter, &field));	/* the end stays the end */

	if (ad_find_name(data, length, &name)) {
		must(name.type == AD_NAME || name.type == AD_NAME_SHORT);
		must((size_t)(name.data - data) + name.length <= length);
	}
	ad_find_tx_power(data, length, &power);
	return fields;
}

static size_t walk_copy(const void *bytes, size_t length)
{
	uint8_t *data = exact_copy(bytes, length);
	size_t fields = walk(data, length);

	free(data);
	return fields;
}

START_TEST(test_structures)
{
	static const struct {
		const char *what;
		const char *bytes;
		size_t length;
		size_t fields;
	} table[] = {
		{ "nothing", "", 0, 0 },
		{ "zero length", "\0", 1, 0 },
		{ "length byte alone", "\x01", 1, 0 },
		{ "type without data", "\x01\x09", 2, 1 },
		{ "flags", "\x02\x01\x06", 3, 1 },
		{ "one byte short", "\x03\x01\x06", 3, 0 },
		{ "longest length, nothing behind", "\xff", 1, 0 },
		{ "longest length, little behind", "\xff\xff\x00\x01", 4, 0 },
		{ "two", "\x02\x01\x06\x03\x03\x0d\x18", 7, 2 },
		{ "the second too long", "\x02\x01\x06\x04\x03\x0d\x18", 7, 1 },
		{ "early termination", "\x02\x01\x06\x00\x03\x03\x0d\x18", 8, 1 },
		{ "padding", "\x02\x01\x06\x00\x00\x00\x00\x00", 8, 1 },
		{ "trailing length byte", "\x02\x01\x06\x05", 4, 1 },
		{ "length that overlaps the next", "\x05\x01\x06\x02\x0a\x04", 6, 1 },
		{ "the same type twice", "\x02\x01\x06\x02\x01\x1a", 6, 2 },
		{ "only types", "\x01\x01\x01\x02\x01\x03\x01\xff", 8, 4 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		size_t fields = walk_copy(table[i].bytes, table[i].length);

		ck_assert_msg(fields == table[i].fields, "%s: %zu", table[i].what, fields);
	}
	ck_assert_uint_eq(walk(NULL, 0), 0);
}
END_TEST

/* Each length 0..1650, filled in ways that make every kind of structure. */
START_TEST(test_every_length)
{
	uint8_t bytes[AD_MAX];
	unsigned seed = 7;

	for (unsigned fill = 0; fill < 8; fill++) {
		for (size_t i = 0; i < sizeof(bytes); i++) {
			seed = seed * 1103515245 + 12345;
			switch (fill) {
			case 0: bytes[i] = 0; break;
			case 1: bytes[i] = 0xff; break;
			case 2: bytes[i] = 1; break;
			case 3: bytes[i] = 3; break;
			case 4: bytes[i] = (uint8_t)i; break;
			case 5: bytes[i] = (uint8_t)(seed >> 16); break;
			case 6: bytes[i] = (uint8_t)(seed >> 16 & 7); break;
			default: bytes[i] = (uint8_t)(seed >> 16 & 31); break;
			}
		}
		for (size_t length = 0; length <= sizeof(bytes); length++)
			walk_copy(bytes, length);
	}

	memset(bytes, 1, sizeof(bytes));	/* type 1 without data, again and again */
	ck_assert_uint_eq(walk_copy(bytes, AD_MAX), AD_MAX / 2);
}
END_TEST

/* Every type with every length of data, whole, and cut at each place. */
START_TEST(test_every_type)
{
	for (unsigned type = 0; type < 256; type++) {
		uint8_t bytes[AD_FIELD_MAX + 2];

		for (size_t length = 0; length <= AD_FIELD_MAX; length++) {
			bytes[0] = (uint8_t)(length + 1);
			bytes[1] = (uint8_t)type;
			memset(bytes + 2, (int)(type ^ length), length);
			must(walk_copy(bytes, length + 2) == 1);
			must(walk_copy(bytes, length + 1) == 0);
		}
		bytes[0] = 17;
		for (size_t cut = 0; cut < 18; cut++)
			must(walk_copy(bytes, cut) == 0);
	}
}
END_TEST

START_TEST(test_all_short_inputs)
{
	uint8_t bytes[3];

	for (unsigned a = 0; a < 256; a++) {
		bytes[0] = (uint8_t)a;
		must(walk_copy(bytes, 1) == 0);
		for (unsigned b = 0; b < 256; b++) {
			bytes[1] = (uint8_t)b;
			must(walk_copy(bytes, 2) == (a == 1));
			bytes[2] = (uint8_t)(a + b);
			must(walk_copy(bytes, 3) == (a == 1 || a == 2));
		}
	}
}
END_TEST

START_TEST(test_name)
{
	static const struct {
		const char *bytes;
		size_t length;
		int type;	/* -1: none */
		const char *name;
	} table[] = {
		{ "", 0, -1, NULL },
		{ "\x02\x01\x06", 3, -1, NULL },
		{ "\x03\x09" "ab", 4, AD_NAME, "ab" },
		{ "\x03\x08" "ab", 4, AD_NAME_SHORT, "ab" },
		{ "\x03\x08" "ab\x05\x09" "abcd", 10, AD_NAME, "abcd" },
		{ "\x05\x09" "abcd\x03\x08" "ab", 10, AD_NAME, "abcd" },
		{ "\x03\x09" "ab\x03\x09" "cd", 8, AD_NAME, "ab" },
		{ "\x03\x08" "ab\x03\x08" "cd", 8, AD_NAME_SHORT, "ab" },
		{ "\x03\x08" "ab\x09\x09" "abcd", 10, AD_NAME_SHORT,
		  "ab" },	/* the complete one is cut off */
		{ "\x03\x08" "ab\x00\x03\x09" "cd", 9, AD_NAME_SHORT, "ab" },
		/* a name ends at its first NUL, and may be none then */
		{ "\x01\x09", 2, -1, NULL },
		{ "\x02\x09\0", 3, -1, NULL },
		{ "\x01\x09\x03\x08" "ab", 6, AD_NAME_SHORT, "ab" },
		{ "\x03\x09\0a\x03\x09" "cd", 8, AD_NAME, "cd" },
		{ "\x03\x02\x22\x11\x08\x09" "ESP-AT\0", 13, AD_NAME, "ESP-AT" },
		{ "\x14\x09" "OTA\0\0\0\0\0\x82\0\x02\0\xf0nBuZZ`", 21, AD_NAME, "OTA" },
		{ "\x02\x01\x06\x0b\x09" "Heart Rate", 15, AD_NAME, "Heart Rate" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		AdField field = { .type = 0x77, .length = 9, .data = NULL };
		bool found = ad_find_name((const uint8_t *)table[i].bytes, table[i].length, &field);

		ck_assert_msg(found == (table[i].type >= 0), "row %zu", i);
		if (!found) {
			ck_assert_uint_eq(field.type, 0x77);
			continue;
		}
		ck_assert_int_eq(field.type, table[i].type);
		ck_assert_uint_eq(field.length, strlen(table[i].name));
		ck_assert(memcmp(field.data, table[i].name, field.length) == 0);
	}
}
END_TEST

/* Whatever bytes: what comes out is what a message of the bus takes. */
START_TEST(test_name_text)
{
	static const struct {
		const char *bytes;
		size_t length;
		const char *text;
		bool is_text;
	} table[] = {
		{ "", 0, "", true },
		{ "LoPy", 4, "LoPy", true },
		{ "Perdix 3\0", 9, "Perdix 3", false },
		{ "\0abc", 4, "", false },
		{ "Gr\xc3\xbcn", 5, "Gr\u00fcn", true },
		{ "Gr\xfcn", 4, "Gr\ufffdn", false },
		{ "A\xc3", 2, "A\ufffd", false },
		{ "\xed\xa0\x80", 3, "\ufffd\ufffd\ufffd", false },	/* a surrogate */
		/* noncharacters, which sd-bus refuses */
		{ "A\xef\xbf\xbf" "B", 5, "A\ufffd" "B", false },
		{ "\xef\xbf\xbe", 3, "\ufffd", false },
		{ "\xef\xb7\x90\xef\xb7\xaf", 6, "\ufffd\ufffd", false },
		{ "\xf0\x9f\xbf\xbf", 4, "\ufffd", false },
		{ "\xf4\x8f\xbf\xbe", 4, "\ufffd", false },
		{ "\xef\xb7\x8f\xef\xb7\xb0\xef\xbf\xbd", 9, "\ufdcf\ufdf0\ufffd", true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		const uint8_t *bytes = (const uint8_t *)table[i].bytes;
		char *text = ad_name_text(bytes, table[i].length);

		ck_assert_str_eq(text, table[i].text);
		ck_assert(ad_name_is_text((const uint8_t *)text, strlen(text)));
		ck_assert_msg(ad_name_is_text(bytes, table[i].length) == table[i].is_text, "row %zu", i);
		g_free(text);
	}
}
END_TEST

START_TEST(test_noncharacters)
{
	static const struct {
		const char *text, *replaced;
	} table[] = {
		{ "", "" },
		{ "Gr\u00fcn", "Gr\u00fcn" },
		{ "A\xef\xbf\xbf" "B\xef\xbf\xbe", "A\ufffd" "B\ufffd" },
		{ "\xef\xb7\x8f\xef\xb7\x90\xef\xb7\xaf\xef\xb7\xb0", "\ufdcf\ufffd\ufffd\ufdf0" },
		{ "\xf0\x9f\xbf\xbf\xf4\x8f\xbf\xbe", "\U0001fffd\U0010fffd" },
		/* up to what is no UTF-8 */
		{ "\xef\xbf\xbf\xff\xef\xbf\xbf", "\ufffd\xff\xef\xbf\xbf" },
		{ "\xef\xbf\xbf\xf0\x9f", "\ufffd\xf0\x9f" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		char *text = (char *)exact_copy(table[i].text, strlen(table[i].text) + 1);

		ad_replace_noncharacters(text);
		ck_assert_msg(strcmp(text, table[i].replaced) == 0, "row %zu: %s", i, text);
		free(text);
	}
}
END_TEST

START_TEST(test_tx_power)
{
	static const struct {
		const char *bytes;
		size_t length;
		int power;	/* 1000: none */
	} table[] = {
		{ "", 0, 1000 },
		{ "\x02\x0a\x04", 3, 4 },
		{ "\x02\x0a\xf4", 3, -12 },
		{ "\x02\x0a\x80", 3, -128 },
		{ "\x01\x0a", 2, 1000 },
		{ "\x01\x0a\x02\x0a\x08", 5, 8 },
		{ "\x03\x0a\x07\x63", 4, 7 },
		{ "\x02\x01\x06\x02\x0a", 5, 1000 },
		{ "\x02\x0a\x01\x02\x0a\x02", 6, 1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		uint8_t *data = exact_copy(table[i].bytes, table[i].length);
		int8_t power = 99;
		bool found = ad_find_tx_power(data, table[i].length, &power);

		free(data);
		ck_assert_msg(found == (table[i].power != 1000), "row %zu", i);
		ck_assert_int_eq(power, found ? table[i].power : 99);
	}
}
END_TEST

/* Lists whose length is no multiple of the UUID's, and service data with less than its UUID. */
START_TEST(test_uuid_counts)
{
	static const struct {
		uint8_t type;
		size_t width;	/* 0: has no UUIDs */
		bool is_list;
	} table[] = {
		{ AD_UUID16_PART, 2, true }, { AD_UUID16, 2, true }, { AD_UUID32_PART, 4, true },
		{ AD_UUID32, 4, true }, { AD_UUID128_PART, 16, true }, { AD_UUID128, 16, true },
		{ AD_SERVICE_DATA16, 2, false }, { AD_SERVICE_DATA32, 4, false },
		{ AD_SERVICE_DATA128, 16, false }, { AD_FLAGS, 0, false }, { AD_NAME, 0, false },
		{ AD_MANUFACTURER, 0, false }, { 0x00, 0, false }, { 0x14, 0, false }, { 0x15, 0, false },
		{ 0x22, 0, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		for (size_t length = 0; length <= AD_FIELD_MAX; length++) {
			uint8_t *data = malloc(length + 1);
			AdField field = { .type = table[i].type, .length = (uint8_t)length, .data = data };
			size_t position = 0, count = 0, expected;
			Uuid uuid;

			memset(data, 0x11, length);
			data = realloc(data, length);	/* no spare byte behind it */
			field.data = data;
			while (ad_field_next_uuid(&field, &position, &uuid))
				count++;
			expected = table[i].width ? length / table[i].width : 0;
			if (!table[i].is_list && expected > 1)
				expected = 1;
			ck_assert_msg(count == expected, "type %02x, %zu bytes: %zu", table[i].type, length,
				      count);
			if (length > 0)
				free(data);
		}
	}
}
END_TEST

START_TEST(test_uuid_values)
{
	static const uint8_t data[] = {
		0x05, 0x03, 0x0d, 0x18, 0x0f, 0x18,				/* 180d, 180f */
		0x05, 0x20, 0x78, 0x56, 0x34, 0x12,				/* 12345678 */
		0x11, 0x07, 0x9e, 0xca, 0xdc, 0x24, 0x0e, 0xe5, 0xa9, 0xe0, 0x93, 0xf3, 0xa3, 0xb5, 0x01,
		0x00, 0x40, 0x6e,
		0x05, 0x16, 0xaa, 0xfe, 0x10, 0x00,				/* feaa, then data */
	};
	static const char *const expected[] = {
		"0000180d-0000-1000-8000-00805f9b34fb", "0000180f-0000-1000-8000-00805f9b34fb",
		"12345678-0000-1000-8000-00805f9b34fb", "6e400001-b5a3-f393-e0a9-e50e24dcca9e",
		"0000feaa-0000-1000-8000-00805f9b34fb",
	};
	size_t found = 0;
	AdField field;
	AdIter iter;

	ad_iter_init(&iter, data, sizeof(data));
	while (ad_iter_next(&iter, &field)) {
		char buffer[UUID_STRING_SIZE];
		size_t position = 0;
		Uuid uuid;

		while (ad_field_next_uuid(&field, &position, &uuid)) {
			ck_assert_uint_lt(found, ARRAY_SIZE(expected));
			ck_assert_str_eq(uuid_format(&uuid, buffer), expected[found++]);
		}
	}
	ck_assert_uint_eq(found, ARRAY_SIZE(expected));
}
END_TEST

START_TEST(test_uuid_wild_position)
{
	uint8_t data[4] = { 1, 2, 3, 4 };
	AdField field = { .type = AD_UUID16, .length = sizeof(data), .data = data };
	static const size_t positions[] = { 3, 4, 5, 255, SIZE_MAX - 1, SIZE_MAX };
	Uuid uuid;

	for (size_t i = 0; i < ARRAY_SIZE(positions); i++) {
		size_t position = positions[i];

		ck_assert(!ad_field_next_uuid(&field, &position, &uuid));
		ck_assert_uint_eq(position, positions[i]);
	}
}
END_TEST

START_TEST(test_builder)
{
	uint8_t bytes[AD_FIELD_MAX + 2] = { 0 };
	static AdBuilder builder;
	AdField field;
	AdIter iter;

	ad_builder_init(&builder);
	ck_assert_uint_eq(builder.length, 0);
	ck_assert_int_eq(ad_builder_add(&builder, AD_FLAGS, "\x06", 1, NULL, 0), 0);
	ck_assert_int_eq(ad_builder_add(&builder, AD_MANUFACTURER, "\x4c\x00", 2, "\x02\x15", 2), 0);
	ck_assert_int_eq(ad_builder_add(&builder, AD_NAME, NULL, 0, "ab", 2), 0);
	ck_assert_int_eq(ad_builder_add(&builder, AD_NAME_SHORT, NULL, 0, NULL, 0), 0);
	ck_assert_uint_eq(builder.length, 15);
	ck_assert_mem_eq(builder.data, "\x02\x01\x06\x05\xff\x4c\x00\x02\x15\x03\x09" "ab\x01\x08", 15);
	ck_assert_uint_eq(walk_copy(builder.data, builder.length), 4);

	/* What is too long for a structure leaves no trace. */
	ck_assert_int_eq(ad_builder_add(&builder, 1, bytes, AD_FIELD_MAX + 1, NULL, 0), -EMSGSIZE);
	ck_assert_int_eq(ad_builder_add(&builder, 1, NULL, 0, bytes, AD_FIELD_MAX + 1), -EMSGSIZE);
	ck_assert_int_eq(ad_builder_add(&builder, 1, bytes, 1, bytes, AD_FIELD_MAX), -EMSGSIZE);
	ck_assert_int_eq(ad_builder_add(&builder, 1, bytes, SIZE_MAX, bytes, SIZE_MAX), -EMSGSIZE);
	ck_assert_int_eq(ad_builder_add(&builder, 1, bytes, 2, bytes, SIZE_MAX - 1), -EMSGSIZE);
	ck_assert_uint_eq(builder.length, 15);

	/* The longest structure, as often as it fits; then exactly what is left. */
	ad_builder_init(&builder);
	for (unsigned i = 0; i < 6; i++)
		ck_assert_int_eq(ad_builder_add(&builder, 0x24, bytes, 100, bytes, AD_FIELD_MAX - 100), 0);
	ck_assert_uint_eq(AD_MAX - builder.length, 114);
	ck_assert_int_eq(ad_builder_add(&builder, 0x24, bytes, 113, NULL, 0), -EMSGSIZE);
	ck_assert_int_eq(ad_builder_add(&builder, 0x24, bytes, 112, NULL, 0), 0);
	ck_assert_uint_eq(builder.length, AD_MAX);
	ck_assert_int_eq(ad_builder_add(&builder, 0x24, NULL, 0, NULL, 0), -EMSGSIZE);
	ck_assert_uint_eq(walk_copy(builder.data, builder.length), 7);

	ad_iter_init(&iter, builder.data, builder.length);
	ck_assert(ad_iter_next(&iter, &field));
	ck_assert_uint_eq(field.length, AD_FIELD_MAX);
}
END_TEST

UNIT_MAIN("ad", test_structures, test_every_length, test_every_type, test_all_short_inputs, test_name,
	  test_name_text, test_noncharacters, test_tx_power, test_uuid_counts, test_uuid_values,
	  test_uuid_wild_position, test_builder)
