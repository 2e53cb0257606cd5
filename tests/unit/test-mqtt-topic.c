/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of topics, waits between attempts, and the names that devices told. */
#include <stdio.h>
#include <string.h>

#include "meaning/ad.h"
#include "mqtt/backoff.h"
#include "mqtt/names.h"
#include "mqtt/topic.h"
#include "unit.h"

#define TEXT(text) text, sizeof(text) - 1

START_TEST(test_publishable)
{
	static const struct {
		const char *topic;
		size_t length;
		bool yes;
	} rows[] = {
		{ TEXT("a"), true }, { TEXT("a/b c/\303\244/\360\237\230\200"), true }, { TEXT("/"), true },
		{ TEXT("a$"), true },
		{ TEXT(""), false }, { TEXT("$SYS/x"), false }, { TEXT("a/+"), false }, { TEXT("#"), false },
		{ TEXT("a#b"), false },
		{ TEXT("a\0b"), false }, { TEXT("a\n"), false },
		{ TEXT("\x7f"), false }, { TEXT("\302\200"), false },
		{ TEXT("\377"), false }, { TEXT("a\303"), false },
		{ TEXT("\300\257"), false },					/* an overlong / */
		{ TEXT("\355\240\200"), false },					/* a surrogate */
		{ TEXT("\357\277\276"), false }, { TEXT("\357\267\220"), false },	/* noncharacters */
		{ TEXT("\360\237\277\277"), false },
	};
	char longest[TOPIC_MAX + 1];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		ck_assert_msg(topic_is_publishable(rows[i].topic, rows[i].length) == rows[i].yes, "row %zu",
			      i);
	memset(longest, 'x', sizeof(longest));
	ck_assert(topic_is_publishable(longest, TOPIC_MAX));
	ck_assert(!topic_is_publishable(longest, TOPIC_MAX + 1));
}
END_TEST

START_TEST(test_part)
{
	static const struct {
		const char *part;
		bool levels;
		bool yes;
	} rows[] = {
		{ "bluebroker", true, true }, { "a/b/c", true, true }, { "gw-1 x", false, true },
		{ "AA:BB:CC:DD:EE:FF", false, true },
		{ "a/b", false, false }, { "", true, false }, { "", false, false }, { "/a", true, false },
		{ "a/", true, false },
		{ "/", true, false }, { "a//b", true, false }, { "a/+/b", true, false },
		{ "#", false, false },
		{ "$share", true, false }, { "a\tb", false, false }, { "\377", false, false },
	};
	char longest[TOPIC_PART_MAX + 2] = "";
	Reason reason = { "" };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		reason = (Reason){ "" };
		ck_assert_msg(topic_check_part(rows[i].part, rows[i].levels, &reason) ==
			      (rows[i].yes ? 0 : E_INVALID_ARGUMENTS), "row %zu", i);
		ck_assert_msg((reason.text[0] == '\0') == rows[i].yes, "row %zu: \"%s\"", i, reason.text);
	}
	memset(longest, 'x', TOPIC_PART_MAX);
	ck_assert_int_eq(topic_check_part(longest, false, &reason), 0);
	longest[TOPIC_PART_MAX] = 'x';
	ck_assert_int_eq(topic_check_part(longest, false, &reason), E_INVALID_ARGUMENTS);
}
END_TEST

START_TEST(test_below)
{
	static const struct {
		const char *topic, *tree;
		bool yes;
	} rows[] = {
		{ "a/b", "a/b", true }, { "a/b/c", "a/b", true }, { "a/b/", "a/b", true },
		{ "a/bc", "a/b", false }, { "a", "a/b", false }, { "x/a/b", "a/b", false },
		{ "", "a", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		ck_assert_msg(topic_is_below(rows[i].topic, rows[i].tree) == rows[i].yes, "row %zu", i);
}
END_TEST

/* Most of them are the examples of MQTT 5.0, 4.7. */
START_TEST(test_matches)
{
	static const struct {
		const char *filter, *topic;
		bool yes;
	} rows[] = {
		{ "a/b", "a/b", true }, { "a/b", "a/c", false }, { "a/b", "a", false }, { "a", "a/b", false },
		{ "sport/tennis/player1/#", "sport/tennis/player1", true },
		{ "sport/tennis/player1/#", "sport/tennis/player1/ranking", true },
		{ "sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true },
		{ "sport/tennis/player1/#", "sport/tennis/player2", false },
		{ "#", "a/b/c", true }, { "#", "/", true }, { "#", "$SYS/x", false },
		{ "$SYS/#", "$SYS/x", true },
		{ "sport/tennis/+", "sport/tennis/player1", true },
		{ "sport/tennis/+", "sport/tennis/player1/ranking", false },
		{ "sport/+", "sport", false }, { "sport/+", "sport/", true },
		{ "+/+", "/finance", true }, { "/+", "/finance", true }, { "+", "/finance", false },
		{ "+/monitor/Clients", "$SYS/monitor/Clients", false },
		{ "$SYS/monitor/+", "$SYS/monitor/Clients", true },
		{ "a/+/c/#", "a/b/c", true }, { "a/+/c/#", "a/b/d", false }, { "a/b", "a/bc", false },
		{ "a/bc", "a/b", false },
		{ "a/", "a", false }, { "a", "a/", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		ck_assert_msg(topic_matches(rows[i].filter, rows[i].topic) == rows[i].yes, "%s %s",
			      rows[i].filter, rows[i].topic);
}
END_TEST

/* The limits, with a random number at either end. */
START_TEST(test_backoff)
{
	static const struct {
		unsigned attempt;
		uint64_t min, max, limit;
	} rows[] = {
		{ 1, 1000, 1000000, 8000 }, { 2, 1000, 1000000, 16000 }, { 3, 1000, 1000000, 32000 },
		{ 7, 1000, 1000000, 512000 }, { 8, 1000, 1000000, 1000000 },
		{ 4000000000, 1000, 1000000, 1000000 },
		{ 1, 1000, 5000, 5000 }, { 1, 1000, 1000, 1000 }, { 0, 1000, 1000000, 8000 },
		{ 55, 1, UINT64_MAX / 4, UINT64_C(8) << 54 },
		{ 100, 1000000, UINT64_MAX / 4, UINT64_MAX / 4 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const uint64_t min = rows[i].min, max = rows[i].max, limit = rows[i].limit;
		const uint64_t least = backoff_wait(rows[i].attempt, min, max, 0);
		const uint64_t most = backoff_wait(rows[i].attempt, min, max, UINT32_MAX);

		ck_assert_msg(least == min, "row %zu: %llu", i, (unsigned long long)least);
		ck_assert_msg(most <= limit && most >= limit - ((limit - min) >> 32) - 1, "row %zu: %llu", i,
			      (unsigned long long)most);
		ck_assert_uint_eq(backoff_wait(rows[i].attempt, min, max, UINT32_C(1) << 31),
				  min + (limit - min) / 2);
	}
}
END_TEST

static Addr addr_of(uint8_t number)
{
	return (Addr){ .bytes = { 1, 2, 3, 4, 5, number } };
}

static void learn(DeviceNames *names, uint8_t number, const char *data)
{
	const Addr addr = addr_of(number);

	device_names_learn(names, &addr, (const uint8_t *)data, strlen(data));
}

static const char *find(DeviceNames *names, uint8_t number)
{
	const Addr addr = addr_of(number);

	return device_names_find(names, &addr);
}

/* One device's packets, and its name after each. */
START_TEST(test_name)
{
	static const struct {
		const char *data;
		const char *name;
	} rows[] = {
		{ "\x03\xff\x4c\x01", NULL },
		{ "\x03\x08Th", "Th" },
		{ "\x03\x08Tx", "Tx" },
		{ "\x06\x09Thing", "Thing" },
		{ "\x03\x08Th", "Thing" },		/* a part of a name is not better than all of it */
		{ "\x03\xff\x4c\x01", "Thing" },
		{ "\x03\x09" "Ab", "Ab" },
		{ "\x03\x08\x41\x42\x03\x09Xy", "Xy" },
		{ "\x04\x09\xff\xc3+", "\357\277\275\357\277\275+" },
		{ "\x04\x09\357\277\276", "\357\277\275" },	/* a noncharacter */
		{ "\x01\x09", "\357\277\275" },		/* empty: no name */
	};
	DeviceNames *names = device_names_new(4);

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		learn(names, 1, rows[i].data);
		if (rows[i].name)
			ck_assert_str_eq(find(names, 1), rows[i].name);
		else
			ck_assert_ptr_null(find(names, 1));
		ck_assert_ptr_null(find(names, 2));
	}
	device_names_free(names);
}
END_TEST

/* Those that were told least lately make room. */
START_TEST(test_names_are_bounded)
{
	DeviceNames *names = device_names_new(3);
	char text[16];

	for (uint8_t i = 1; i <= 3; i++)
		learn(names, i, "\x03\x09Hi");
	learn(names, 1, "\x03\x09Hi");		/* the same again counts */
	learn(names, 4, "\x03\x09Ho");
	ck_assert_ptr_nonnull(find(names, 1));
	ck_assert_ptr_null(find(names, 2));
	ck_assert_str_eq(find(names, 4), "Ho");
	for (uint8_t i = 10; i < 250; i++) {
		snprintf(text, sizeof(text), "\x04\x09%03u", i);
		text[0] = '\x04';
		learn(names, i, text);
		ck_assert_str_eq(find(names, i), text + 2);
		ck_assert_ptr_null(find(names, (uint8_t)(i - 3)));
	}
	ck_assert_ptr_nonnull(find(names, 247));
	device_names_free(names);
	device_names_free(NULL);
}
END_TEST

/* 253 bytes may be in a structure, and each that is not valid becomes three. */
START_TEST(test_longest_name)
{
	DeviceNames *names = device_names_new(1);
	uint8_t data[255];
	const Addr addr = addr_of(1);

	data[0] = 254;
	data[1] = AD_NAME;
	memset(data + 2, 'x', 253);
	device_names_learn(names, &addr, data, sizeof(data));
	ck_assert_uint_eq(strlen(find(names, 1)), 248);
	memset(data + 2, 0xff, 253);
	device_names_learn(names, &addr, data, sizeof(data));
	ck_assert_uint_eq(strlen(find(names, 1)), 246);	/* where a character begins */
	device_names_free(names);
}
END_TEST

UNIT_MAIN("mqtt-topic", test_publishable, test_part, test_below, test_matches, test_backoff, test_name,
	  test_names_are_bounded, test_longest_name)
