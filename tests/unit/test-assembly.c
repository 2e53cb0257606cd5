/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Joining fragments: what becomes whole, what is marked truncated, and that nothing grows without bound. */
#include <string.h>

#include "hci/assembly.h"
#include "meaning/ad.h"
#include "reports.h"
#include "unit.h"

#define SECOND USEC_PER_SEC
#define HEARD_MAX 512
#define FRAGMENT 229	/* the most that fits into an event */

typedef struct Heard {
	unsigned index;
	ReportInfo info;
	uint8_t data[AD_MAX];
} Heard;

static Heard heard[HEARD_MAX];
static size_t n_heard;
static Assembly *assembly;

static void on_report(void *userdata, unsigned index, const ReportInfo *info)
{
	Heard *one = &heard[n_heard];

	must(userdata == &n_heard);
	must(n_heard < HEARD_MAX);
	must(info->length <= AD_MAX);
	one->index = index;
	one->info = *info;
	if (info->length > 0)
		memcpy(one->data, info->data, info->length);
	n_heard++;
}

static void begin(void)
{
	n_heard = 0;
	assembly = assembly_new(on_report, &n_heard);
}

static void end(void)
{
	ck_assert_ptr_null(assembly_free(assembly));
}

static PacketReport fragment(uint16_t number, DataStatus status, uint64_t time, const void *data,
			     size_t length)
{
	PacketReport report = { .status = status, .info = report_info(number, data, length) };

	report.info.extended = true;
	report.info.sid = 0;
	report.info.truncated = status == DATA_TRUNCATED;
	report.info.time = time;
	return report;
}

static void add(uint16_t number, DataStatus status, uint64_t time, const char *text)
{
	PacketReport report = fragment(number, status, time, text, strlen(text));

	assembly_add(assembly, &report, false);
}

static void expect(size_t at, uint16_t number, const char *text, bool truncated)
{
	ck_assert_uint_lt(at, n_heard);
	ck_assert_uint_eq(heard[at].info.addr.bytes[5], number);
	ck_assert_uint_eq(heard[at].info.length, strlen(text));
	ck_assert(memcmp(heard[at].data, text, strlen(text)) == 0);
	ck_assert_int_eq(heard[at].info.truncated, truncated);
}

START_TEST(test_whole_ones_pass)
{
	PacketReport report = fragment(1, DATA_COMPLETE, 7, "abc", 3);

	begin();
	report.index = 9;
	assembly_add(assembly, &report, false);
	ck_assert_uint_eq(n_heard, 1);
	expect(0, 1, "abc", false);
	ck_assert_uint_eq(heard[0].index, 9);
	ck_assert_ptr_eq(heard[0].info.data, report.info.data);	/* no copy */
	add(2, DATA_TRUNCATED, 8, "");
	ck_assert_uint_eq(n_heard, 2);
	expect(1, 2, "", true);
	ck_assert(!assembly_is_waiting(assembly));
	end();
}
END_TEST

START_TEST(test_joins)
{
	PacketReport last = fragment(1, DATA_COMPLETE, 30, "ef", 2);

	begin();
	add(1, DATA_MORE, 10, "ab");
	add(1, DATA_MORE, 20, "");
	ck_assert(assembly_is_waiting(assembly));
	add(1, DATA_MORE, 20, "cd");
	ck_assert_uint_eq(n_heard, 0);
	last.info.rssi = -3;
	last.info.tx_power = 4;
	assembly_add(assembly, &last, false);
	ck_assert_uint_eq(n_heard, 1);
	expect(0, 1, "abcdef", false);
	ck_assert_int_eq(heard[0].info.rssi, -3);
	ck_assert_int_eq(heard[0].info.tx_power, 4);
	ck_assert_uint_eq(heard[0].info.time, 30);
	ck_assert(heard[0].info.extended);
	ck_assert(!assembly_is_waiting(assembly));

	/* the next begins anew */
	add(1, DATA_MORE, 40, "x");
	add(1, DATA_TRUNCATED, 50, "y");
	ck_assert_uint_eq(n_heard, 2);
	expect(1, 1, "xy", true);
	end();
}
END_TEST

/* Each part of the key keeps two advertisements apart. */
START_TEST(test_key)
{
	PacketReport parts[6];

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		parts[i] = fragment(1, DATA_MORE, 10, &"012345"[i], 1);
	parts[1].index = 1;
	parts[2].info.addr.bytes[0] = 0xc1;
	parts[3].info.addr.type = ADDR_PUBLIC;
	parts[4].info.sid = 1;
	parts[5].event_type = 8;

	begin();
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		assembly_add(assembly, &parts[i], false);
	ck_assert_uint_eq(n_heard, 0);
	for (size_t i = ARRAY_SIZE(parts); i-- > 0;) {
		parts[i].status = DATA_COMPLETE;
		assembly_add(assembly, &parts[i], false);
	}
	ck_assert_uint_eq(n_heard, ARRAY_SIZE(parts));
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		char twice[3] = { (char)('5' - i), (char)('5' - i), 0 };

		expect(i, 1, twice, false);
	}
	end();
}
END_TEST

START_TEST(test_lengths)
{
	uint8_t data[AD_MAX + 1];

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7 + i / 256);
	begin();
	for (size_t length = 0; length <= sizeof(data); length++) {
		bool fits = length <= AD_MAX;
		size_t at = 0;

		n_heard = 0;
		do {
			size_t part = length - at > FRAGMENT ? FRAGMENT : length - at;
			PacketReport report = fragment(1, at + part < length ? DATA_MORE : DATA_COMPLETE, 10,
						       data + at, part);

			must(n_heard == 0);
			assembly_add(assembly, &report, false);
			at += part;
		} while (at < length);
		must(n_heard == 1);
		must(heard[0].info.length == (fits ? length : AD_MAX));
		must(memcmp(heard[0].data, data, heard[0].info.length) == 0);
		must(heard[0].info.truncated == !fits);
	}
	end();
}
END_TEST

/* Fragments without end: swallowed, and one report when the end comes after all. */
START_TEST(test_endless)
{
	uint8_t data[FRAGMENT] = { 1 };
	PacketReport report = fragment(1, DATA_MORE, 10, data, sizeof(data));

	begin();
	for (int i = 0; i < 10000; i++)
		assembly_add(assembly, &report, false);
	ck_assert_uint_eq(n_heard, 0);
	report.status = DATA_COMPLETE;
	assembly_add(assembly, &report, false);
	ck_assert_uint_eq(n_heard, 1);
	ck_assert_uint_eq(heard[0].info.length, AD_MAX);
	ck_assert(heard[0].info.truncated);
	end();
}
END_TEST

START_TEST(test_full_table)
{
	begin();
	for (uint16_t i = 0; i < ASSEMBLY_SLOTS; i++)
		add(i, DATA_MORE, 100 + i, "a");
	add(0, DATA_MORE, 300, "b");	/* has not waited longest any more */
	ck_assert_uint_eq(n_heard, 0);

	add(200, DATA_MORE, 400, "c");
	ck_assert_uint_eq(n_heard, 1);
	expect(0, 1, "a", true);

	for (uint16_t i = 2; i < ASSEMBLY_SLOTS; i++)
		add(i, DATA_COMPLETE, 500, "z");
	add(0, DATA_COMPLETE, 500, "z");
	add(200, DATA_COMPLETE, 500, "z");
	ck_assert_uint_eq(n_heard, 1 + ASSEMBLY_SLOTS);
	for (uint16_t i = 2; i < ASSEMBLY_SLOTS; i++)
		expect(i - 1, i, "az", false);
	expect(ASSEMBLY_SLOTS - 1, 0, "abz", false);
	expect(ASSEMBLY_SLOTS, 200, "cz", false);
	ck_assert(!assembly_is_waiting(assembly));
	end();
}
END_TEST

START_TEST(test_idle)
{
	static const struct {
		uint64_t first, second;
		bool joined;
	} table[] = {
		{ 10 * SECOND, 10 * SECOND + ASSEMBLY_IDLE - 1, true },
		{ 10 * SECOND, 10 * SECOND + ASSEMBLY_IDLE, false },
		{ 10 * SECOND, UINT64_MAX, false },
		{ 10 * SECOND, 10 * SECOND - 1, true },		/* back in time */
		{ 10 * SECOND, 0, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		begin();
		add(1, DATA_MORE, table[i].first, "a");
		add(1, DATA_COMPLETE, table[i].second, "b");
		if (table[i].joined) {
			ck_assert_uint_eq(n_heard, 1);
			expect(0, 1, "ab", false);
		} else {
			ck_assert_uint_eq(n_heard, 2);
			expect(0, 1, "a", true);
			expect(1, 1, "b", false);
		}
		end();
	}
}
END_TEST

START_TEST(test_suspect)
{
	static const struct {
		const char *data;
		size_t length;
		bool extended;
		bool truncated;
	} table[] = {
		{ "\x02\x01\x06", 3, true, false },
		{ "", 0, true, false },
		{ "\x03\x01\x06", 3, true, true },	/* an end without its beginning */
		{ "\x03\x01\x06", 3, false, false },	/* legacy ones come in one piece */
		{ "\x02\x01\x06\x00", 4, true, true },
	};
	PacketReport report;

	begin();
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		report = fragment(1, DATA_COMPLETE, 10, table[i].data, table[i].length);
		report.info.extended = table[i].extended;
		assembly_add(assembly, &report, true);
		ck_assert_uint_eq(n_heard, i + 1);
		ck_assert_int_eq(heard[i].info.truncated, table[i].truncated);
	}

	n_heard = 0;
	add(1, DATA_MORE, 10, "ab");
	report = fragment(1, DATA_COMPLETE, 20, "ef", 2);
	assembly_add(assembly, &report, true);
	ck_assert_uint_eq(n_heard, 1);
	expect(0, 1, "abef", true);
	end();
}
END_TEST

START_TEST(test_flush_and_forget)
{
	begin();
	add(1, DATA_MORE, 10, "a");
	add(2, DATA_MORE, 20, "b");
	assembly_flush(assembly);
	ck_assert_uint_eq(n_heard, 2);
	expect(0, 1, "a", true);
	expect(1, 2, "b", true);
	ck_assert(!assembly_is_waiting(assembly));
	assembly_flush(assembly);
	ck_assert_uint_eq(n_heard, 2);

	for (uint16_t index = 0; index < 3; index++) {
		PacketReport report = fragment(index, DATA_MORE, 30, "c", 1);

		report.index = index;
		assembly_add(assembly, &report, false);
	}
	assembly_forget(assembly, 1);
	assembly_flush(assembly);
	ck_assert_uint_eq(n_heard, 4);
	expect(2, 0, "c", true);
	expect(3, 2, "c", true);
	end();
}
END_TEST

static unsigned n_called;

static void on_report_forget(void *userdata, unsigned index, const ReportInfo *info UNUSED)
{
	(void)userdata;
	n_called++;
	assembly_forget(assembly, index);
	assembly_flush(assembly);
}

/* The radio is not listened to any more because of what was heard. */
START_TEST(test_callback_may_call_back)
{
	assembly = assembly_new(on_report_forget, NULL);
	for (uint16_t i = 0; i <= ASSEMBLY_SLOTS; i++)
		add(i, DATA_MORE, 100 + i, "a");
	ck_assert_uint_eq(n_called, 1);		/* the first had to go, and took the others with it */
	add(1, DATA_MORE, 300, "a");
	assembly_flush(assembly);
	ck_assert_uint_eq(n_called, 2);
	ck_assert(!assembly_is_waiting(assembly));
	end();
}
END_TEST

UNIT_MAIN("assembly", test_whole_ones_pass, test_joins, test_key, test_lengths, test_endless, test_full_table,
	  test_idle, test_suspect, test_flush_and_forget, test_callback_may_call_back)
