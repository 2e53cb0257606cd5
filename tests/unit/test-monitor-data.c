/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an advertisement monitor of a program's says of itself. */
#include "face/monitor-data.h"

#include <string.h>

#include "reports.h"
#include "unit.h"
#include "wire.h"

#define PATTERNS "Patterns", "a(yyay)"
#define ONE PATTERNS, 1, 0, 0xff, 2, 0x4c, 0x00
#define TYPE "Type", "s", "or_patterns"

/* Reads an a{sv} of those entries. */
static MonitorData read_data(Wire *wire, size_t max_entries, const char *types, ...)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	MonitorData data;
	va_list values;

	ck_assert_int_ge(sd_bus_message_new_signal(wire->service, &m, "/", "a.b", "C"), 0);
	va_start(values, types);
	ck_assert_int_ge(sd_bus_message_appendv(m, types, values), 0);
	va_end(values);
	ck_assert_int_ge(sd_bus_message_seal(m, 1, 0), 0);
	ck_assert_int_ge(sd_bus_message_rewind(m, true), 0);
	memset(&data, 0xee, sizeof(data));
	ck_assert_int_eq(monitor_data_read(m, max_entries, &data), 0);
	return data;
}

static void valid_is(Wire *wire, bool valid, MonitorData data)
{
	(void)wire;
	ck_assert_int_eq(data.is_valid, valid);
	filter_free(data.filter);
}

START_TEST(test_patterns)
{
	static const char cut[] = "\x02\x01\x06\x06\xff\x4c\x00\x02\x15", name[] = "\x04\x09" "abc";
	MonitorData data;
	ReportInfo info;
	Report *report;
	Wire wire;

	wire_init(&wire);
	data = read_data(&wire, 8, "a{sv}", 2, TYPE, PATTERNS, 2, 0, 0xff, 2, 0x4c, 0x00, 1, 0x09, 1, 'b');
	ck_assert(data.is_valid);
	ck_assert(!data.tracks);
	/* either of them does */
	info = report_info(1, cut, sizeof(cut) - 1);
	report = report_make(&info);
	ck_assert(!filter_match(data.filter, report, NULL));	/* it is longer than the packet */
	report_unref(report);
	info = report_info(1, "\x05\xff\x4c\x00\x02\x15", 6);
	report = report_make(&info);
	ck_assert(filter_match(data.filter, report, NULL));
	report_unref(report);
	info = report_info(1, name, sizeof(name) - 1);
	report = report_make(&info);
	ck_assert(filter_match(data.filter, report, NULL));
	report_unref(report);
	info = report_info(1, "\x04\x09" "bbb", 5);
	report = report_make(&info);
	ck_assert(filter_match(data.filter, report, NULL));
	report_unref(report);
	info = report_info(1, "\x04\x09" "bac", 5);
	report = report_make(&info);
	ck_assert(!filter_match(data.filter, report, NULL));
	report_unref(report);
	filter_free(data.filter);
	wire_end(&wire);
}
END_TEST

START_TEST(test_not_valid)
{
	Wire wire;

	wire_init(&wire);
	valid_is(&wire, true, read_data(&wire, 8, "a{sv}", 2, TYPE, ONE));
	valid_is(&wire, true, read_data(&wire, 8, "a{sv}", 3, ONE, TYPE, "Other", "u", 1));
	valid_is(&wire, false, read_data(&wire, 8, "a{sv}", 0));
	valid_is(&wire, false, read_data(&wire, 8, "a{sv}", 1, TYPE));
	valid_is(&wire, false, read_data(&wire, 8, "a{sv}", 1, ONE));
	valid_is(&wire, false, read_data(&wire, 8, "a{sv}", 2, "Type", "s", "and_patterns", ONE));
	valid_is(&wire, false, read_data(&wire, 8, "a{sv}", 2, "Type", "u", 1, ONE));
	valid_is(&wire, false, read_data(&wire, 8, "a{sv}", 2, TYPE, PATTERNS, 0));
	valid_is(&wire, false, read_data(&wire, 8, "a{sv}", 2, TYPE, "Patterns", "a(yay)", 1, 0, 1, 1));
	/* of no bytes; beyond the longest structure; one bad among good ones; more than may be */
	valid_is(&wire, false, read_data(&wire, 8, "a{sv}", 2, TYPE, PATTERNS, 1, 0, 0xff, 0));
	valid_is(&wire, false, read_data(&wire, 8, "a{sv}", 2, TYPE, PATTERNS, 1, 254, 0xff, 1, 1));
	valid_is(&wire, false, read_data(&wire, 8, "a{sv}", 2, TYPE, PATTERNS, 2, 0, 0xff, 1, 1, 0, 0xff, 0));
	valid_is(&wire, true, read_data(&wire, 2, "a{sv}", 2, TYPE, PATTERNS, 2, 0, 1, 1, 1, 0, 1, 1, 2));
	valid_is(&wire, false, read_data(&wire, 1, "a{sv}", 2, TYPE, PATTERNS, 2, 0, 1, 1, 1, 0, 1, 1, 2));
	wire_end(&wire);
}
END_TEST

typedef struct Thresholds {
	int high, low;		/* 127: not said */
	int high_timeout, low_timeout;	/* 0: not said */
	bool is_valid, tracks;
	int settled_high, settled_low, settled_high_timeout, settled_low_timeout;
} Thresholds;

START_TEST(test_thresholds)
{
	static const Thresholds rows[] = {
		{ 127, 127, 0, 0, true, false, 127, 127, 0, 0 },
		{ -50, -70, 3, 7, true, true, -50, -70, 3, 7 },
		{ -50, 127, 0, 0, true, true, -50, -127, 10, 5 },
		{ 127, -70, 0, 0, true, true, -70, -70, 10, 5 },
		{ 127, 127, 1, 0, true, true, -127, -127, 1, 5 },
		{ 127, 127, 0, 1, true, true, -127, -127, 10, 1 },
		{ -70, -70, 1, 1, true, true, -70, -70, 1, 1 },
		{ 20, -127, 300, 300, true, true, 20, -127, 300, 300 },
		{ 21, -127, 1, 1, false, true, 21, -127, 1, 1 },
		{ 20, -128, 1, 1, false, true, 20, -128, 1, 1 },
		{ -71, -70, 1, 1, false, true, -71, -70, 1, 1 },
		{ -32768, 127, 1, 1, false, true, -32768, -127, 1, 1 },
		{ 32767, -70, 1, 1, false, true, 32767, -70, 1, 1 },
		{ -50, -70, 301, 1, false, true, -50, -70, 301, 1 },
		{ -50, -70, 1, 301, false, true, -50, -70, 1, 301 },
		{ -50, -70, 65535, 1, false, true, -50, -70, 65535, 1 },
	};
	Wire wire;

	wire_init(&wire);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const Thresholds *row = &rows[i];
		MonitorData data = read_data(&wire, 8, "a{sv}", 6, TYPE, ONE,
					     "RSSIHighThreshold", "n", row->high,
					     "RSSILowThreshold", "n", row->low,
					     "RSSIHighTimeout", "q", row->high_timeout,
					     "RSSILowTimeout", "q", row->low_timeout);

		ck_assert_msg(data.is_valid == row->is_valid, "row %zu", i);
		ck_assert_msg(data.tracks == row->tracks, "row %zu", i);
		ck_assert_int_eq(data.high, row->settled_high);
		ck_assert_int_eq(data.low, row->settled_low);
		ck_assert_int_eq(data.high_timeout, row->settled_high_timeout);
		ck_assert_int_eq(data.low_timeout, row->settled_low_timeout);
		filter_free(data.filter);
	}
	/* of another type: not said */
	valid_is(&wire, true, read_data(&wire, 8, "a{sv}", 3, TYPE, ONE, "RSSIHighThreshold", "i", 1000));
	wire_end(&wire);
}
END_TEST

/* No a{sv}: an error, and nothing is left behind. */
START_TEST(test_broken)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	MonitorData data;
	Wire wire;

	wire_init(&wire);
	m = wire_message(&wire, "a{ss}", 1, "Type", "or_patterns");
	memset(&data, 0xee, sizeof(data));
	ck_assert_int_lt(monitor_data_read(m, 8, &data), 0);
	ck_assert_uint_eq(*(const uint8_t *)&data, 0xee);
	wire_end(&wire);
}
END_TEST

UNIT_MAIN("monitor-data", test_patterns, test_not_valid, test_thresholds, test_broken)
