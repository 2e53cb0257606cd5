/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys as text: what bluebroker-keys prints, and what it does not. */
#include <string.h>

#include "core/key-list.h"
#include "unit.h"

#define RADIO "00:AA:01:00:00:00"
#define KEY "ec0234a357c8ad05341010a60a397d9b"

static const Addr radio = { { 0x00, 0xaa, 0x01, 0, 0, 0 }, ADDR_PUBLIC };

static size_t read_text(const char *text, IdentityKey *ret, size_t max)
{
	return key_list_read(text, strlen(text), &radio, ret, max);
}

START_TEST(test_lines)
{
	IdentityKey keys[4];

	ck_assert_uint_eq(read_text(RADIO " 00:1A:7D:01:02:03 public " KEY "\n"
					  "00:AA:01:00:00:01 00:1A:7D:01:02:04 public " KEY "\n" RADIO
					  " C0:1A:7D:01:02:05 random 0000000000000000000000000000000A\n",
				    keys, 4),
			  2);
	ck_assert(addr_equal(&keys[0].identity, &(Addr){ { 0x00, 0x1a, 0x7d, 1, 2, 3 }, 0 }));
	ck_assert_uint_eq(keys[0].identity.type, ADDR_PUBLIC);
	ck_assert_uint_eq(keys[0].irk[0], 0xec);
	ck_assert_uint_eq(keys[0].irk[15], 0x9b);
	ck_assert_uint_eq(keys[1].identity.type, ADDR_RANDOM);
	ck_assert_uint_eq(keys[1].irk[15], 0x0a);
	ck_assert(irk_resolves(keys[0].irk, &(Addr){ { 0x70, 0x81, 0x94, 0x0d, 0xfb, 0xaa }, ADDR_RANDOM }));
}
END_TEST

START_TEST(test_other_lines)
{
	static const char *const lines[] = {
		"", "\n", "\n\n\n", RADIO, RADIO " 00:1A:7D:01:02:03 public " KEY /* cut off */,
		RADIO " 00:1A:7D:01:02:03 public " KEY "0\n", RADIO " 00:1A:7D:01:02:03 public  " KEY "\n",
		RADIO " 00:1A:7D:01:02:03 static " KEY "\n", RADIO "-00:1A:7D:01:02:03 public " KEY "\n",
		RADIO " 00:1A:7D:01:02:0G public " KEY "\n", RADIO " 00:1A:7D:01:02:03 publix " KEY "\n",
		RADIO " 00:1A:7D:01:02:03 public gc0234a357c8ad05341010a60a397d9b\n",
	};
	IdentityKey key;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		ck_assert_msg(read_text(lines[i], &key, 1) == 0, "taken: %s", lines[i]);
}
END_TEST

START_TEST(test_no_more_than_asked_for)
{
	IdentityKey keys[2] = { 0 };

	ck_assert_uint_eq(read_text(RADIO " 00:1A:7D:01:02:03 public " KEY "\n" RADIO
					  " 00:1A:7D:01:02:04 public " KEY "\n",
				    keys, 1),
			  1);
	ck_assert_uint_eq(keys[1].irk[0], 0);
	/* a NUL is no end */
	ck_assert_uint_eq(key_list_read("\0\n" RADIO " 00:1A:7D:01:02:03 public " KEY "\n",
					2 + sizeof(RADIO " 00:1A:7D:01:02:03 public " KEY "\n") - 1, &radio,
					keys, 1),
			  1);
}
END_TEST

UNIT_MAIN("key-list", test_lines, test_other_lines, test_no_more_than_asked_for)
