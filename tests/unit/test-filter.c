/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scan filters: each kind of condition alone, and kinds together. */
#include <errno.h>
#include <string.h>

#include "filters.h"
#include "meaning/ad.h"
#include "unit.h"

START_TEST(test_empty_passes_all)
{
	Filter *filter = filter_make();

	ck_assert(filter_passes_data(NULL, "", 0));
	ck_assert(filter_passes_data(filter, "", 0));
	ck_assert(filter_passes_data(filter, "\xff\xff\xff", 3));
	ck_assert_ptr_null(filter_free(filter));
	ck_assert_ptr_null(filter_free(NULL));
}
END_TEST

START_TEST(test_rssi)
{
	static const struct {
		int16_t least;
		int8_t rssi;
		bool passes;
	} table[] = {
		{ -60, -60, true }, { -60, -61, false }, { -60, 0, true }, { -60, 20, true },
		{ -127, -127, true }, { -128, -128, true }, { 0, -1, false }, { 126, 126, true },
		{ INT16_MIN, -128, true }, { INT16_MAX, 126, false }, { -127, RSSI_UNKNOWN, false },
		{ INT16_MIN, RSSI_UNKNOWN, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		ReportInfo info = report_info(1, NULL, 0);
		Filter *filter = filter_make();

		filter_set_rssi(filter, table[i].least);
		info.rssi = table[i].rssi;
		ck_assert_msg(filter_passes(filter, &info) == table[i].passes, "row %zu", i);
		filter_free(filter);
	}
}
END_TEST

START_TEST(test_adv_type)
{
	ReportInfo info = report_info(1, NULL, 0);
	Filter *filter = filter_make();

	ck_assert_int_eq(filter_add_adv_type(filter, ADV_SCAN_RESPONSE), 0);
	ck_assert_int_eq(filter_add_adv_type(filter, ADV_UNKNOWN), 0);
	ck_assert_int_eq(filter_add_adv_type(filter, 64), 0);
	for (unsigned type = 0; type < 256; type++) {
		info.adv_type = (uint8_t)type;
		ck_assert_int_eq(filter_passes(filter, &info), type == 4 || type == 64 || type == 255);
	}

	filter_set_scan_responses(filter, false);
	info.adv_type = ADV_SCAN_RESPONSE;
	ck_assert(!filter_passes(filter, &info));
	info.adv_type = ADV_UNKNOWN;
	ck_assert(filter_passes(filter, &info));
	filter_set_scan_responses(filter, true);
	info.adv_type = ADV_SCAN_RESPONSE;
	ck_assert(filter_passes(filter, &info));
	filter_free(filter);
}
END_TEST

START_TEST(test_addresses)
{
	static const size_t counts[] = { 1, 2, 4, 5, 8, 200 };

	for (size_t c = 0; c < ARRAY_SIZE(counts); c++) {
		Filter *filter = filter_make();

		for (size_t i = 0; i < counts[c]; i++) {
			ReportInfo info = report_info((uint16_t)(i * 3), NULL, 0);

			info.addr.type = ADDR_PUBLIC;	/* bytes alone count */
			ck_assert_int_eq(filter_add_address(filter, &info.addr), 0);
		}
		for (uint16_t i = 0; i < 1000; i++) {
			ReportInfo info = report_info(i, NULL, 0);

			ck_assert_int_eq(filter_passes(filter, &info), i % 3 == 0 && i < counts[c] * 3);
		}
		filter_free(filter);
	}
}
END_TEST

START_TEST(test_address_of_zeros)
{
	ReportInfo info = report_info(1, NULL, 0);
	Addr zeros = { 0 };
	Filter *filter = filter_make();

	ck_assert_int_eq(filter_add_address(filter, &info.addr), 0);
	info.addr = zeros;
	ck_assert(!filter_passes(filter, &info));
	ck_assert_int_eq(filter_add_address(filter, &zeros), 0);
	ck_assert(filter_passes(filter, &info));
	filter_free(filter);
}
END_TEST

START_TEST(test_uuids)
{
	static const struct {
		const char *wanted;
		const char *data;
		size_t length;
		bool passes;
	} table[] = {
		{ "180d", "", 0, false },
		{ "180d", "\x03\x03\x0d\x18", 4, true },
		{ "180d", "\x03\x02\x0d\x18", 4, true },
		{ "180d", "\x03\x03\x18\x0d", 4, false },
		{ "180d", "\x05\x03\x0f\x18\x0d\x18", 6, true },
		{ "180d", "\x04\x03\x0f\x0d\x18", 5, false },
		{ "180d", "\x03\x16\x0d\x18", 4, true },
		{ "180d", "\x05\x16\x0f\x18\x0d\x18", 6, false },	/* in the data, not the UUID */
		{ "180d", "\x05\x04\x0d\x18\x00\x00", 6, true },
		{ "180d", "\x05\x20\x0d\x18\x00\x00", 6, true },
		{ "180d", "\x04\x05\x0d\x18\x00", 5, false },
		{ "0000180d-0000-1000-8000-00805f9b34fb", "\x03\x03\x0d\x18", 4, true },
		{ "180d", "\x11\x07\xfb\x34\x9b\x5f\x80\x00\x00\x80\x00\x10\x00\x00\x0d\x18\x00\x00", 18,
		  true },
		{ "6e400001-b5a3-f393-e0a9-e50e24dcca9e",
		  "\x11\x06\x9e\xca\xdc\x24\x0e\xe5\xa9\xe0\x93\xf3\xa3\xb5\x01\x00\x40\x6e", 18, true },
		{ "6e400001-b5a3-f393-e0a9-e50e24dcca9e",
		  "\x11\x21\x9e\xca\xdc\x24\x0e\xe5\xa9\xe0\x93\xf3\xa3\xb5\x01\x00\x40\x6e", 18, true },
		{ "6e400002-b5a3-f393-e0a9-e50e24dcca9e",
		  "\x11\x06\x9e\xca\xdc\x24\x0e\xe5\xa9\xe0\x93\xf3\xa3\xb5\x01\x00\x40\x6e", 18, false },
		{ "180d", "\x03\xff\x0d\x18", 4, false },
		{ "180d", "\x03\x14\x0d\x18", 4, false },	/* solicitation is not offering */
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		Filter *filter = filter_make();

		filter_want_uuid(filter, table[i].wanted);
		ck_assert_msg(filter_passes_data(filter, table[i].data, table[i].length) == table[i].passes,
			      "row %zu", i);
		filter_want_uuid(filter, "fe59");	/* another one does not hide the first */
		ck_assert_msg(filter_passes_data(filter, table[i].data, table[i].length) == table[i].passes,
			      "row %zu", i);
		ck_assert(filter_passes_data(filter, "\x03\x03\x59\xfe", 4));
		filter_free(filter);
	}
}
END_TEST

START_TEST(test_manufacturers)
{
	Filter *filter = filter_make();

	ck_assert_int_eq(filter_add_manufacturer(filter, 0x004c), 0);
	ck_assert_int_eq(filter_add_manufacturer(filter, 0x0000), 0);
	ck_assert(filter_passes_data(filter, "\x03\xff\x4c\x00", 4));
	ck_assert(filter_passes_data(filter, "\x05\xff\x4c\x00\x02\x15", 6));
	ck_assert(filter_passes_data(filter, "\x03\xff\x00\x00", 4));
	ck_assert(filter_passes_data(filter, "\x03\xff\x01\x01\x03\xff\x4c\x00", 8));
	ck_assert(!filter_passes_data(filter, "\x03\xff\x00\x4c", 4));
	ck_assert(!filter_passes_data(filter, "\x02\xff\x4c", 3));
	ck_assert(!filter_passes_data(filter, "\x01\xff", 2));
	ck_assert(!filter_passes_data(filter, "\x03\xfe\x4c\x00", 4));
	ck_assert(!filter_passes_data(filter, "\x03\xff\x4c", 3));
	ck_assert(!filter_passes_data(filter, "", 0));
	filter_free(filter);
}
END_TEST

START_TEST(test_name)
{
	char longest[250];
	Filter *filter = filter_make();

	ck_assert_int_eq(filter_set_name(filter, "Heart*"), 0);
	ck_assert(filter_passes_data(filter, "\x06\x09" "Heart", 7));
	ck_assert(filter_passes_data(filter, "\x06\x08" "Heart", 7));
	ck_assert(filter_passes_data(filter, "\x02\x08" "H\x06\x09" "Heart", 10));
	ck_assert(!filter_passes_data(filter, "\x06\x0a" "Heart", 7));
	ck_assert(!filter_passes_data(filter, "\x05\x09" "Hear", 6));
	ck_assert(!filter_passes_data(filter, "", 0));

	ck_assert_int_eq(filter_set_name(filter, "*"), 0);
	ck_assert(filter_passes_data(filter, "\x02\x09" "a", 3));
	ck_assert(!filter_passes_data(filter, "\x02\x01\x06", 3));	/* no name at all */
	ck_assert(!filter_passes_data(filter, "\x01\x09\x02\x08\0", 5));

	memset(longest, 'x', sizeof(longest));
	longest[249] = '\0';
	ck_assert_int_eq(filter_set_name(filter, longest), -E2BIG);
	ck_assert(filter_passes_data(filter, "\x02\x09" "a", 3));		/* the old one stands */
	longest[248] = '\0';
	ck_assert_int_eq(filter_set_name(filter, longest), 0);
	ck_assert(!filter_passes_data(filter, "\x02\x09" "a", 3));
	/* names end at their first NUL, and the complete one is the device's */
	ck_assert_int_eq(filter_set_name(filter, "ESP-AT"), 0);
	ck_assert(filter_passes_data(filter, "\x08\x09" "ESP-AT\0", 9));
	ck_assert(filter_passes_data(filter, "\x0a\x08" "ESP-AT\0\xffz", 11));
	ck_assert(!filter_passes_data(filter, "\x07\x08" "ESP-AT\x09\x09" "ESP-AT-2", 18));
	ck_assert_int_eq(filter_set_name(filter, "a\ufffd"), 0);
	ck_assert(filter_passes_data(filter, "\x03\x09" "a\xff", 4));
	filter_free(filter);
}
END_TEST

/* Of a device with private addresses, any will do; whichever it is heard with. */
START_TEST(test_private_addresses)
{
	Addr identity = { { 0x00, 0x1a, 0x7d, 1, 2, 3 }, ADDR_PUBLIC },
	     stranger = { { 0x4a, 9 }, ADDR_RANDOM };
	Addr addrs[] = { { { 0x4a, 1 }, ADDR_RANDOM },
			 { { 0x4a, 2 }, ADDR_RANDOM },
			 { { 0x4a, 3 }, ADDR_RANDOM },
			 identity };
	Identities *identities;
	Devices *devices;

	identities = identities_new();
	devices = devices_new(10, identities);
	for (size_t wanted = 0; wanted < ARRAY_SIZE(addrs); wanted++) {
		Filter *filter = filter_make();

		ck_assert_int_eq(filter_add_address(filter, &stranger), 0);
		ck_assert_int_eq(filter_add_address(filter, &addrs[wanted]), 0);
		for (size_t heard = 0; heard < ARRAY_SIZE(addrs); heard++) {
			ReportInfo info = report_info(1, "", 0);
			const DeviceRow *row;
			Report *report;

			info.addr = addrs[heard];
			report = report_make(&info);
			row = devices_note(devices, report);
			/* told while the filter stands, the first time */
			ck_assert_int_eq(filter_match(filter, report, row),
					 wanted > 0 || heard == wanted || heard == 3);
			(void)identities_learn(identities, &addrs[heard], &identity);
			ck_assert(wanted == 0 || filter_match_row(filter, row));
			report_unref(report);
		}
		filter_free(filter);
	}
	devices_free(devices);
	identities_free(identities);
}
END_TEST

static bool row_passes(const Filter *filter, Devices *devices, const Addr *addr)
{
	ReportInfo info = report_info(1, "", 0);
	Report *report;
	bool passes;

	info.addr = *addr;
	report = report_make(&info);
	passes = filter_match(filter, report, devices_note(devices, report));
	report_unref(report);
	return passes;
}

/* What a filter asks of keys leaves no trace in what is remembered of the addresses on air, which it would
 * displace. (Key and address: Vol 3 Part H D.7.) */
START_TEST(test_keys_by_the_way)
{
	IdentityKey keys[] = {
		{ { { 0x00, 0x1a, 0x7d, 1, 2, 4 }, ADDR_PUBLIC }, { 7 } },
		{ { { 0x00, 0x1a, 0x7d, 1, 2, 3 }, ADDR_PUBLIC },
		  { 0xec, 0x02, 0x34, 0xa3, 0x57, 0xc8, 0xad, 0x05, 0x34, 0x10, 0x10, 0xa6, 0x0a, 0x39, 0x7d,
		    0x9b } },
	};
	const Addr made = { { 0x70, 0x81, 0x94, 0x0d, 0xfb, 0xaa }, ADDR_RANDOM };
	Identities *identities;
	Devices *devices;
	Filter *filter;

	identities = identities_new();
	devices = devices_new(10, identities);
	ck_assert(identities_set_keys(identities, keys, ARRAY_SIZE(keys)));
	filter = filter_new(5000);
	for (unsigned i = 0; i < 4999; i++) {
		const Addr stranger = { { 0x4a, (uint8_t)(i >> 8), (uint8_t)i }, ADDR_RANDOM };

		ck_assert_int_eq(filter_add_address(filter, &stranger), 0);
	}
	ck_assert_int_eq(filter_add_address(filter, &made), 0);
	for (size_t again = 0; again < 2; again++) {
		ck_assert(!row_passes(filter, devices, &keys[0].identity));
		ck_assert(row_passes(filter, devices, &keys[1].identity));
	}
	ck_assert_uint_eq(identities_count_tried(identities), 0);

	/* the bond is gone */
	ck_assert(identities_set_keys(identities, keys, 1));
	ck_assert(!row_passes(filter, devices, &keys[1].identity));
	filter_free(filter);
	devices_free(devices);
	identities_free(identities);
}
END_TEST

typedef struct Heard {
	uint8_t adv_type;
	int8_t rssi;
	const char *data;
	size_t length;
} Heard;

static const Heard ruuvi[] = {
	{ ADV_CONNECTABLE, -60, "\x02\x01\x06\x05\xff\x99\x04\x01\x02", 9 },
	{ ADV_SCAN_RESPONSE, -70, "\x0b\x09Ruuvi 1234\x02\x0a\x04", 15 },
	{ ADV_NON_CONNECTABLE, -80, "\x03\x03\x0d\x18\x03\x08Ru", 8 },
	{ ADV_CONNECTABLE, -60, "\x02\x01\x06\x05\xff\x99\x04\x01\x03", 9 },
};

/* Which of ruuvi's reports pass, as bits; and, as the next, the row at the end. */
static unsigned pass_bits(const Filter *filter)
{
	const DeviceRow *row = NULL;
	unsigned bits = 0, i;
	Devices *devices;

	devices = devices_new(4, NULL);
	for (i = 0; i < ARRAY_SIZE(ruuvi); i++) {
		ReportInfo info = report_info(1, ruuvi[i].data, ruuvi[i].length);
		Report *report;

		info.adv_type = ruuvi[i].adv_type;
		info.rssi = ruuvi[i].rssi;
		info.time = i * USEC_PER_SEC;
		report = report_make(&info);
		row = devices_note(devices, report);
		if (filter_match(filter, report, row))
			bits |= 1u << i;
		report_unref(report);
	}
	if (filter_match_row(filter, row))
		bits |= 1u << i;
	devices_free(devices);
	return bits;
}

/* Whatever stands in front of it in a packet: nobody hides a service. */
START_TEST(test_behind_many)
{
	uint8_t data[2 + 2 * 40 + 4] = { 1 + 2 * 40, 0x02 };
	ReportInfo info = report_info(1, data, sizeof(data));
	Filter *filter = filter_make();
	Devices *devices = devices_new(4, NULL);
	const DeviceRow *row;
	Report *report;

	for (size_t i = 2; i < 2 + 2 * 40; i += 2)
		memcpy(data + i, "\x0f\x18", 2);
	memcpy(data + sizeof(data) - 4, "\x03\x03\x0d\x18", 4);
	filter_want_uuid(filter, "180d");
	report = report_make(&info);
	ck_assert(filter_match(filter, report, NULL));
	row = devices_note(devices, report);
	ck_assert(filter_match(filter, report, row));
	ck_assert(filter_match_row(filter, row));
	report_unref(report);
	devices_free(devices);
	filter_free(filter);
}
END_TEST

/* Name here, data there: what is of the device, and what is of the packet. */
START_TEST(test_of_the_device)
{
	Filter *filter = filter_make();

	ck_assert_uint_eq(pass_bits(NULL), 0x1f);
	ck_assert_uint_eq(pass_bits(filter), 0x1f);
	ck_assert_int_eq(filter_set_name(filter, "Ruuvi*"), 0);
	ck_assert_uint_eq(pass_bits(filter), 0x1e);
	ck_assert_int_eq(filter_add_manufacturer(filter, 0x0499), 0);
	ck_assert_uint_eq(pass_bits(filter), 0x1e);
	filter_want_uuid(filter, "180d");
	ck_assert_uint_eq(pass_bits(filter), 0x1c);
	/* of the packet; of the row, those of either of its last */
	ck_assert_int_eq(filter_add_adv_type(filter, ADV_CONNECTABLE), 0);
	ck_assert_uint_eq(pass_bits(filter), 0x18);
	ck_assert_int_eq(filter_add_pattern(filter, 2, 0xff, (const uint8_t *)"\x01\x03", 2), 0);
	ck_assert_uint_eq(pass_bits(filter), 0x18);
	filter_set_pathloss(filter, 74);
	ck_assert_uint_eq(pass_bits(filter), 0x10);
	filter_set_rssi(filter, -60);
	ck_assert_uint_eq(pass_bits(filter), 0x10);
	filter_set_rssi(filter, -59);
	ck_assert_uint_eq(pass_bits(filter), 0);
	filter_free(filter);

	/* the shortened name is not the device's once the complete one is known */
	filter = filter_make();
	ck_assert_int_eq(filter_set_name(filter, "Ru"), 0);
	ck_assert_uint_eq(pass_bits(filter), 0);
	filter_free(filter);

	filter = filter_make();
	ck_assert_int_eq(filter_add_manufacturer(filter, 0x180d), 0);
	ck_assert_uint_eq(pass_bits(filter), 0);
	filter_want_uuid(filter, "0499");
	ck_assert_uint_eq(pass_bits(filter), 0);
	filter_free(filter);
}
END_TEST

START_TEST(test_pathloss)
{
	static const struct {
		uint16_t most;
		int8_t rssi;
		int8_t told;		/* in the report's header */
		const char *data;
		size_t length;
		bool passes;
	} table[] = {
		{ 64, -60, 4, "", 0, true }, { 63, -60, 4, "", 0, false },
		{ 64, -60, TX_POWER_UNKNOWN, "\x02\x0a\x04", 3, true },
		{ 63, -60, TX_POWER_UNKNOWN, "\x02\x0a\x04", 3, false },
		{ 64, -60, TX_POWER_UNKNOWN, "", 0, false },
		{ 65535, -60, TX_POWER_UNKNOWN, "\x01\x0a", 2, false },
		{ 64, -60, 4, "\x02\x0a\x7e", 3,
		  true },		/* the header counts before the data */
		{ 64, -60, TX_POWER_UNKNOWN, "\x02\x0a\x7e\x02\x0a\x04", 6,
		  false },	/* the first one counts */
		{ 65535, RSSI_UNKNOWN, 4, "", 0, false },
		{ 0, 10, 4, "", 0, true }, { 0, 4, 4, "", 0, true }, { 0, 3, 4, "", 0, false },
		{ 255, -128, 126, "", 0, true }, { 253, -128, 126, "", 0, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		ReportInfo info = report_info(1, table[i].data, table[i].length);
		Filter *filter = filter_make();

		filter_set_pathloss(filter, table[i].most);
		info.rssi = table[i].rssi;
		info.tx_power = table[i].told;
		ck_assert_msg(filter_passes(filter, &info) == table[i].passes, "row %zu", i);
		filter_free(filter);
	}
}
END_TEST

START_TEST(test_patterns)
{
	static const struct {
		uint8_t start;
		uint8_t type;
		const char *bytes;
		size_t bytes_length;
		const char *data;
		size_t length;
		bool passes;
	} table[] = {
		{ 0, 0xff, "\x4c", 1, "\x03\xff\x4c\x00", 4, true },
		{ 0, 0xff, "\x4c\x00", 2, "\x03\xff\x4c\x00", 4, true },
		{ 0, 0xff, "\x4c\x00\x02", 3, "\x03\xff\x4c\x00", 4, false },
		{ 1, 0xff, "\x00", 1, "\x03\xff\x4c\x00", 4, true },
		{ 2, 0xff, "\x00", 1, "\x03\xff\x4c\x00\x00", 5, false },
		{ 1, 0xff, "\x00\x02", 2, "\x03\xff\x4c\x00\x02\x0a\x04", 7,
		  false },	/* not into the next one */
		{ 0, 0x16, "\x4c\x00", 2, "\x03\xff\x4c\x00", 4, false },
		{ 0, 0x00, "\x07", 1, "\x02\x00\x07", 3, true },
		{ 0, 0x01, "\x06", 1, "\x02\x01\x1a\x02\x01\x06", 6, true },
		{ 253, 0x24, "x", 1, "\x02\x24x", 3, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		Filter *filter = filter_make();

		ck_assert_int_eq(filter_add_pattern(filter, table[i].start, table[i].type,
						    (const uint8_t *)table[i].bytes, table[i].bytes_length),
				 0);
		ck_assert_msg(filter_passes_data(filter, table[i].data, table[i].length) == table[i].passes,
			      "row %zu", i);
		ck_assert_int_eq(filter_add_pattern(filter, 0, table[i].type, (const uint8_t *)"unlikely", 8),
				 0);
		ck_assert_msg(filter_passes_data(filter, table[i].data, table[i].length) == table[i].passes,
			      "row %zu", i);
		filter_free(filter);
	}
}
END_TEST

START_TEST(test_impossible_patterns)
{
	uint8_t bytes[256] = { 0 };
	Filter *filter = filter_make();

	ck_assert_int_eq(filter_add_pattern(filter, 0, 1, bytes, 0), -EINVAL);
	ck_assert_int_eq(filter_add_pattern(filter, 0, 1, NULL, 0), -EINVAL);
	ck_assert_int_eq(filter_add_pattern(filter, 0, 1, bytes, 255), -EINVAL);
	ck_assert_int_eq(filter_add_pattern(filter, 254, 1, bytes, 1), -EINVAL);
	ck_assert_int_eq(filter_add_pattern(filter, 255, 1, bytes, 256), -EINVAL);
	ck_assert_int_eq(filter_add_pattern(filter, 2, 1, bytes, SIZE_MAX), -EINVAL);
	ck_assert(filter_passes_data(filter, "", 0));		/* none of them was added */
	ck_assert_int_eq(filter_add_pattern(filter, 0, 1, bytes, 254), 0);
	ck_assert_int_eq(filter_add_pattern(filter, 253, 1, bytes, 1), 0);
	filter_free(filter);
}
END_TEST

/* Every kind must be met; of one kind any is enough. */
START_TEST(test_kinds_together)
{
	static const uint8_t good[] = {
		0x02, 0x01, 0x06, 0x03, 0x03, 0x0d, 0x18, 0x02, 0x0a, 0x04, 0x04, 0xff, 0x4c, 0x00, 0x02,
		0x03, 0x09, 'H', 'R',
	};
	ReportInfo base = report_info(7, good, sizeof(good)), other = base;
	Filter *filter = filter_make();
	Addr stranger = { .bytes = { 1, 2, 3, 4, 5, 6 } };

	filter_set_rssi(filter, -70);
	filter_set_pathloss(filter, 64);
	filter_set_scan_responses(filter, false);
	ck_assert_int_eq(filter_add_adv_type(filter, ADV_CONNECTABLE), 0);
	ck_assert_int_eq(filter_add_address(filter, &stranger), 0);
	ck_assert_int_eq(filter_add_address(filter, &base.addr), 0);
	filter_want_uuid(filter, "180d");
	filter_want_uuid(filter, "180f");
	ck_assert_int_eq(filter_add_manufacturer(filter, 0x4c), 0);
	ck_assert_int_eq(filter_add_manufacturer(filter, 0x59), 0);
	ck_assert_int_eq(filter_set_name(filter, "H?"), 0);
	ck_assert_int_eq(filter_add_pattern(filter, 2, 0xff, (const uint8_t *)"\x02", 1), 0);
	ck_assert_int_eq(filter_add_pattern(filter, 2, 0xff, (const uint8_t *)"\x03", 1), 0);
	ck_assert(filter_passes(filter, &base));

	other = base, other.rssi = -61;
	ck_assert(!filter_passes(filter, &other));
	other = base, other.adv_type = ADV_SCAN_RESPONSE;
	ck_assert(!filter_passes(filter, &other));
	other = base, other.addr.bytes[0] = 0;
	ck_assert(!filter_passes(filter, &other));
	for (size_t length = 0; length < sizeof(good); length++) {
		other = base, other.length = length;
		ck_assert(!filter_passes(filter, &other));
	}
	/* A change in any of the parts that are asked for; the last byte is any that ? takes. */
	for (size_t i = 3; i < sizeof(good); i++) {
		uint8_t changed[sizeof(good)];

		memcpy(changed, good, sizeof(good));
		changed[i] ^= 0x41;
		other = base, other.data = changed;
		ck_assert_msg(!filter_passes(filter, &other) || i == sizeof(good) - 1, "byte %zu", i);
	}
	filter_free(filter);
}
END_TEST

UNIT_MAIN("filter", test_private_addresses, test_keys_by_the_way, test_empty_passes_all, test_rssi,
	  test_adv_type, test_addresses, test_address_of_zeros, test_uuids, test_manufacturers, test_name,
	  test_of_the_device, test_behind_many, test_pathloss, test_patterns, test_impossible_patterns, test_kinds_together)
