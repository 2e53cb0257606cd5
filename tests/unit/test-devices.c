/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last-seen table: what a row keeps, the order of rows, and who has to go when it is full. */
#include <glib.h>

#include "addrs.h"
#include "core/devices.h"
#include "meaning/ad.h"
#include "mistake.h"
#include "reports.h"
#include "unit.h"

static void note_data(Devices *devices, uint16_t number, uint8_t adv_type, const char *data, size_t length)
{
	ReportInfo info = report_info(number, data, length);

	info.adv_type = adv_type;
	report_note(devices, &info);
}

static const DeviceRow *first_row(const Devices *devices)
{
	void *cursor = NULL;

	return devices_next(devices, &cursor);
}

static void make_without_rows(void)
{
	devices_new(0, NULL);
}

START_TEST(test_empty)
{
	Devices *devices = devices_new(1, NULL);

	expect_abort(make_without_rows);
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

	devices = devices_new(10, NULL);
	info.time = 100;
	report_note(devices, &info);
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
	report_note(devices, &info);
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
	report_note(devices, &info);
	ck_assert_int_eq(row->connectable, 1);
	ck_assert_int_eq(row->rssi, -20);
	ck_assert_uint_eq(row->advertisement->length, 0);
	ck_assert_str_eq(row->name, "ab");
	devices_free(devices);
}
END_TEST

static void note_at(Devices *devices, unsigned seconds, uint8_t adv_type, const char *data, size_t length)
{
	ReportInfo info = report_info(1, data, length);

	info.adv_type = adv_type;
	info.time = seconds * USEC_PER_SEC;
	report_note(devices, &info);
}

START_TEST(test_connectable)
{
	static const struct {
		uint8_t adv_type;
		int connectable;
	} table[] = {
		{ ADV_UNKNOWN, -1 }, { ADV_SCAN_RESPONSE, -1 }, { ADV_CONNECTABLE, 1 }, { ADV_UNKNOWN, 1 },
		{ ADV_SCANNABLE, 1 }, { ADV_NON_CONNECTABLE, 1 }, { 77, 1 },
	};
	static const struct {
		unsigned seconds;
		uint8_t adv_type;
		int connectable;
	} later[] = {
		{ 0, ADV_NON_CONNECTABLE, 0 }, { 1, ADV_CONNECTABLE, 1 }, { 2, ADV_NON_CONNECTABLE, 1 },
		{ 20, ADV_SCANNABLE, 1 }, { 31, ADV_NON_CONNECTABLE, 1 }, { 32, ADV_SCAN_RESPONSE, 1 },
		{ 32, ADV_NON_CONNECTABLE, 0 }, { 33, ADV_CONNECTABLE_DIRECTED, 1 },
		{ 60, ADV_NON_CONNECTABLE, 1 }, { 64, ADV_SCANNABLE, 0 }, { 65, ADV_UNKNOWN, 0 },
	};
	Devices *devices;

	devices = devices_new(10, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		note_data(devices, 1, table[i].adv_type, NULL, 0);
		ck_assert_msg(first_row(devices)->connectable == table[i].connectable, "row %zu", i);
	}
	/* beacons between connectable packets do not matter, as long as these are heard */
	for (size_t i = 0; i < ARRAY_SIZE(later); i++) {
		ReportInfo info = report_info(2, "", 0);

		info.adv_type = later[i].adv_type;
		info.time = (1 + later[i].seconds) * USEC_PER_SEC;
		report_note(devices, &info);
		ck_assert_msg(first_row(devices)->connectable == later[i].connectable, "later, row %zu", i);
	}
	/* one that is silent is not, after the same time */
	note_at(devices, 100, ADV_CONNECTABLE, NULL, 0);
	ck_assert_int_eq(device_is_connectable(first_row(devices), 130 * USEC_PER_SEC), 1);
	ck_assert_int_eq(device_is_connectable(first_row(devices), 131 * USEC_PER_SEC), 0);
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
		{ "\x03\x08" "xy", 4,
		  "cdef" },		/* a shortened name does not displace a complete one */
		{ "\x02\x01\x06", 3, "cdef" },
		{ "\x01\x09", 2, "cdef" },
		{ "\x05\x09" "gh\0\0", 6, "gh" },
		{ "\x01\x09\x03\x08" "xy", 6, "gh" },
		{ "\x06\x09" "i\0jk\xff", 7, "i" },
		{ "\x04\x09" "a\xff" "b", 5, "a\xef\xbf\xbd" "b" },
		{ "\x04\x09" "\xe2\x82\xac", 5, "\u20ac" },
	};
	Devices *devices;

	devices = devices_new(10, NULL);
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

	devices = devices_new(1, NULL);
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

/* "0x004c 180d", of those that are recent. */
static void expect_facts(const Devices *devices, const char *expected)
{
	const DeviceRow *row = first_row(devices);
	GString *text = g_string_new(NULL);

	for (uint8_t i = 0; i < row->facts.count; i++) {
		const Fact *fact = &row->facts.list[i];

		if (!fact_is_recent(fact, row->last_seen))
			continue;
		g_string_append(text, text->len > 0 ? " " : "");
		if (fact->is_company)
			g_string_append_printf(text, "0x%04x", fact->company);
		else
			g_string_append_printf(text, "%02x%02x", fact->uuid.bytes[2], fact->uuid.bytes[3]);
	}
	ck_assert_str_eq(text->str, expected);
	g_string_free(text, TRUE);
}

START_TEST(test_facts)
{
	Devices *devices;

	devices = devices_new(10, NULL);
	ck_assert_ptr_null(first_row(devices));
	note_at(devices, 1, ADV_CONNECTABLE, "\x02\x01\x06\x05\xff\x99\x04\x01\x02", 9);
	expect_facts(devices, "0x0499");
	note_at(devices, 2, ADV_SCAN_RESPONSE, "\x05\x03\x0d\x18\x0f\x18\x04\x16\x1a\x18z", 11);
	expect_facts(devices, "0x0499 180d 180f 181a");
	/* packets without any, or with the same, or cut */
	note_at(devices, 3, ADV_CONNECTABLE, "\x03\x09" "ab", 4);
	note_at(devices, 4, ADV_CONNECTABLE, "\x03\xff\x99\x04\x02\xff\x01\x02\x16\x01", 10);
	expect_facts(devices, "0x0499 180d 180f 181a");
	/* the UUID that is as long as a company is none */
	note_at(devices, 5, ADV_CONNECTABLE, "\x03\xff\x0d\x18", 4);
	expect_facts(devices, "0x0499 180d 180f 181a 0x180d");
	/* what is said no more is known for a minute; what is repeated, for ever */
	note_at(devices, 62, ADV_CONNECTABLE, "\x03\xff\x0d\x18", 4);
	expect_facts(devices, "0x0499 180d 180f 181a 0x180d");
	note_at(devices, 63, ADV_CONNECTABLE, "\x03\xff\x0d\x18", 4);
	expect_facts(devices, "0x0499 0x180d");
	for (unsigned at = 64; at < 1000; at += 3)
		note_at(devices, at, ADV_CONNECTABLE, "\x03\xff\x0d\x18", 4);
	expect_facts(devices, "0x180d");
	devices_free(devices);
}
END_TEST

/* A device that says ever new things takes no more memory for it, and the latest count. */
START_TEST(test_facts_bounded)
{
	char data[2 + 2 * 100] = { (char)201, AD_UUID16 };
	const DeviceRow *row;
	Devices *devices;

	devices = devices_new(10, NULL);
	for (unsigned i = 0; i < 1000; i++) {
		const char company[] = { 3, (char)AD_MANUFACTURER, (char)i, (char)(i >> 8) };

		note_at(devices, 1 + i / 100, ADV_CONNECTABLE, company, sizeof(company));
		row = first_row(devices);
		must(row->facts.count == MIN(i + 1, FACTS_MAX) && row->facts.room <= FACTS_MAX);
		must(row->facts.list[row->facts.count < FACTS_MAX ? i : 0].is_company);
	}
	for (unsigned i = 0; i < 100; i++)
		data[2 + 2 * i] = (char)(i + 1);
	note_at(devices, 20, ADV_CONNECTABLE, data, sizeof(data));
	row = first_row(devices);
	ck_assert_uint_eq(row->facts.count, FACTS_MAX);
	for (unsigned i = 0; i < FACTS_MAX; i++)
		ck_assert(!row->facts.list[i].is_company);
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

	devices = devices_new(10, NULL);
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

		devices = devices_new(sizes[s], NULL);
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

	devices = devices_new(1, NULL);
	for (unsigned i = 0; i < 3; i++) {
		devices_note(devices, report);
		ck_assert_uint_eq(report->refs, 2);
		ck_assert_ptr_eq(first_row(devices)->advertisement, report);
	}
	note_data(devices, 2, ADV_CONNECTABLE, NULL, 0);
	ck_assert_uint_eq(report->refs, 1);
	devices_note(devices, report);
	ck_assert_uint_eq(first_row(devices)->reports, 1);
	devices_free(devices);
	ck_assert_uint_eq(report->refs, 1);
	report_unref(report);
}
END_TEST

static void note_from(Devices *devices, const Addr *addr, uint64_t time)
{
	ReportInfo info = report_info(1, "", 0);

	info.addr = *addr;
	info.time = time;
	report_note(devices, &info);
}

/* A device with private addresses has one row, whichever it was heard with first, and whenever that was found
 * out. */
START_TEST(test_identity)
{
	const Addr first = addr_of("4A:00:00:00:00:01", ADDR_RANDOM),
		   second = addr_of("4A:00:00:00:00:02", ADDR_RANDOM);
	const Addr identity = addr_of("00:1A:7D:01:02:03", ADDR_PUBLIC),
		   other = addr_of("4A:00:00:00:00:03", ADDR_RANDOM);
	Identities *identities;
	const DeviceRow *row;
	Devices *devices;

	identities = identities_new();
	devices = devices_new(10, identities);
	note_from(devices, &first, 100);
	note_from(devices, &other, 150);
	row = first_row(devices);
	ck_assert(addr_equal(&row->identity, &other));
	ck_assert(identities_learn(identities, &first, &identity));
	devices_identify(devices, &first);
	note_from(devices, &identity, 200);	/* as BlueZ tells it */
	ck_assert_uint_eq(devices_count(devices), 2);
	row = first_row(devices);
	ck_assert(addr_equal(&row->identity, &identity));
	ck_assert(addr_equal(&row->addr, &identity));
	ck_assert_uint_eq(row->reports, 2);
	/* heard before that was known */
	note_from(devices, &second, 300);
	ck_assert_uint_eq(devices_count(devices), 3);
	ck_assert(identities_learn(identities, &second, &identity));
	devices_identify(devices, &second);
	ck_assert_uint_eq(devices_count(devices), 2);
	note_from(devices, &second, 400);
	row = first_row(devices);
	ck_assert_uint_eq(row->reports, 4);
	ck_assert_uint_eq(row->first_seen, 100);
	ck_assert_uint_eq(row->last_seen, 400);
	ck_assert(addr_equal(&row->identity, &identity));
	ck_assert(addr_equal(&row->addr, &second));
	devices_free(devices);
	identities_free(identities);
}
END_TEST

/* Its own address is on air, then a private one, then its own again: one row, which goes as one. */
START_TEST(test_identity_on_air)
{
	const Addr identity = addr_of("C0:00:00:00:00:01", ADDR_RANDOM),
		   private = addr_of("4A:00:00:00:00:01", ADDR_RANDOM);
	Identities *identities = identities_new();
	Devices *devices = devices_new(3, identities);
	void *cursor = NULL;
	size_t rows = 0;

	ck_assert(identities_learn(identities, &private, &identity));
	note_from(devices, &identity, 100);
	note_from(devices, &private, 200);
	ck_assert_ptr_eq(devices_find(devices, &identity), first_row(devices));
	note_from(devices, &identity, 300);
	ck_assert_uint_eq(devices_count(devices), 1);
	ck_assert_uint_eq(first_row(devices)->reports, 3);

	note_from(devices, &private, 400);
	for (uint8_t i = 0; i < 4; i++) {
		const Addr other = { .type = ADDR_PUBLIC, .bytes = { 2, i } };

		note_from(devices, &other, 500 + i);
	}
	ck_assert_ptr_null(devices_find(devices, &identity));
	while (devices_next(devices, &cursor))
		rows++;
	ck_assert_uint_eq(rows, 3);
	devices_free(devices);
	identities_free(identities);
}
END_TEST

UNIT_MAIN("devices", test_identity, test_identity_on_air, test_empty, test_row, test_connectable, test_name, test_name_is_utf8,
	  test_facts, test_facts_bounded, test_order, test_bounded, test_keeps_references)
