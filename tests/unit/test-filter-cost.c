/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scan filters: their limits, and what they cost. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "filters.h"
#include "unit.h"

START_TEST(test_limit)
{
	Addr addr = { .bytes = { 1, 2, 3, 4, 5, 6 } };
	Filter *filter;
	Uuid uuid;

	uuid_from_int(0x180d, &uuid);
	filter = filter_new(5);
	ck_assert_int_eq(filter_add_address(filter, &addr), 0);
	ck_assert_int_eq(filter_add_uuid(filter, &uuid), 0);
	ck_assert_int_eq(filter_add_manufacturer(filter, 1), 0);
	ck_assert_int_eq(filter_add_adv_type(filter, 0), 0);
	ck_assert_int_eq(filter_add_pattern(filter, 0, 1, (const uint8_t *)"a", 1), 0);

	ck_assert_int_eq(filter_add_address(filter, &addr), -EDQUOT);
	ck_assert_int_eq(filter_add_uuid(filter, &uuid), -EDQUOT);
	ck_assert_int_eq(filter_add_manufacturer(filter, 1), -EDQUOT);
	ck_assert_int_eq(filter_add_adv_type(filter, 0), -EDQUOT);
	ck_assert_int_eq(filter_add_pattern(filter, 0, 1, (const uint8_t *)"a", 1), -EDQUOT);
	ck_assert_int_eq(filter_set_name(filter, "name"), 0);	/* there is but one of these */
	filter_free(filter);

	/* What is refused must not change what passes. */
	filter = filter_new(0);
	ck_assert_int_eq(filter_add_address(filter, &addr), -EDQUOT);
	ck_assert_int_eq(filter_add_uuid(filter, &uuid), -EDQUOT);
	ck_assert_int_eq(filter_add_manufacturer(filter, 1), -EDQUOT);
	ck_assert_int_eq(filter_add_adv_type(filter, 9), -EDQUOT);
	ck_assert_int_eq(filter_add_pattern(filter, 0, 1, (const uint8_t *)"a", 1), -EDQUOT);
	ck_assert(filter_passes_data(filter, "", 0));
	filter_free(filter);
}
END_TEST

START_TEST(test_size)
{
	Filter *filter;
	size_t empty, before;

	filter = filter_new(65535);
	empty = filter_size(filter);
	ck_assert_uint_ge(empty, 64);
	for (uint16_t i = 0; i < 1000; i++) {
		ReportInfo info = report_info(i, NULL, 0);

		ck_assert_int_eq(filter_add_address(filter, &info.addr), 0);
	}
	ck_assert_uint_ge(filter_size(filter), empty + 1000 * 16);
	ck_assert_uint_le(filter_size(filter), empty + 1000 * 128);

	before = filter_size(filter);
	ck_assert_int_eq(filter_set_name(filter, "0123456789"), 0);
	ck_assert_uint_eq(filter_size(filter), before + 11);
	ck_assert_int_eq(filter_set_name(filter, ""), 0);
	ck_assert_uint_eq(filter_size(filter), before + 1);

	before = filter_size(filter);
	ck_assert_int_eq(filter_add_pattern(filter, 0, 1, (const uint8_t *)"abcd", 4), 0);
	ck_assert_uint_ge(filter_size(filter), before + 256 * sizeof(void *) + 4);
	filter_free(filter);
}
END_TEST

/* CPU seconds to fill a filter with as many addresses as there can be, and to ask it. */
static double seconds(unsigned shift, uint64_t factor)
{
	clock_t start = clock();
	Filter *filter;

	filter = filter_new(65535);
	for (uint64_t i = 0; i < 65535; i++) {
		uint64_t number = (i << shift) * factor;
		Addr addr;

		for (unsigned b = 0; b < 6; b++)
			addr.bytes[b] = (uint8_t)(number >> (40 - 8 * b));
		must(filter_add_address(filter, &addr) == 0);
	}
	for (uint16_t i = 0; i < 20000; i++) {
		ReportInfo info = report_info(i, NULL, 0);
		Report *report;

		memset(info.addr.bytes, 0xc1, 4);	/* not one of them, whatever the shift */
		info.addr.bytes[5] |= 1;
		report = report_make(&info);
		must(!filter_match(filter, report, NULL));
		report_unref(report);
	}
	filter_free(filter);
	return (double)(clock() - start) / CLOCKS_PER_SEC;
}

/* Addresses with all but equal bits are as good as those that are well spread. Were the set to become a list,
 * it would take some thousand times as long: far from what a busy machine does. */
START_TEST(test_many_similar_addresses)
{
	static const unsigned shifts[] = { 0, 1, 4, 8, 12, 16, 20, 24, 28, 32 };
	double spread = seconds(0, UINT64_C(0x9e3779b97f4b));

	for (size_t i = 0; i < ARRAY_SIZE(shifts); i++) {
		double took = seconds(shifts[i], 1);

		ck_assert_msg(took < 200 * spread + 1, "shift %u: %f s, well spread %f s", shifts[i], took,
			      spread);
	}
}
END_TEST

UNIT_MAIN("filter-cost", test_limit, test_size, test_many_similar_addresses)
