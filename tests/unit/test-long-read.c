/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values that are read in parts: what a central puts together was whole at one moment. */
#include <stdio.h>
#include <string.h>

#include "bed-locals.h"
#include "core/attr.h"
#include "core/long-read.h"

static void set(LocalAttr *attr, const char *text)
{
	GBytes *value = g_bytes_new(text, strlen(text));
	FlowWait wait = { 0 };
	Reason reason;

	ck_assert_int_eq(local_set_value(attr, value, &wait, &reason), 0);
	flow_wait_deinit(&wait);
	g_bytes_unref(value);
}

/* What a central is answered; "!7": the ATT error. */
static const char *part(Bed *bed, LocalAttr *attr, uint8_t last, uint16_t offset)
{
	static char text[ATTR_VALUE_MAX + 1];
	const Addr addr = device_addr(last);
	GBytes *value = NULL;
	LocalRead read = { 0 };
	uint8_t att = local_read(attr, &addr, 23, offset, &read, bed->now, &value);
	gsize length;

	if (att != 0) {
		snprintf(text, sizeof(text), "!%x", att);
		return text;
	}
	length = g_bytes_get_size(value);
	if (length > 0)
		memcpy(text, g_bytes_get_data(value, NULL), length);
	text[length] = '\0';
	g_bytes_unref(value);
	return text;
}

#define EXPECT(last, offset, wanted) ck_assert_str_eq(part(&bed, attr, last, offset), wanted)

START_TEST(test_set_between)
{
	LocalAttr *attr;
	Bed bed;

	bed_init_radio(&bed);
	attr = bed_visible(&bed, bed.a, "aaaabbbbcccc");
	EXPECT(5, 0, "aaaabbbbcccc");
	set(attr, "AAAABB");
	/* another central has the new one, and each its own end */
	EXPECT(6, 0, "AAAABB");
	EXPECT(5, 4, "bbbbcccc");
	EXPECT(6, 4, "BB");
	EXPECT(5, 12, "");
	EXPECT(5, 13, "!7");
	EXPECT(6, 6, "");
	EXPECT(6, 7, "!7");
	/* any part again, even after its end */
	EXPECT(5, 8, "cccc");
	EXPECT(5, 4, "bbbbcccc");
	/* anew */
	EXPECT(5, 0, "AAAABB");
	EXPECT(5, 7, "!7");
	set(attr, "longer than before");
	EXPECT(5, 4, "BB");
	EXPECT(7, 7, "than before");
	EXPECT(5, 0, "longer than before");
	bed_end(&bed);
}
END_TEST

/* Who begins in the middle goes on from there, and anew when it goes back. */
START_TEST(test_middle)
{
	LocalAttr *attr;
	Bed bed;

	bed_init_radio(&bed);
	attr = bed_visible(&bed, bed.a, "aaaabbbbcccc");
	EXPECT(5, 4, "bbbbcccc");
	set(attr, "AAAABBBBCCCCDDDD");
	EXPECT(5, 8, "cccc");
	EXPECT(5, 13, "!7");
	EXPECT(5, 4, "BBBBCCCCDDDD");
	set(attr, "x");
	EXPECT(5, 4, "!7");
	EXPECT(5, 1, "");
	bed_end(&bed);
}
END_TEST

/* Two attributes by turns; what is stored is shared, not copied. */
START_TEST(test_by_turns)
{
	LocalAttr *attr, *other, *descriptor;
	Bed bed;

	bed_init_radio(&bed);
	attr = bed_visible(&bed, bed.a, "aaaabbbb");
	other = bed_visible(&bed, bed.b, "ccccdddd");
	descriptor = bed_local_attr(&bed, attr->service, attr, "eeeeffff");
	bed_pass(&bed, USEC_PER_SEC);
	bed_registered(&bed, attr->service, 0);
	EXPECT(5, 0, "aaaabbbb");
	ck_assert_str_eq(part(&bed, other, 5, 0), "ccccdddd");
	ck_assert_str_eq(part(&bed, descriptor, 5, 0), "eeeeffff");
	set(attr, "1");
	set(other, "2");
	set(descriptor, "3");
	EXPECT(5, 4, "bbbb");
	ck_assert_str_eq(part(&bed, other, 5, 4), "dddd");
	ck_assert_str_eq(part(&bed, descriptor, 5, 4), "ffff");
	ck_assert_str_eq(part(&bed, other, 5, 8), "");
	EXPECT(5, 8, "");
	bed_end(&bed);
}
END_TEST

/* A central that leaves, a service that is shown anew, an attribute that goes: the next part is of what there is. */
START_TEST(test_forgotten)
{
	LocalAttr *attr;
	Bed bed;

	bed_init_radio(&bed);
	attr = bed_visible(&bed, bed.a, "aaaabbbb");
	bed_central(&bed, 5, true);
	EXPECT(5, 0, "aaaabbbb");
	EXPECT(6, 0, "aaaabbbb");
	set(attr, "AAAABBBB");
	bed_central(&bed, 5, false);
	bed_central(&bed, 5, true);
	EXPECT(5, 4, "BBBB");
	EXPECT(6, 4, "bbbb");
	local_service_stop(attr->service);
	EXPECT(6, 4, "BBBB");
	local_service_free(attr->service);
	ck_assert_uint_eq(client_find(bed.radio->peripheral, &(Addr){ .bytes = { 0xc0, 0, 0, 0, 0, 6 } })
				  ->long_reads->len, 0);
	bed_end(&bed);
}
END_TEST

/* More beginnings than are kept: those that were left longest are refused an end that may be another value's. */
START_TEST(test_too_many)
{
	LocalAttr *attrs[LONG_READS_MAX + 1], *attr;
	Bed bed;

	bed_init_radio(&bed);
	for (size_t i = 0; i < ARRAY_SIZE(attrs); i++)
		attrs[i] = bed_visible(&bed, bed.a, "aaaabbbb");
	for (size_t i = 0; i < LONG_READS_MAX; i++)
		ck_assert_str_eq(part(&bed, attrs[i], 5, 0), "aaaabbbb");
	attr = attrs[0];
	EXPECT(5, 4, "bbbb");
	ck_assert_str_eq(part(&bed, attrs[LONG_READS_MAX], 5, 0), "aaaabbbb");
	for (size_t i = 0; i < ARRAY_SIZE(attrs); i++)
		set(attrs[i], "AAAABBBB");
	for (size_t i = 0; i < ARRAY_SIZE(attrs); i++)
		ck_assert_str_eq(part(&bed, attrs[i], 5, 4), i == 1 ? "!e" : "bbbb");
	ck_assert_str_eq(part(&bed, attrs[1], 5, 0), "AAAABBBB");
	ck_assert_str_eq(part(&bed, attrs[1], 5, 4), "BBBB");
	/* it is nobody else's loss */
	ck_assert_str_eq(part(&bed, attrs[1], 6, 4), "BBBB");
	bed_end(&bed);
}
END_TEST

/* Any order of any parts by any centrals, and values that change: each has the parts of what it began with. */
START_TEST(test_any_order)
{
	char begun[4][64] = { "" };
	unsigned random = 1;
	LocalAttr *attr;
	Bed bed;

	bed_init_radio(&bed);
	attr = bed_visible(&bed, bed.a, "0");
	for (unsigned i = 0; i < 5000; i++) {
		uint8_t central;
		uint16_t offset;

		random = random * 1103515245 + 12345;
		central = random >> 8 & 3;
		offset = random >> 12 & 15;
		if ((random >> 20 & 3) == 0) {
			char text[64] = "";

			for (unsigned n = 0; n < offset * 2u; n++)
				text[n] = (char)('a' + i % 26);
			set(attr, text);
		} else if ((random >> 20 & 3) == 1) {
			g_strlcpy(begun[central], part(&bed, attr, central, 0), sizeof(begun[central]));
			ck_assert_uint_eq(strlen(begun[central]), g_bytes_get_size(attr->value));
		} else if (begun[central][0] && offset > 0) {
			const char *wanted = offset <= strlen(begun[central]) ? begun[central] + offset : "!7";

			ck_assert_str_eq(part(&bed, attr, central, offset), wanted);
		}
	}
	bed_end(&bed);
}
END_TEST

UNIT_MAIN("long-read", test_set_between, test_middle, test_by_turns, test_forgotten, test_too_many, test_any_order)
