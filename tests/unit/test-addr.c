/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Device addresses: every accepted form, and the forms that only look like one. */
#include <errno.h>
#include <string.h>

#include "meaning/addr.h"
#include "unit.h"

START_TEST(test_parse_good)
{
	static const struct {
		const char *text;
		uint8_t bytes[6];
		const char *printed;
	} table[] = {
		{ "AA:BB:CC:DD:EE:FF", { 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff }, "AA:BB:CC:DD:EE:FF" },
		{ "aa:bb:cc:dd:ee:ff", { 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff }, "AA:BB:CC:DD:EE:FF" },
		{ "aA:Bb:cC:Dd:eE:Ff", { 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff }, "AA:BB:CC:DD:EE:FF" },
		{ "aabbccddeeff", { 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff }, "AA:BB:CC:DD:EE:FF" },
		{ "AABBCCDDEEFF", { 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff }, "AA:BB:CC:DD:EE:FF" },
		{ "112233eeddff", { 0x11, 0x22, 0x33, 0xee, 0xdd, 0xff }, "11:22:33:EE:DD:FF" },
		{ "00:00:00:00:00:00", { 0 }, "00:00:00:00:00:00" },
		{ "012345678909", { 0x01, 0x23, 0x45, 0x67, 0x89, 0x09 }, "01:23:45:67:89:09" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		Addr addr = { .type = ADDR_RANDOM_RPA };
		char buffer[ADDR_STRING_SIZE];

		ck_assert_msg(addr_parse(table[i].text, &addr) == 0, "%s", table[i].text);
		ck_assert_mem_eq(addr.bytes, table[i].bytes, 6);
		ck_assert_uint_eq(addr.type, ADDR_RANDOM_RPA);
		ck_assert_ptr_eq(addr_format(&addr, buffer), buffer);
		ck_assert_str_eq(buffer, table[i].printed);
	}
}
END_TEST

START_TEST(test_parse_bad)
{
	static const char *const table[] = {
		"", ":", "A", "AA", "AA:BB:CC:DD:EE", "AA:BB:CC:DD:EE:F", "AA:BB:CC:DD:EE:FF:",
		"AA:BB:CC:DD:EE:FF:00", " AA:BB:CC:DD:EE:FF", "AA:BB:CC:DD:EE:FF ", "AA:BB:CC:DD:EE:FF\n",
		"AA-BB-CC-DD-EE-FF", "AA_BB_CC_DD_EE_FF", "AA:BB:CC:DD:EE-FF", "AA.BB.CC.DD.EE.FF",
		"AABB:CC:DD:EE:FF:", "AA::BB:CC:DD:EE:F", ":A:BB:CC:DD:EE:FF", "GA:BB:CC:DD:EE:FF",
		"AA:BB:CC:DD:EE:FG", "0xAABBCCDDEEFF", "aabbccddeef", "aabbccddeeff0", "aabbccddeefg",
		"aabbcc ddeef", "+1:+2:+3:+4:+5:+6", "-1-2-3-4-5-6", "AA:BB:CC:DD:EE:F\xc3",
		"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		Addr addr, before;

		memset(&addr, 0x5a, sizeof(addr));
		before = addr;
		ck_assert_msg(addr_parse(table[i], &addr) == -EINVAL, "taken: %s", table[i]);
		ck_assert_mem_eq(&addr, &before, sizeof(addr));
	}
}
END_TEST

START_TEST(test_format_with)
{
	Addr addr = { .bytes = { 0x00, 0x1f, 0xa0, 0x09, 0x90, 0xff } };
	char buffer[ADDR_STRING_SIZE];

	ck_assert_str_eq(addr_format_with(&addr, '_', buffer), "00_1F_A0_09_90_FF");
	ck_assert_str_eq(addr_format(&addr, buffer), "00:1F:A0:09:90:FF");
}
END_TEST

START_TEST(test_equal)
{
	Addr a = { .bytes = { 1, 2, 3, 4, 5, 6 }, .type = ADDR_PUBLIC };
	Addr b = { .bytes = { 1, 2, 3, 4, 5, 6 }, .type = ADDR_RANDOM };

	ck_assert(addr_equal(&a, &b));
	for (size_t i = 0; i < 6; i++) {
		b = a;
		b.bytes[i] ^= 0x80;
		ck_assert(!addr_equal(&a, &b));
	}
}
END_TEST

START_TEST(test_type_name)
{
	ck_assert_str_eq(addr_type_name(ADDR_PUBLIC), "public");
	ck_assert_str_eq(addr_type_name(ADDR_RANDOM), "random");
	ck_assert_str_eq(addr_type_name(ADDR_PUBLIC_RPA), "public");
	ck_assert_str_eq(addr_type_name(ADDR_RANDOM_RPA), "random");
}
END_TEST

UNIT_MAIN("addr", test_parse_good, test_parse_bad, test_format_with, test_equal, test_type_name)
