/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Captures, byte for byte: legacy reports, extended ones, fragments, and what the formats put around them. */
#include <string.h>

#include "client/text.h"
#include "core/report.h"
#include "ctl/capture.h"
#include "meaning/addr.h"
#include "unit.h"

#define WALL 1700000000000000	/* added to a report's time */

/* As the monitor tells a legacy report; what differs goes on top. */
static bb_stream_report heard(void)
{
	static const uint8_t data[BB_STREAM_DATAGRAM_MAX] = { 0x02, 0x01, 0x06 };

	return (bb_stream_report){
		.time = 1500007,
		.sequence = 5,
		.address = { 0xc4, 0x01, 0x02, 0x03, 0x04, 0x05 },
		.addr_type = ADDR_RANDOM,
		.adv_type = ADV_CONNECTABLE,
		.rssi = -50,
		.tx_power = TX_POWER_UNKNOWN,
		.sid = SID_NONE,
		.length = 3,
		.data = data,
	};
}

/* As an extended advertisement that one event holds. */
static bb_stream_report heard_extended(uint16_t length)
{
	bb_stream_report report = heard();

	report.adv_type = ADV_NON_CONNECTABLE;
	report.tx_power = -4;
	report.primary_phy = 1;
	report.secondary_phy = 2;
	report.sid = 9;
	report.flags = BB_STREAM_EXTENDED;
	report.length = length;
	return report;
}

static GByteArray *captured(CaptureFormat format, const bb_stream_report *report, uint64_t lost)
{
	GByteArray *out = g_byte_array_new();

	capture_append(out, format, report, WALL, lost);
	return out;
}

static void expect_hex(const uint8_t *bytes, size_t length, const char *hex)
{
	g_autoptr(GString) have = g_string_new(NULL);
	g_autofree char *want = g_strdup(hex);
	char *to = want;

	for (const char *at = hex; *at; at++)
		if (*at != ' ')
			*to++ = *at;
	*to = '\0';
	text_append_hex(have, bytes, length);
	ck_assert_str_eq(have->str, want);
}

#define PCAP_HEAD (16 + 4)

/* The one packet of a pcap record: what follows the direction. */
static void expect_packet(const bb_stream_report *report, const char *hex)
{
	g_autoptr(GByteArray) out = captured(CAPTURE_PCAP, report, 0);

	ck_assert_uint_gt(out->len, PCAP_HEAD);
	expect_hex(out->data + PCAP_HEAD, out->len - PCAP_HEAD, hex);
}

START_TEST(test_headers)
{
	g_autoptr(GByteArray) pcap = g_byte_array_new(), btsnoop = g_byte_array_new();

	capture_begin(pcap, CAPTURE_PCAP);
	expect_hex(pcap->data, pcap->len, "d4c3b2a1 0200 0400 00000000 00000000 ffff0000 c9000000");
	capture_begin(btsnoop, CAPTURE_BTSNOOP);
	expect_hex(btsnoop->data, btsnoop->len, "6274736e6f6f7000 00000001 000003ea");
}
END_TEST

/* 1700000001.500007 s: 0x6553f101, 0x07a127 µs; as btsnoop has it: + 0x00dcddb30f2f8000 */
START_TEST(test_records)
{
	const bb_stream_report report = heard();
	g_autoptr(GByteArray) pcap = captured(CAPTURE_PCAP, &report, 3),
			      btsnoop = captured(CAPTURE_BTSNOOP, &report, 3);
	g_autoptr(GByteArray) many = captured(CAPTURE_BTSNOOP, &report, UINT64_MAX);

	expect_hex(pcap->data, pcap->len, "01f15365 27a10700 16000000 16000000 00000001"
		   "043e0f 02 01 00 01 0504030201c4 03 020106 ce");
	expect_hex(btsnoop->data, btsnoop->len, "00000012 00000012 00000003 00000003 00e2e7d72764a367"
		   "043e0f 02 01 00 01 0504030201c4 03 020106 ce");
	expect_hex(many->data + 12, 4, "ffffffff");
}
END_TEST

START_TEST(test_legacy)
{
	static const char *const types[] = { "00", "01", "02", "03", "04" };
	bb_stream_report report = heard();

	for (uint8_t type = 0; type <= ADV_SCAN_RESPONSE; type++) {
		g_autofree char *hex = g_strdup_printf("043e0c 02 01 %s 03 0504030201c4 00 7f", types[type]);

		report.adv_type = type;
		report.addr_type = ADDR_RANDOM_RPA;
		report.length = 0;
		report.rssi = RSSI_UNKNOWN;
		expect_packet(&report, hex);
		ck_assert(!capture_is_guess(&report));
	}

	/* as much as it holds */
	report = heard();
	report.length = 31;
	expect_packet(&report, "043e2b 02 01 00 01 0504030201c4 1f 020106"
		      "00000000000000000000000000000000000000000000000000000000 ce");
}
END_TEST

START_TEST(test_extended)
{
	bb_stream_report report = heard_extended(3);

	expect_packet(&report,
		      "043e1d 0d 01 0000 01 0504030201c4 01 02 09 fc ce 0000 00 000000000000 03 020106");
	report.adv_type = ADV_CONNECTABLE;
	expect_packet(&report,
		      "043e1d 0d 01 0100 01 0504030201c4 01 02 09 fc ce 0000 00 000000000000 03 020106");
	report.adv_type = ADV_CONNECTABLE_DIRECTED;
	expect_packet(&report,
		      "043e1d 0d 01 0500 01 0504030201c4 01 02 09 fc ce 0000 00 000000000000 03 020106");
	report.adv_type = ADV_SCANNABLE;
	expect_packet(&report,
		      "043e1d 0d 01 0200 01 0504030201c4 01 02 09 fc ce 0000 00 000000000000 03 020106");
	report.adv_type = ADV_SCAN_RESPONSE;
	expect_packet(&report,
		      "043e1d 0d 01 0a00 01 0504030201c4 01 02 09 fc ce 0000 00 000000000000 03 020106");

	/* of nobody */
	report = heard_extended(0);
	memset(report.address, 0, sizeof(report.address));
	report.addr_type = ADDR_PUBLIC;
	expect_packet(&report, "043e1a 0d 01 0000 ff 000000000000 01 02 09 fc ce 0000 00 000000000000 00");
}
END_TEST

/* Legacy advertisements that a controller with extended scanning heard. */
START_TEST(test_extended_legacy)
{
	static const struct {
		uint8_t type;
		const char *hex;
	} rows[] = {
		{ ADV_CONNECTABLE, "13" }, { ADV_CONNECTABLE_DIRECTED, "15" }, { ADV_SCANNABLE, "12" },
		{ ADV_NON_CONNECTABLE, "10" }, { ADV_SCAN_RESPONSE, "1b" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		g_autofree char *hex = g_strdup_printf(
			"043e1d 0d 01 %s00 01 0504030201c4 01 00 ff 7f ce 0000 00 000000000000"
			" 03 020106",
			rows[i].hex);
		bb_stream_report report = heard();

		report.adv_type = rows[i].type;
		report.primary_phy = 1;
		expect_packet(&report, hex);
	}
}
END_TEST

/* BlueZ's D-Bus: without a type, at times more data than a legacy advertisement has. */
START_TEST(test_guess)
{
	bb_stream_report report = heard();

	report.adv_type = ADV_UNKNOWN;
	report.flags = BB_STREAM_SYNTHESIZED;
	report.tx_power = 4;
	ck_assert(capture_is_guess(&report));
	expect_packet(&report, "043e0f 02 01 00 01 0504030201c4 03 020106 ce");

	report.length = 32;
	expect_packet(&report,
		      "043e3a 0d 01 0100 01 0504030201c4 01 00 ff 04 ce 0000 00 000000000000 20 020106"
		      "0000000000000000000000000000000000000000000000000000000000");

	/* a number that no version of HCI has */
	report = heard();
	report.adv_type = ADV_UNKNOWN;
	ck_assert(capture_is_guess(&report));
	expect_packet(&report, "043e0f 02 01 00 01 0504030201c4 03 020106 ce");
}
END_TEST

/* Takes the records of a capture apart again; says each event's type and length of data, and puts the data
 * together. */
static char *fragments(const bb_stream_report *report, GByteArray *data)
{
	g_autoptr(GByteArray) out = captured(CAPTURE_BTSNOOP, report, 0);
	GString *told = g_string_new(NULL);

	for (size_t at = 0; at < out->len;) {
		const uint8_t *record = out->data + at, *packet = record + 24;
		size_t length = (size_t)record[2] << 8 | record[3];

		ck_assert_uint_eq(packet[2], length - 3);
		ck_assert_uint_eq(packet[3], 0x0d);
		ck_assert_uint_eq(packet[28], length - 29);
		expect_hex(record + 16, 8, "00e2e7d72764a367");
		expect_hex(packet + 7, 21, "01 0504030201c4 01 02 09 fc ce 0000 00 000000000000");
		g_string_append_printf(told, "%02x:%u ", packet[5], packet[28]);
		g_byte_array_append(data, packet + 29, packet[28]);
		at += 24 + length;
	}
	return g_string_free(told, FALSE);
}

static void expect_fragments(uint16_t length, uint8_t flags, const char *expected)
{
	g_autoptr(GByteArray) data = g_byte_array_new();
	bb_stream_report report = heard_extended(length);
	g_autofree uint8_t *sent = g_malloc(length + 1u);
	g_autofree char *told = NULL;

	for (size_t i = 0; i < length; i++)
		sent[i] = (uint8_t)(i * 7 + (i >> 8));
	report.data = sent;
	report.flags |= flags;
	told = fragments(&report, data);
	ck_assert_str_eq(told, expected);
	ck_assert_uint_eq(data->len, length);
	ck_assert(memcmp(data->data, sent, length) == 0);
}

START_TEST(test_fragments)
{
	expect_fragments(229, 0, "00:229 ");
	expect_fragments(230, 0, "20:229 00:1 ");
	expect_fragments(458, 0, "20:229 00:229 ");
	expect_fragments(1650, 0, "20:229 20:229 20:229 20:229 20:229 20:229 20:229 00:47 ");
}
END_TEST

START_TEST(test_truncated)
{
	bb_stream_report report = heard_extended(0);

	expect_fragments(3, BB_STREAM_TRUNCATED, "40:3 ");
	expect_fragments(229, BB_STREAM_TRUNCATED, "40:229 ");
	expect_fragments(300, BB_STREAM_TRUNCATED, "20:229 40:71 ");

	report.flags |= BB_STREAM_TRUNCATED;
	expect_packet(&report, "043e1a 0d 01 4000 01 0504030201c4 01 02 09 fc ce 0000 00 000000000000 00");
}
END_TEST

UNIT_MAIN("ctl-capture", test_headers, test_records, test_legacy, test_extended, test_extended_legacy,
	  test_guess, test_fragments, test_truncated)
