/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last-seen table: what a row keeps, the order of rows, and who has to go when it is full. */
#include <errno.h>
#include <glib.h>

#include "core/ad.h"
#include "core/devices.h"
#include "reports.h"
#include "unit.h"

static void note(Devices *devices, const ReportInfo *info)
{
	Report *report = report_make(info);

	must(devices_note(devices, report) == 0);
	report_unref(report);
}

static void note_data(Devices *devices, uint16_t number, uint8_t adv_type, const char *data, size_t length)
{
	ReportInfo info = report_info(number, data, length);

	info.adv_type = adv_type;
	note(devices, &info);
}

static const DeviceRow *first_row(const Devices *devices)
{
	void *cursor = NULL;

	return devices_next(devices, &cursor);
}

START_TEST(test_empty)
{
	Devices *devices = NULL;

	ck_assert_int_eq(devices_new(&devices, 0), -EINVAL);
	ck_assert_ptr_null(devices);
	ck_assert_int_eq(devices_new(&devices, 1), 0);
	ck_assert_uint_eq(devices_count(devices), 0);
	ck_assert_uint_eq(devices_evicted(devices), 0);
	ck_assert_ptr_null(first_row(devices));
	ck_assert_ptr_null(devices_free(devices));
	ck_assert_ptr_null(devices_free(NULL));
}
END_TEST

START_TEST(test_row)
{
	ReportInfo info = report_info(1, "\x02\x01\x06", 3);
	const DeviceRow *row;
	Devices *devices;

	ck_assert_int_eq(devices_new(&devices, 10), 0);
	info.time = 100;
	note(devices, &info);
	row = first_row(devices);
	ck_assert(addr_equal(&row->addr, &info.addr));
	ck_assert_uint_eq(row->addr.type, ADDR_RANDOM);
	ck_assert_int_eq(row->rssi, -60);
	ck_assert_int_eq(row->connectable, 1);
	ck_assert_uint_eq(row->first_seen, 100);
	ck_assert_uint_eq(row->last_seen, 100);
	ck_assert_uint_eq(row->reports, 1);
	ck_assert_ptr_null(row->name);
	ck_assert_uint_eq(row->advertisement->length, 3);
	ck_assert_uint_eq(row->advertisement->refs, 1);
	ck_assert_ptr_null(row->scan_response);

	/* A scan response has a place of its own, and does not tell whether one can connect. */
	info.time = 200;
	info.rssi = RSSI_UNKNOWN;
	info.adv_type = ADV_SCAN_RESPONSE;
	info.addr.type = ADDR_RANDOM_RPA;
	info.data = (const uint8_t *)"\x03\x09" "ab";
	info.length = 4;
	note(devices, &info);
	ck_assert_ptr_eq(first_row(devices), row);
	ck_assert_uint_eq(devices_count(devices), 1);
	ck_assert_uint_eq(row->addr.type, ADDR_RANDOM_RPA);
	ck_assert_int_eq(row->rssi, -60);
	ck_assert_int_eq(row->connectable, 1);
	ck_assert_uint_eq(row->first_seen, 100);
	ck_assert_uint_eq(row->last_seen, 200);
	ck_assert_uint_eq(row->reports, 2);
	ck_assert_str_eq(row->name, "ab");
	ck_assert_uint_eq(row->advertisement->length, 3);
	ck_assert_uint_eq(row->scan_response->length, 4);

	info.adv_type = ADV_NON_CONNECTABLE;
	info.rssi = -20;
	info.length = 0;
	note(devices, &info);
	ck_assert_int_eq(row->connectable, 0);
	ck_assert_int_eq(row->rssi, -20);
	ck_assert_uint_eq(row->advertisement->length, 0);
	ck_assert_str_eq(row->name, "ab");
	devices_free(devices);
}
END_TEST

START_TEST(test_connectable)
{
	static const struct {
		uint8_t adv_type;
		int connectable;
	} table[] = {
		{ ADV_UNKNOWN, -1 }, { ADV_SCAN_RESPONSE, -1 }, { ADV_CONNECTABLE, 1 }, { ADV_UNKNOWN, 1 },
		{ ADV_SCANNABLE, 0 }, { ADV_SCAN_RESPONSE, 0 }, { ADV_CONNECTABLE_DIRECTED, 1 },
		{ ADV_NON_CONNECTABLE, 0 }, { 77, 0 },
	};
	Devices *devices;

	ck_assert_int_eq(devices_new(&devices, 10), 0);
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		note_data(devices, 1, table[i].adv_type, NULL, 0);
		ck_assert_msg(first_row(devices)->connectable == table[i].connectable, "row %zu", i);
	}
	devices_free(devices);
}
END_TEST

START_TEST(test_name)
{
	static const struct {
		const char *data;
		size_t length;
		const char *name;
	} table[] = {
		{ "\x02\x01\x06", 3, NULL },
		{ "\x01\x09", 2, NULL },
		{ "\x03\x09\0\0", 4, NULL },
		{ "\x03\x08" "ab", 4, "ab" },
		{ "\x03\x08" "cd", 4, "cd" },
		{ "\x05\x09" "cdef", 6, "cdef" },
		{ "\x03\x08" "xy", 4, "cdef" },		/* a shortened name does not displace a complete one */
		{ "\x02\x01\x06", 3, "cdef" },
		{ "\x01\x09", 2, "cdef" },
		{ "\x05\x09" "gh\0\0", 6, "gh" },
		{ "\x04\x09" "a\xff" "b", 5, "a\xef\xbf\xbd" "b" },
		{ "\x04\x09" "\xe2\x82\xac", 5, "\u20ac" },
	};
	Devices *devices;

	ck_assert_int_eq(devices_new(&devices, 10), 0);
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		for (unsigned again = 0; again < 2; again++) {
			const char *name;

			note_data(devices, 1, ADV_CONNECTABLE, table[i].data, table[i].length);
			name = first_row(devices)->name;
			if (table[i].name)
				ck_assert_str_eq(name, table[i].name);
			else
				ck_assert_ptr_null(name);
		}
	}

	devices_free(devices);
}
END_TEST

/* Every name there can be in two bytes, and random longer ones. */
START_TEST(test_name_is_utf8)
{
	unsigned seed = 3;
	Devices *devices;

	must(devices_new(&devices, 1) == 0);
	for (unsigned i = 0; i < 0x10000 + 5000; i++) {
		char data[32] = { 3, AD_NAME, (char)(i & 0xff), (char)(i >> 8 & 0xff) };
		const char *name;

		if (i >= 0x10000) {
			data[0] = 30;
			for (size_t b = 2; b < 31; b++) {
				seed = seed * 1103515245 + 12345;
				data[b] = (char)(seed >> 16 | (seed >> 8 & 0x80));
			}
		}
		note_data(devices, 1, ADV_CONNECTABLE, data, (size_t)data[0] + 1);
		name = first_row(devices)->name;
		must(!name || g_utf8_validate(name, -1, NULL));
	}
	devices_free(devices);
}
END_TEST

START_TEST(test_order)
{
	static const uint16_t heard[] = { 1, 2, 3, 2, 1, 4, 4, 3 };
	static const uint16_t expected[] = { 3, 4, 1, 2 };
	const DeviceRow *row;
	void *cursor = NULL;
	Devices *devices;
	size_t count = 0;

	ck_assert_int_eq(devices_new(&devices, 10), 0);
	for (size_t i = 0; i < ARRAY_SIZE(heard); i++)
		note_data(devices, heard[i], ADV_CONNECTABLE, NULL, 0);
	while ((row = devices_next(devices, &cursor))) {
		ck_assert_uint_lt(count, ARRAY_SIZE(expected));
		ck_assert_uint_eq(row->addr.bytes[5], expected[count++]);
	}
	ck_assert_uint_eq(count, ARRAY_SIZE(expected));
	ck_assert_ptr_null(devices_next(devices, &cursor));
	devices_free(devices);
}
END_TEST

START_TEST(test_bounded)
{
	static const size_t sizes[] = { 1, 2, 100, 1000 };

	for (size_t s = 0; s < ARRAY_SIZE(sizes); s++) {
		const size_t heard = 5000;
		const DeviceRow *row;
		void *cursor = NULL;
		Devices *devices;
		size_t count = 0;

		must(devices_new(&devices, sizes[s]) == 0);
		for (size_t i = 0; i < heard; i++) {
			note_data(devices, (uint16_t)i, ADV_CONNECTABLE, "\x03\x09" "ab", 4);
			must(devices_count(devices) <= sizes[s]);
		}
		must(devices_count(devices) == sizes[s]);
		must(devices_evicted(devices) == heard - sizes[s]);
		while ((row = devices_next(devices, &cursor))) {
			size_t number = (size_t)row->addr.bytes[4] << 8 | row->addr.bytes[5];

			must(number == heard - 1 - count);
			count++;
		}
		must(count == sizes[s]);
		devices_free(devices);
	}
}
END_TEST

START_TEST(test_keeps_references)
{
	ReportInfo info = report_info(1, "\x02\x01\x06", 3);
	Report *report = report_make(&info);
	Devices *devices;

	ck_assert_int_eq(devices_new(&devices, 1), 0);
	for (unsigned i = 0; i < 3; i++) {
		ck_assert_int_eq(devices_note(devices, report), 0);
		ck_assert_uint_eq(report->refs, 2);
		ck_assert_ptr_eq(first_row(devices)->advertisement, report);
	}
	note_data(devices, 2, ADV_CONNECTABLE, NULL, 0);
	ck_assert_uint_eq(report->refs, 1);
	ck_assert_int_eq(devices_note(devices, report), 0);
	ck_assert_uint_eq(first_row(devices)->reports, 1);
	devices_free(devices);
	ck_assert_uint_eq(report->refs, 1);
	report_unref(report);
}
END_TEST

UNIT_MAIN("devices", test_empty, test_row, test_connectable, test_name, test_name_is_utf8, test_order, test_bounded,
	  test_keeps_references)
