/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Advertising reports: what is told is kept, equal advertisements have equal digests, references count. */
#include <errno.h>
#include <string.h>

#include "meaning/ad.h"
#include "reports.h"
#include "unit.h"

START_TEST(test_all_lengths)
{
	uint8_t data[AD_MAX + 1];

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7);
	for (size_t length = 0; length <= AD_MAX; length++) {
		ReportInfo info = report_info(1, length ? data : NULL, length);
		Report *report = report_make(&info);

		ck_assert_uint_eq(report->length, length);
		ck_assert(memcmp(report->data, data, length) == 0);
		ck_assert_uint_ge(report_size(report), sizeof(Report) + length);
		ck_assert_uint_le(report_size(report), sizeof(Report) + length + 32);
		ck_assert_ptr_null(report_unref(report));
	}
}
END_TEST

START_TEST(test_too_long)
{
	uint8_t data[AD_MAX + 1] = { 0 };
	ReportInfo info = report_info(1, data, sizeof(data));
	Report *untouched = (Report *)data, *report = untouched;

	ck_assert_int_eq(report_new(&report, &info), -EMSGSIZE);
	ck_assert_ptr_eq(report, untouched);
	info.length = SIZE_MAX;
	ck_assert_int_eq(report_new(&report, &info), -EMSGSIZE);
}
END_TEST

START_TEST(test_keeps_all)
{
	uint8_t data[] = { 2, 1, 6 };
	ReportInfo info = {
		.addr = { .bytes = { 1, 2, 3, 4, 5, 6 }, .type = ADDR_PUBLIC_RPA },
		.adv_type = ADV_SCANNABLE,
		.rssi = -127,
		.tx_power = 20,
		.primary_phy = 3,
		.secondary_phy = 2,
		.sid = 15,
		.extended = true,
		.synthesized = true,
		.truncated = true,
		.time = UINT64_MAX - 1,
		.data = data,
		.length = sizeof(data),
	};
	Report *report = report_make(&info);

	memset(data, 0, sizeof(data));	/* it has a copy */
	ck_assert(addr_equal(&report->addr, &info.addr));
	ck_assert_uint_eq(report->addr.type, ADDR_PUBLIC_RPA);
	ck_assert_uint_eq(report->adv_type, ADV_SCANNABLE);
	ck_assert_int_eq(report->rssi, -127);
	ck_assert_int_eq(report->tx_power, 20);
	ck_assert_uint_eq(report->primary_phy, 3);
	ck_assert_uint_eq(report->secondary_phy, 2);
	ck_assert_uint_eq(report->sid, 15);
	ck_assert(report->extended);
	ck_assert(report->synthesized);
	ck_assert(report->truncated);
	ck_assert_uint_eq(report->time, UINT64_MAX - 1);
	ck_assert_mem_eq(report->data, "\x02\x01\x06", 3);
	report_unref(report);
}
END_TEST

static uint64_t digest_of(const ReportInfo *info)
{
	Report *report = report_make(info);
	uint64_t digest = report->digest;

	report_unref(report);
	return digest;
}

START_TEST(test_digest)
{
	uint8_t data[] = { 2, 1, 6, 3, 3, 0x0d, 0x18 };
	ReportInfo base = report_info(1, data, sizeof(data)), other = base;
	uint64_t digest = digest_of(&base);

	/* How it was heard does not matter. */
	other.rssi = -90;
	other.time = 12345;
	other.adv_type = ADV_UNKNOWN;
	other.tx_power = 4;
	ck_assert_uint_eq(digest_of(&other), digest);

	/* Who sent it, and what, does. */
	other = base;
	other.addr.type = ADDR_PUBLIC;
	ck_assert_uint_ne(digest_of(&other), digest);
	for (size_t i = 0; i < 6; i++) {
		other = base;
		other.addr.bytes[i] ^= 1;
		ck_assert_uint_ne(digest_of(&other), digest);
	}
	other = base;
	other.length--;
	ck_assert_uint_ne(digest_of(&other), digest);
	for (size_t i = 0; i < sizeof(data); i++) {
		data[i] ^= 0x10;
		ck_assert_uint_ne(digest_of(&base), digest);
		data[i] ^= 0x10;
	}
	ck_assert_uint_eq(digest_of(&base), digest);
}
END_TEST

START_TEST(test_references)
{
	ReportInfo info = report_info(1, "\x02\x01\x06", 3);
	Report *report = report_make(&info);

	ck_assert_ptr_eq(report_ref(report), report);
	ck_assert_ptr_eq(report_ref(report), report);
	ck_assert_uint_eq(report->refs, 3);
	ck_assert_ptr_null(report_unref(report));
	ck_assert_ptr_null(report_unref(report));
	ck_assert_uint_eq(report->length, 3);
	ck_assert_ptr_null(report_unref(report));
	ck_assert_ptr_null(report_unref(NULL));
}
END_TEST

UNIT_MAIN("report", test_all_lengths, test_too_long, test_keeps_all, test_digest, test_references)
