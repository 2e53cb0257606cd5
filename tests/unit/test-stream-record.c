/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reports packed into datagrams, and read with the header that programs have. */
#include <bluebroker-stream.h>
#include <stdlib.h>
#include <string.h>

#include "core/stream-record.h"
#include "meaning/ad.h"
#include "reports.h"
#include "unit.h"

#define LONGEST (BB_STREAM_RECORD_SIZE + AD_MAX)

static uint8_t bytes[BB_STREAM_DATAGRAM_MAX];

static Ring *ring_of(size_t depth)
{
	Ring *ring = NULL;

	ring = ring_new(depth, true);
	return ring;
}

START_TEST(test_layout)
{
	static const uint8_t wanted[] = {
		0x62, 0x62, 1, 16, 1, 0, 0, 0, 0xf0, 0xde, 0xbc, 0x9a, 0x78, 0x56, 0x34, 0x12,
		37, 0, 8, 7, 6, 5, 4, 3, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0,
		0xc0, 1, 2, 3, 4, 5, 3, 4, 0xc4, 0x0c, 1, 3, 15, 3, 3, 0, 2, 1, 6,
	};
	const ReportInfo info = {
		.addr = { .bytes = { 0xc0, 1, 2, 3, 4, 5 }, .type = ADDR_RANDOM_RPA },
		.adv_type = ADV_SCAN_RESPONSE,
		.rssi = -60,
		.tx_power = 12,
		.primary_phy = 1,
		.secondary_phy = 3,
		.sid = 15,
		.extended = true,
		.synthesized = true,
		.time = 0x0102030405060708,
		.data = (const uint8_t *)"\x02\x01\x06",
		.length = 3,
	};
	Ring *ring = ring_of(1);
	size_t count = 0;

	ring_lose(ring);
	report_push(ring, &info);
	ck_assert_uint_eq(stream_datagram(ring, 9, 0x123456789abcdef0, bytes, sizeof(bytes), &count),
			  sizeof(wanted));
	ck_assert_uint_eq(count, 1);
	ck_assert(memcmp(bytes, wanted, sizeof(wanted)) == 0);
	ck_assert_uint_eq(ring_count(ring), 1);
	ring_free(ring);
}
END_TEST

START_TEST(test_there_and_back)
{
	Ring *ring = ring_of(3);
	bb_stream_report report;
	bb_stream_iter iter;
	size_t count, length;

	for (uint16_t i = 0; i < 5; i++) {
		ReportInfo info = report_info(i, "\x02\x01\x06", i == 3 ? 0 : 3);

		info.time = UINT64_MAX - i;
		report_push(ring, &info);
	}
	length = stream_datagram(ring, 9, ring_dropped(ring), bytes, sizeof(bytes), &count);
	ck_assert_int_eq(bb_stream_open(bytes, length, &iter), 0);
	ck_assert_uint_eq(iter.lost, 2);
	for (uint16_t i = 2; i < 5; i++) {
		ck_assert_int_eq(bb_stream_next(&iter, &report), 1);
		ck_assert_uint_eq(report.sequence, i);
		ck_assert_uint_eq(report.time, UINT64_MAX - i);
		ck_assert_uint_eq(report.address[5], i);
		ck_assert_uint_eq(report.addr_type, ADDR_RANDOM);
		ck_assert_uint_eq(report.adv_type, ADV_CONNECTABLE);
		ck_assert_int_eq(report.rssi, -60);
		ck_assert_int_eq(report.tx_power, BB_STREAM_TX_POWER_UNKNOWN);
		ck_assert_uint_eq(report.sid, BB_STREAM_SID_NONE);
		ck_assert_uint_eq(report.flags, 0);
		ck_assert_uint_eq(report.length, i == 3 ? 0 : 3);
		ck_assert(memcmp(report.data, "\x02\x01\x06", report.length) == 0);
	}
	ck_assert_int_eq(bb_stream_next(&iter, &report), 0);
	ck_assert_int_eq(bb_stream_next(&iter, &report), 0);
	ck_assert_uint_eq(iter.left, 0);
	ring_free(ring);
}
END_TEST

/* As many as were asked for, and as fit. */
START_TEST(test_room)
{
	static const uint8_t data[AD_MAX];
	ReportInfo info = report_info(1, data, AD_MAX);
	Ring *ring = ring_of(100);
	size_t count = 9;

	ck_assert_uint_eq(stream_datagram(ring, 9, 0, bytes, sizeof(bytes), &count), BB_STREAM_HEADER_SIZE);
	ck_assert_uint_eq(count, 0);
	for (int i = 0; i < 100; i++)
		report_push(ring, &info);
	ck_assert_uint_eq(stream_datagram(ring, 7, 0, bytes, sizeof(bytes), &count),
			  BB_STREAM_HEADER_SIZE + 7 * LONGEST);
	ck_assert_uint_eq(count, 7);
	ck_assert_uint_eq(stream_datagram(ring, 4096, 0, bytes, sizeof(bytes), &count),
			  BB_STREAM_HEADER_SIZE + 38 * LONGEST);
	ck_assert_uint_eq(count, 38);
	for (size_t i = 0; i < 3; i++) {
		stream_datagram(ring, 4096, 0, bytes, BB_STREAM_HEADER_SIZE + i * LONGEST, &count);
		ck_assert_uint_eq(count, i);
		stream_datagram(ring, 4096, 0, bytes, BB_STREAM_HEADER_SIZE + i * LONGEST + LONGEST - 1,
				&count);
		ck_assert_uint_eq(count, i);
	}
	ring_free(ring);
}
END_TEST

static size_t two_records(void)
{
	ReportInfo info = report_info(1, "\x02\x01\x06", 3);
	Ring *ring = ring_of(2);
	size_t count, length;

	report_push(ring, &info);
	report_push(ring, &info);
	length = stream_datagram(ring, 2, 0, bytes, sizeof(bytes), &count);
	ring_free(ring);
	return length;
}

/* How many reports are in it before it ends; *end is how. -2: it is no datagram. */
static int read_all(size_t length, int *end)
{
	uint8_t *exact = malloc(length + 1);	/* so that tools see a byte read past the end */
	bb_stream_report report;
	bb_stream_iter iter;
	int count = 0;

	memcpy(exact + 1, bytes, length);
	*end = -2;
	if (bb_stream_open(exact + 1, length, &iter) == 0)
		while ((*end = bb_stream_next(&iter, &report)) > 0)
			count++;
	free(exact);
	return count;
}

START_TEST(test_cut)
{
	size_t whole = two_records(), record = BB_STREAM_RECORD_SIZE + 3;
	int end;

	ck_assert_uint_eq(whole, BB_STREAM_HEADER_SIZE + 2 * record);
	for (size_t length = 0; length < whole; length++) {
		int count = read_all(length, &end);

		ck_assert_int_eq(end, length < BB_STREAM_HEADER_SIZE ? -2 : -1);
		ck_assert_int_eq(count, length >= BB_STREAM_HEADER_SIZE + record);
	}
	/* more than the records is no harm */
	ck_assert_int_eq(read_all(whole + 9, &end), 2);
	ck_assert_int_eq(end, 0);
}
END_TEST

/* What a later layout adds is passed over; another version is refused, and so are lengths that lie. */
START_TEST(test_other_layouts)
{
	static const struct {
		size_t at;
		uint8_t value;
		int count, end;
	} rows[] = {
		{ 0, 0x61, 0, -2 },			/* magic */
		{ 2, 0, 0, -2 }, { 2, 2, 0, -2 },	/* version */
		{ 3, 15, 0, -2 }, { 3, 255, 0, -2 },	/* length of the header */
		{ 3, 16 + 37, 1, -1 },
		{ 4, 0, 0, 0 }, { 4, 1, 1, 0 }, { 4, 3, 2, -1 }, { 5, 1, 2, -1 },	/* count */
		{ 6, 0xff, 2, 0 },			/* reserved */
		{ 16, 36, 0, -1 }, { 16, 33, 0, -1 }, { 16, 0, 0, -1 },
		{ 17, 1, 0, -1 },	/* length of a record */
		{ 16, 74, 1, -1 },
		{ 48, 0, 2, 0 }, { 48, 2, 2, 0 }, { 48, 4, 0, -1 },
		{ 49, 0xff, 0, -1 },	/* of its data */
	};
	int end;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t length = two_records();

		bytes[rows[i].at] = rows[i].value;
		ck_assert_msg(read_all(length, &end) == rows[i].count && end == rows[i].end, "%zu := %u",
			      rows[i].at, rows[i].value);
	}

	/* a longer header and a longer record */
	size_t length = two_records();

	memmove(bytes + 20, bytes + 16, length - 16);
	bytes[3] = 20;
	memmove(bytes + 20 + 37 + 5, bytes + 20 + 37, 37);
	bytes[20] = 37 + 5;
	ck_assert_int_eq(read_all(length + 4 + 5, &end), 2);
	ck_assert_int_eq(end, 0);
}
END_TEST

/* Unix time is told by a header that has room for it, and by no shorter one. */
START_TEST(test_unix_time)
{
	const int64_t to_unix = -2;
	bb_stream_iter iter = { .to_unix = 9 };
	size_t length = two_records();

	memmove(bytes + 24, bytes + 16, length - 16);
	for (unsigned i = 0; i < 8; i++)
		bytes[16 + i] = (uint8_t)((uint64_t)to_unix >> 8 * i);
	for (uint8_t header = 16; header <= 25; header++) {
		bytes[3] = header;
		ck_assert_int_eq(bb_stream_open(bytes, length + 8, &iter), 0);
		ck_assert_int_eq(iter.to_unix, header < 24 ? 0 : to_unix);
	}
	bytes[3] = 24;
	ck_assert_int_eq(bb_stream_open(bytes, 23, &iter), -1);
}
END_TEST

UNIT_MAIN("stream-record", test_layout, test_there_and_back, test_room, test_cut, test_other_layouts,
	  test_unix_time)
