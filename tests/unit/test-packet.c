/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parser of HCI monitor packets: each kind of report, and bytes that nobody meant well. Each packet lies in an
 * allocation of exactly its length, so that a byte read past its end is seen by AddressSanitizer and valgrind.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exact.h"
#include "hci/packet.h"
#include "meaning/ad.h"
#include "unit.h"

#define REPORTS_MAX 3
#define UNKNOWN_TX TX_POWER_UNKNOWN

typedef struct Bytes {
	uint8_t *data;		/* to be freed */
	size_t length;
} Bytes;

/* Hex, spaces ignored. */
static Bytes bytes_of(const char *hex)
{
	uint8_t all[2 * PACKET_MAX];
	Bytes bytes = { .length = 0 };
	unsigned byte;
	int used;

	for (; sscanf(hex, " %2x%n", &byte, &used) == 1; hex += used)
		all[bytes.length++] = (uint8_t)byte;
	bytes.data = exact_copy(all, bytes.length);
	return bytes;
}

/* Walks a packet to its end, and checks what holds for any bytes. Returns the number of reports, -1: no such event. */
static int walk(const uint8_t *packet, size_t length, PacketReport *reports, size_t max, unsigned *malformed)
{
	const uint8_t *before = packet;
	PacketReport report;
	PacketIter iter;
	int n = 0;

	if (!packet_iter_init(&iter, packet, length))
		return -1;
	while (packet_iter_next(&iter, &report)) {
		const ReportInfo *info = &report.info;
		unsigned sum = 0;

		must(info->length <= 255);
		must(info->addr.type <= ADDR_RANDOM_RPA);
		must(info->adv_type <= ADV_SCAN_RESPONSE || info->adv_type == ADV_UNKNOWN);
		must(report.status <= DATA_TRUNCATED);
		must(info->truncated == (report.status == DATA_TRUNCATED));
		must(info->time == 0 && !info->synthesized);
		must(info->length == 0 || (info->data > before && info->data + info->length <= packet + length));
		for (size_t i = 0; i < info->length; i++)
			sum += info->data[i];
		must(sum <= 255 * 255);
		if (info->length > 0)
			before = info->data + info->length - 1;
		if ((size_t)n < max)
			reports[n] = report;
		n++;
	}
	must(n <= 255);
	must(!packet_iter_next(&iter, &report));	/* the end stays the end */
	if (malformed)
		*malformed = iter.malformed;
	return n;
}

static int walk_copy(const uint8_t *bytes, size_t length)
{
	uint8_t *packet = exact_copy(bytes, length);
	int n = walk(packet, length, NULL, 0, NULL);

	free(packet);
	return n;
}

typedef struct Expected {
	const char *addr;
	uint8_t addr_type;
	uint8_t adv_type;
	int8_t rssi;
	const char *data;
	bool extended;
	uint8_t primary_phy, secondary_phy, sid;
	int8_t tx_power;
	DataStatus status;
	uint16_t event_type;
} Expected;

#define NONE { { 0 } }
#define LEGACY(addr, addr_type, type, rssi, data) \
	{ addr, addr_type, (type) <= 4 ? (type) : 255, rssi, data, false, 0, 0, SID_NONE, UNKNOWN_TX, DATA_COMPLETE, \
	  type }

static const struct {
	const char *what;
	const char *packet;
	int n;			/* -1: no advertising event */
	unsigned malformed;
	unsigned index;
	Expected reports[REPORTS_MAX];
} table[] = {
	{ "legacy, type 0", "0300 0000 1100 3e0f 02 01 00 00 665544332211 03 020106 c4", 1, 0, 0,
	  { LEGACY("11:22:33:44:55:66", 0, 0, -60, "020106") } },
	{ "legacy, type 1, random", "0300 0100 0e00 3e0c 02 01 01 01 665544332211 00 81", 1, 0, 1,
	  { LEGACY("11:22:33:44:55:66", 1, 1, -127, "") } },
	{ "legacy, type 2, RPA public", "0300 0f00 1000 3e0e 02 01 02 02 010203040506 02 0109 14", 1, 0, 15,
	  { LEGACY("06:05:04:03:02:01", 2, 2, 20, "0109") } },
	{ "legacy, type 3, RPA random, radio 258, RSSI unknown",
	  "0300 0201 0f00 3e0d 02 01 03 03 ffffffffffff 01 00 7f", 1, 0, 258,
	  { LEGACY("FF:FF:FF:FF:FF:FF", 3, 3, RSSI_UNKNOWN, "00") } },
	{ "legacy, type 4, 31 bytes",
	  "0300 0000 2d00 3e2b 02 01 04 00 665544332211 1f "
	  "1e09303132333435363738394142434445464748494a4b4c4d4e4f50515253 a0", 1, 0, 0,
	  { LEGACY("11:22:33:44:55:66", 0, 4, -96,
		   "1e09303132333435363738394142434445464748494a4b4c4d4e4f50515253") } },
	{ "legacy, a type that does not exist", "0300 0000 0e00 3e0c 02 01 05 00 665544332211 00 c4", 1, 0, 0,
	  { LEGACY("11:22:33:44:55:66", 0, 5, -60, "") } },
	{ "legacy, three",
	  "0300 0000 2500 3e23 02 03"
	  " 00 00 010000000000 01 aa ff"
	  " 04 01 020000000000 02 bbcc fe"
	  " 03 00 030000000000 00 fd", 3, 0, 0,
	  { LEGACY("00:00:00:00:00:01", 0, 0, -1, "aa"), LEGACY("00:00:00:00:00:02", 1, 4, -2, "bbcc"),
	    LEGACY("00:00:00:00:00:03", 0, 3, -3, "") } },
	{ "none", "0300 0000 0400 3e02 02 00", 0, 0, 0, NONE },
	{ "none said, one there", "0300 0000 0e00 3e0c 02 00 00 00 665544332211 00 c4", 0, 0, 0, NONE },
	{ "two said, one there", "0300 0000 0e00 3e0c 02 02 00 00 665544332211 00 c4", 1, 1, 0,
	  { LEGACY("11:22:33:44:55:66", 0, 0, -60, "") } },
	{ "255 said, none there", "0300 0000 0400 3e02 02 ff", 0, 1, 0, NONE },
	{ "legacy, no RSSI", "0300 0000 1000 3e0e 02 01 00 00 665544332211 03 020106", 0, 1, 0, NONE },
	{ "legacy, data longer than the event",
	  "0300 0000 1100 3e0f 02 01 00 00 665544332211 1f 020106 c4", 0, 1, 0, NONE },
	{ "legacy, 32 bytes; the next is good",
	  "0300 0000 3800 3e36 02 02 00 00 665544332211 20 "
	  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f c4"
	  " 00 00 665544332211 00 c4", 1, 1, 0, { LEGACY("11:22:33:44:55:66", 0, 0, -60, "") } },
	{ "legacy, no such address type; the next is good",
	  "0300 0000 1800 3e16 02 02 00 04 665544332211 00 c4  00 00 665544332211 00 c4", 1, 1, 0,
	  { LEGACY("11:22:33:44:55:66", 0, 0, -60, "") } },
	{ "the event says it is shorter",
	  "0300 0000 1100 3e0c 02 01 00 00 665544332211 03 020106 c4", 0, 1, 0, NONE },
	{ "the channel says it is shorter",
	  "0300 0000 0e00 3e0f 02 01 00 00 665544332211 03 020106 c4", 0, 1, 0, NONE },
	{ "both say it is longer", "0300 0000 ffff 3eff 02 01 00 00 665544332211 03 020106 c4", 1, 0, 0,
	  { LEGACY("11:22:33:44:55:66", 0, 0, -60, "020106") } },
	{ "bytes after the end", "0300 0000 1300 3e0f 02 01 00 00 665544332211 03 020106 c4 aaaa", 1, 0, 0,
	  { LEGACY("11:22:33:44:55:66", 0, 0, -60, "020106") } },

	{ "directed, two",
	  "0300 0000 2400 3e22 0b 02 01 01 665544332211 01 aaaaaaaaaaaa d8  01 02 010000000000 fe bbbbbbbbbbbb 7f",
	  2, 0, 0,
	  { { "11:22:33:44:55:66", 1, 1, -40, "", false, 0, 0, SID_NONE, UNKNOWN_TX, DATA_COMPLETE, 1 },
	    { "00:00:00:00:00:01", 2, 1, 127, "", false, 0, 0, SID_NONE, UNKNOWN_TX, DATA_COMPLETE, 1 } } },
	{ "directed, cut", "0300 0000 1300 3e11 0b 01 01 01 665544332211 01 aaaaaaaaaaaa", 0, 1, 0, NONE },
	{ "directed, anonymous cannot be",
	  "0300 0000 1400 3e12 0b 01 01 ff 665544332211 01 aaaaaaaaaaaa d8", 0, 1, 0, NONE },

	{ "extended, each number of its own",
	  "0300 0000 1e00 3e1c 0d 01 0100 01 665544332211 01 03 0b 14 c4 2001 00 cccccccccccc 02 0a0b", 1, 0, 0,
	  { { "11:22:33:44:55:66", 1, 0, -60, "0a0b", true, 1, 3, 11, 20, DATA_COMPLETE, 0x01 } } },
	{ "extended, more to come; TX power unknown",
	  "0300 0000 1d00 3e1b 0d 01 2000 00 665544332211 03 02 00 7f 7f 0000 00 000000000000 01 0a", 1, 0, 0,
	  { { "11:22:33:44:55:66", 0, 3, 127, "0a", true, 3, 2, 0, UNKNOWN_TX, DATA_MORE, 0x00 } } },
	{ "extended, truncated",
	  "0300 0000 1d00 3e1b 0d 01 4200 00 665544332211 01 01 0f 81 81 0000 00 000000000000 01 0a", 1, 0, 0,
	  { { "11:22:33:44:55:66", 0, 2, -127, "0a", true, 1, 1, 15, -127, DATA_TRUNCATED, 0x02 } } },
	{ "extended, data status 3, no data; scan response",
	  "0300 0000 1c00 3e1a 0d 01 6a00 00 665544332211 01 00 0f 7f 81 0000 00 000000000000 00", 1, 0, 0,
	  { { "11:22:33:44:55:66", 0, 4, -127, "", true, 1, 0, 15, UNKNOWN_TX, DATA_TRUNCATED, 0x0a } } },
	{ "extended, anonymous",
	  "0300 0000 1d00 3e1b 0d 01 0000 ff 665544332211 01 01 02 7f c4 0000 00 000000000000 01 55", 1, 0, 0,
	  { { "00:00:00:00:00:00", 0, 3, -60, "55", true, 1, 1, 2, UNKNOWN_TX, DATA_COMPLETE, 0x00 } } },
	{ "extended, no such address type; the next is good",
	  "0300 0000 3400 3e32 0d 02 0000 04 665544332211 01 01 02 7f c4 0000 00 000000000000 00"
	  " 0000 03 665544332211 01 01 02 7f c4 0000 00 000000000000 00", 1, 1, 0,
	  { { "11:22:33:44:55:66", 3, 3, -60, "", true, 1, 1, 2, UNKNOWN_TX, DATA_COMPLETE, 0x00 } } },
	{ "extended, cut in the head",
	  "0300 0000 1b00 3e19 0d 01 0000 00 665544332211 01 01 02 7f c4 0000 00 000000000000", 0, 1, 0, NONE },
	{ "extended, data longer than the event",
	  "0300 0000 1d00 3e1b 0d 01 0000 00 665544332211 01 01 02 7f c4 0000 00 000000000000 ff 55",
	  0, 1, 0, NONE },
	{ "extended, a legacy one of 32 bytes cannot be",
	  "0300 0000 3c00 3e3a 0d 01 1300 00 665544332211 01 00 ff 7f c4 0000 00 000000000000 20"
	  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", 0, 1, 0, NONE },

	{ "a command", "0200 0000 0400 0c200200", -1, 0, 0, NONE },
	{ "data", "0500 0000 0400 3e020200", -1, 0, 0, NONE },
	{ "opcode 0x0103", "0301 0000 0400 3e020200", -1, 0, 0, NONE },
	{ "another event", "0300 0000 0400 0e020200", -1, 0, 0, NONE },
	{ "another LE event", "0300 0000 0400 3e020100", -1, 0, 0, NONE },
	{ "nothing", "", -1, 0, 0, NONE },
	{ "the header", "0300 0000 0000", -1, 0, 0, NONE },
	{ "the subevent, no number of reports", "0300 0000 0300 3e01 02", -1, 0, 0, NONE },
	{ "the event says it has nothing", "0300 0000 0400 3e00 0200", -1, 0, 0, NONE },
	{ "the channel says it has nothing", "0300 0000 0000 3e02 0200", -1, 0, 0, NONE },
};

START_TEST(test_table)
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		Bytes packet = bytes_of(table[i].packet);
		PacketReport reports[REPORTS_MAX];
		unsigned malformed = 0;
		int n = walk(packet.data, packet.length, reports, REPORTS_MAX, &malformed);

		ck_assert_msg(n == table[i].n, "%s: %d reports", table[i].what, n);
		ck_assert_msg(malformed == table[i].malformed, "%s: %u malformed", table[i].what, malformed);
		for (int k = 0; k < n; k++) {
			const Expected *expected = &table[i].reports[k];
			const ReportInfo *info = &reports[k].info;
			Bytes data = bytes_of(expected->data);
			char addr[ADDR_STRING_SIZE];

			ck_assert_msg(reports[k].index == table[i].index, "%s: index %u", table[i].what,
				      reports[k].index);
			ck_assert_str_eq(addr_format(&info->addr, addr), expected->addr);
			ck_assert_uint_eq(info->addr.type, expected->addr_type);
			ck_assert_msg(info->adv_type == expected->adv_type, "%s: type %u", table[i].what,
				      info->adv_type);
			ck_assert_int_eq(info->rssi, expected->rssi);
			ck_assert_int_eq(info->extended, expected->extended);
			ck_assert_uint_eq(info->primary_phy, expected->primary_phy);
			ck_assert_uint_eq(info->secondary_phy, expected->secondary_phy);
			ck_assert_uint_eq(info->sid, expected->sid);
			ck_assert_int_eq(info->tx_power, expected->tx_power);
			ck_assert_uint_eq(reports[k].status, expected->status);
			ck_assert_uint_eq(reports[k].event_type, expected->event_type);
			ck_assert_uint_eq(info->length, data.length);
			ck_assert(data.length == 0 || memcmp(info->data, data.data, data.length) == 0);
			free(data.data);
		}
		free(packet.data);
	}
}
END_TEST

/* What the bits of an extended report's event type make of it. */
START_TEST(test_extended_types)
{
	static const struct {
		uint8_t bits;
		uint8_t adv_type;
		bool extended;
	} types[] = {
		/* the legacy PDUs of Vol 4 Part E 7.7.65.13 */
		{ 0x13, ADV_CONNECTABLE, false },
		{ 0x15, ADV_CONNECTABLE_DIRECTED, false },
		{ 0x12, ADV_SCANNABLE, false },
		{ 0x10, ADV_NON_CONNECTABLE, false },
		{ 0x1b, ADV_SCAN_RESPONSE, false },
		{ 0x1a, ADV_SCAN_RESPONSE, false },
		/* the others */
		{ 0x00, ADV_NON_CONNECTABLE, true },
		{ 0x01, ADV_CONNECTABLE, true },
		{ 0x02, ADV_SCANNABLE, true },
		{ 0x04, ADV_NON_CONNECTABLE, true },	/* non-connectable and directed */
		{ 0x05, ADV_CONNECTABLE_DIRECTED, true },
		{ 0x06, ADV_SCANNABLE, true },
		{ 0x08, ADV_SCAN_RESPONSE, true },
		{ 0x0a, ADV_SCAN_RESPONSE, true },
		{ 0x0e, ADV_SCAN_RESPONSE, true },
	};
	Bytes packet = bytes_of("0300 0000 1c00 3e1a 0d 01 0000 00 665544332211 01 01 02 7f c4 0000 00 000000000000"
				"00");

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		for (unsigned status = 0; status < 4; status++) {
			PacketReport report;

			packet.data[10] = (uint8_t)(types[i].bits | status << 5);
			packet.data[11] = 0xff;		/* bits 8 to 15 are not for us */
			ck_assert_int_eq(walk(packet.data, packet.length, &report, 1, NULL), 1);
			ck_assert_uint_eq(report.info.adv_type, types[i].adv_type);
			ck_assert_int_eq(report.info.extended, types[i].extended);
			ck_assert_uint_eq(report.event_type, 0xff00 | types[i].bits);
			ck_assert_uint_eq(report.status, status == 3 ? DATA_TRUNCATED : status);
		}
	}
	free(packet.data);
}
END_TEST

/* An event may have as many reports as fit. */
START_TEST(test_full_event)
{
	enum { REPORTS = 25 };
	uint8_t packet[PACKET_MAX] = { 3, 0, 0, 0, 2 + 2 + 10 * REPORTS, 0, 0x3e, 2 + 10 * REPORTS, 0x02, REPORTS };
	PacketReport reports[REPORTS];

	for (uint8_t i = 0; i < REPORTS; i++) {
		packet[10 + 10 * i + 2] = i;
		packet[10 + 10 * i + 9] = i;
	}
	ck_assert_int_eq(walk(packet, 10 + 10 * REPORTS, reports, REPORTS, NULL), REPORTS);
	for (uint8_t i = 0; i < REPORTS; i++) {
		ck_assert_uint_eq(reports[i].info.addr.bytes[5], i);
		ck_assert_int_eq(reports[i].info.rssi, i);
	}
}
END_TEST

/* Cut anywhere, with any length said anywhere, and with any byte of it changed. */
START_TEST(test_hostile)
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		Bytes packet = bytes_of(table[i].packet);

		for (size_t length = 0; length < packet.length; length++)
			must(walk_copy(packet.data, length) <= table[i].n);
		for (size_t at = 0; at < packet.length; at++) {
			uint8_t before = packet.data[at];

			for (unsigned value = 0; value < 256; value++) {
				packet.data[at] = (uint8_t)value;
				walk_copy(packet.data, packet.length);
			}
			packet.data[at] = before;
		}
		free(packet.data);
	}
}
END_TEST

UNIT_MAIN("packet", test_table, test_extended_types, test_full_event, test_hostile)
