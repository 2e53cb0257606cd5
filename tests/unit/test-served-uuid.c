/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The UUIDs that an attribute of ours cannot have, however they are written. */
#include <stdio.h>
#include <string.h>

#include "meaning/served-uuid.h"
#include "unit.h"

START_TEST(test_taken)
{
	static const uint32_t refused[] = { 0x1800, 0x1801, 0x2800, 0x2801, 0x2802, 0x2803, 0x2902 };
	static const uint32_t taken[] = {
		0x17ff, 0x1802, 0x180a, 0x1812, 0x1844, 0x27ff, 0x2804, 0x2900, 0x2901, 0x2903, 0x2904, 0x2a00,
		0x2a05, 0x12800, 0x10002902,
	};
	Reason reason = { "" };
	char text[64];
	Uuid uuid;

	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		const char *const forms[] = { "%x", "0x%04X", "0000%04x",
					      "0000%04X-0000-1000-8000-00805F9B34FB" };

		for (size_t form = 0; form < ARRAY_SIZE(forms); form++) {
			snprintf(text, sizeof(text), forms[form], refused[i]);
			ck_assert_int_eq(uuid_parse(text, &uuid), 0);
			ck_assert_msg(served_uuid_check(&uuid, &reason) == E_NOT_SUPPORTED, "%s", text);
			snprintf(text, sizeof(text), "uuid: 0x%04x is ", refused[i]);
			ck_assert_msg(strncmp(reason.text, text, strlen(text)) == 0, "%s", reason.text);
			ck_assert_uint_gt(strlen(reason.text), strlen(text));
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(taken); i++) {
		uuid_from_int(taken[i], &uuid);
		ck_assert_msg(served_uuid_check(&uuid, &reason) == 0, "%x", taken[i]);
	}
	/* the same number on another base */
	ck_assert_int_eq(uuid_parse("00002902-0000-1000-8000-00805f9b34fc", &uuid), 0);
	ck_assert_int_eq(served_uuid_check(&uuid, &reason), 0);
}
END_TEST

UNIT_MAIN("served-uuid", test_taken)
