/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reports as messages: each format's topic and payload, byte for byte. */
#include <bluebroker-stream.h>
#include <string.h>

#include "meaning/ad.h"
#include "meaning/constants.h"
#include "mqtt/format.h"
#include "unit.h"

#define RUUVI_TAG "\x02\x01\x06\x1b\xff\x99\x04\x05\x15\xae\x4c\x6d\xc6\xd7\x00\x0c\xff\xf8\x03" \
	"\xf4\xad\xb6\xad\x69\x7f\xf4\x1f\x0c\x28\xcb\xd6"
#define NORDIC "\x9e\xca\xdc\x24\x0e\xe5\xa9\xe0\x93\xf3\xa3\xb5\x01\x00\x40\x6e"

static FormatContext context = { .prefix = "bb/site", .gateway = "gw1", .radio = "C8:25:2D:8E:9C:2C" };
static GString *topic, *payload;

static void setup(void)
{
	context.names = device_names_new(8);
	topic = g_string_new("before");
	payload = g_string_new("before");
}

static void teardown(void)
{
	device_names_free(context.names);
	g_string_free(topic, TRUE);
	g_string_free(payload, TRUE);
}

/* Of a device whose address ends with number, as a source without details has it. */
static Heard heard_of(uint8_t number, const char *data, size_t length)
{
	return (Heard){
		.report = {
			.time = 5000000,
			.sequence = 3,
			.address = { 0xc0, 0xab, 3, 4, 5, number },
			.addr_type = ADDR_RANDOM,
			.adv_type = ADV_UNKNOWN,
			.rssi = -60,
			.tx_power = TX_POWER_UNKNOWN,
			.sid = SID_NONE,
			.data = (const uint8_t *)data,
			.length = (uint16_t)length,
		},
		.unix_us = UINT64_C(1653668027999999),
		.sequence = 17,
		.lost = 2,
	};
}

static void learn(const Heard *heard)
{
	Addr addr;

	memcpy(addr.bytes, heard->report.address, sizeof(addr.bytes));
	device_names_learn(context.names, &addr, heard->report.data, heard->report.length);
}

START_TEST(test_json)
{
	static const struct {
		Heard heard;
		const char *payload;
	} rows[] = {
		{ { .report = { .address = { 1, 2, 3, 4, 5, 6 }, .adv_type = ADV_UNKNOWN,
				.rssi = RSSI_UNKNOWN, .tx_power = TX_POWER_UNKNOWN, .sid = SID_NONE },
		    .sequence = 1 },
		  "{\"gateway\":\"gw1\",\"time_ms\":0,\"address\":\"01:02:03:04:05:06\","
		  "\"address_type\":\"public\",\"adv_type\":255,\"adv_type_name\":\"unknown\","
		  "\"rssi\":null,\"name\":null,\"data\":\"\","
		  "\"sequence\":1,\"lost\":0}" },
		{ { .report = { .address = { 1, 2, 3, 4, 5, 6 }, .addr_type = ADDR_RANDOM_RPA,
				.adv_type = ADV_SCAN_RESPONSE, .rssi = -128, .tx_power = -4, .primary_phy = 1,
				.secondary_phy = 3, .flags = 0xff, .length = 6,
				.data = (const uint8_t *)"\x05\x09\"\\\x1b\xff" },
		    .unix_us = UINT64_MAX, .sequence = UINT64_MAX, .lost = UINT64_MAX },
		  "{\"gateway\":\"gw1\",\"time_ms\":18446744073709551,\"address\":\"01:02:03:04:05:06\","
		  "\"address_type\":\"random-rpa\",\"adv_type\":4,\"adv_type_name\":\"SCAN_RSP\","
		  "\"rssi\":-128,\"name\":\"\\\"\\\\\\u001b\357\277\275\",\"data\":\"0509225c1bff\","
		  "\"tx_power\":-4,\"primary_phy\":1,\"secondary_phy\":3,\"sid\":0,\"extended\":true,"
		  "\"synthesized\":true,\"truncated\":true,\"sequence\":18446744073709551615,\"lost\":18446744073709551615}" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		learn(&rows[i].heard);
		format_json(&context, &rows[i].heard, topic, payload);
		ck_assert_str_eq(topic->str, "bb/site/gw1/report/01:02:03:04:05:06");
		ck_assert_str_eq(payload->str, rows[i].payload);
	}
}
END_TEST

/* The name comes in another packet than the data, and is there from then on. */
START_TEST(test_name_of_another_packet)
{
	const Heard data = heard_of(1, "\x03\xff\x4c\x00", 4), name = heard_of(1, "\x03\x09Hi", 4);
	const Heard other = heard_of(2, "\x03\xff\x4c\x00", 4);

	learn(&data);
	format_json(&context, &data, topic, payload);
	ck_assert_ptr_nonnull(strstr(payload->str, "\"name\":null"));
	learn(&name);
	format_json(&context, &data, topic, payload);
	ck_assert_ptr_nonnull(strstr(payload->str, "\"name\":\"Hi\""));
	format_json(&context, &other, topic, payload);
	ck_assert_ptr_nonnull(strstr(payload->str, "\"name\":null"));
	ck_assert(format_theengs(&context, &data, 0, topic, payload));
	ck_assert_ptr_nonnull(strstr(payload->str, "\"name\":\"Hi\""));
}
END_TEST

START_TEST(test_ruuvi)
{
	Heard heard = heard_of(6, RUUVI_TAG, sizeof(RUUVI_TAG) - 1);

	heard.report.rssi = -26;
	format_ruuvi(&context, &heard, UINT64_C(1653668029000000), topic, payload);
	ck_assert_str_eq(topic->str, "ruuvi/C8:25:2D:8E:9C:2C/C0:AB:03:04:05:06");
	ck_assert_str_eq(payload->str,
			 "{\"gw_mac\":\"C8:25:2D:8E:9C:2C\",\"rssi\":-26,\"aoa\":[],\"gwts\":\"1653668029\","
			 "\"ts\":\"1653668027\","
			 "\"data\":\"0201061BFF99040515AE4C6DC6D7000CFFF803F4ADB6AD697FF41F0C28CBD6\","
			 "\"coords\":\"\"}");

	heard = heard_of(6, NULL, 0);
	heard.report.rssi = RSSI_UNKNOWN;
	heard.unix_us = 0;
	format_ruuvi(&context, &heard, 999999, topic, payload);
	ck_assert_str_eq(payload->str, "{\"gw_mac\":\"C8:25:2D:8E:9C:2C\",\"aoa\":[],\"gwts\":\"0\","
			 "\"ts\":\"0\",\"data\":\"\",\"coords\":\"\"}");
}
END_TEST

#define DATA(text) text, sizeof(text) - 1
#define HEAD "{\"id\":\"C0:AB:03:04:05:09\","

START_TEST(test_theengs)
{
	static const struct {
		const char *data;
		size_t length;
		const char *payloads[3];
	} rows[] = {
		{ DATA(""), { NULL } },
		{ DATA("\x02\x01\x06\x03\x03\x0d\x18"), { NULL } },	/* nothing to decode */
		{ DATA("\x02\x01\x06\x05\xff\x4c\x00\xaa\xbb"),
		  { HEAD "\"rssi\":-60,\"manufacturerdata\":\"4c00aabb\"}" } },
		/* of several manufacturer data the first; one that is too short for a company is none */
		{ DATA("\x02\xff\x4c\x03\xff\x01\x02\x04\xff\x03\x04\x05"),
		  { HEAD "\"rssi\":-60,\"manufacturerdata\":\"0102\"}" } },
		{ DATA("\x05\x16\xaa\xfe\x10\xeb"),
		  { HEAD "\"rssi\":-60,\"servicedatauuid\":\"feaa\",\"servicedata\":\"10eb\"}" } },
		{ DATA("\x03\x16\x1a\x18"),
		  { HEAD "\"rssi\":-60,\"servicedatauuid\":\"181a\",\"servicedata\":\"\"}" } },
		/* a message for each, all with the manufacturer data, which may come last */
		{ DATA("\x05\x16\xaa\xfe\x10\xeb\x02\x16\x0d\x06\x20\x78\x56\x34\x12\xff\x03\xff\x4c\x00"),
		  { HEAD "\"rssi\":-60,\"manufacturerdata\":\"4c00\",\"servicedatauuid\":\"feaa\","
		    "\"servicedata\":\"10eb\"}",
		    HEAD "\"rssi\":-60,\"manufacturerdata\":\"4c00\",\"servicedatauuid\":\"12345678\","
		    "\"servicedata\":\"ff\"}" } },
		{ DATA("\x12\x21" NORDIC "\x01"),
		  { HEAD "\"rssi\":-60,\"servicedatauuid\":\"6e400001-b5a3-f393-e0a9-e50e24dcca9e\","
		    "\"servicedata\":\"01\"}" } },
		/* it tells its name, which is enough */
		{ DATA("\x03\x08Hi"), { HEAD "\"name\":\"Hi\",\"rssi\":-60}" } },
		{ DATA("\x05\xff\x4c\x00\xaa\xbb"),
		  { HEAD "\"name\":\"Hi\",\"rssi\":-60,\"manufacturerdata\":\"4c00aabb\"}" } },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const Heard heard = heard_of(9, rows[i].data, rows[i].length);
		unsigned count = 0;

		learn(&heard);
		while (format_theengs(&context, &heard, count, topic, payload)) {
			ck_assert_msg(count < 3 && rows[i].payloads[count], "row %zu: one too many: %s", i,
				      payload->str);
			ck_assert_str_eq(topic->str, "home/gw1/BTtoMQTT/undecoded");
			ck_assert_str_eq(payload->str, rows[i].payloads[count]);
			count++;
		}
		ck_assert_msg(!rows[i].payloads[count], "row %zu: %u messages", i, count);
	}
}
END_TEST

START_TEST(test_theengs_without_rssi)
{
	Heard heard = heard_of(9, "\x03\xff\x4c\x00", 4);

	heard.report.rssi = RSSI_UNKNOWN;
	ck_assert(format_theengs(&context, &heard, 0, topic, payload));
	ck_assert_str_eq(payload->str, HEAD "\"manufacturerdata\":\"4c00\"}");
}
END_TEST

START_TEST(test_binary_layout)
{
	static const uint8_t wanted[] = {
		0x62, 0x62, 1, 24, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,		/* -1 */
		37, 0, 0x40, 0x4b, 0x4c, 0, 0, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0, 0,
		0xc0, 0xab, 3, 4, 5, 6, 1, 255, 0xc4, 127, 1, 3, 255, 7, 3, 0, 2, 1, 6,
	};
	Heard heard = heard_of(6, "\x02\x01\x06", 3);
	FormatBinary binary;

	heard.unix_us = heard.report.time - 1;
	heard.report.primary_phy = 1;
	heard.report.secondary_phy = 3;
	heard.report.flags = 7;
	format_binary_init(&binary);
	ck_assert(format_binary_add(&binary, &heard, 0));	/* an empty one takes any */
	ck_assert_uint_eq(binary.payload->len, sizeof(wanted));
	ck_assert_mem_eq(binary.payload->data, wanted, sizeof(wanted));
	format_binary_topic(&context, topic);
	ck_assert_str_eq(topic->str, "bb/site/gw1/reports");
	format_binary_clear(&binary);
}
END_TEST

/* Several, read with the header that consumers have: numbers are this program's, the loss is the newest's. */
START_TEST(test_binary_read)
{
	Heard heard = heard_of(1, "\x02\x01\x06", 3);
	bb_stream_report report;
	FormatBinary binary;
	bb_stream_iter iter;

	format_binary_init(&binary);
	for (unsigned round = 0; round < 2; round++) {
		for (uint8_t i = 0; i < 3; i++) {
			heard.sequence = 10 + i;
			heard.lost = 2U * i;
			ck_assert(format_binary_add(&binary, &heard, 24 + 3 * 37));
		}
		ck_assert(!format_binary_add(&binary, &heard, 24 + 3 * 37 + 36));
		ck_assert_uint_eq(binary.count, 3);

		ck_assert_int_eq(bb_stream_open(binary.payload->data, binary.payload->len, &iter), 0);
		ck_assert_uint_eq(iter.lost, 4);
		ck_assert_uint_eq(iter.count, 3);
		for (unsigned i = 0; i < 3; i++) {
			ck_assert_int_eq(bb_stream_next(&iter, &report), 1);
			ck_assert_uint_eq(report.sequence, 10 + i);
			ck_assert_uint_eq(report.time + (uint64_t)iter.to_unix, heard.unix_us);
		}
		ck_assert_int_eq(bb_stream_next(&iter, &report), 0);
		ck_assert_uint_eq(iter.left, 0);
		format_binary_restart(&binary);
		ck_assert_uint_eq(binary.payload->len, 0);
	}
	format_binary_clear(&binary);
}
END_TEST

/* A message has one difference between the clocks. */
START_TEST(test_binary_clock)
{
	static const struct {
		int64_t step;
		bool fits;
	} rows[] = { { 0, true }, { 10000, true }, { -10000, true }, { 10001, false }, { -10001, false } };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		Heard heard = heard_of(1, "\x02\x01\x06", 3);
		FormatBinary binary;

		format_binary_init(&binary);
		ck_assert(format_binary_add(&binary, &heard, 4096));
		heard.unix_us += (uint64_t)rows[i].step;
		ck_assert_msg(format_binary_add(&binary, &heard, 4096) == rows[i].fits, "row %zu", i);
		format_binary_restart(&binary);
		ck_assert(format_binary_add(&binary, &heard, 4096));
		format_binary_clear(&binary);
	}
}
END_TEST

START_TEST(test_binary_count)
{
	Heard heard = heard_of(1, NULL, 0);
	FormatBinary binary;

	format_binary_init(&binary);
	for (unsigned i = 0; i < UINT16_MAX; i++)
		must(format_binary_add(&binary, &heard, SIZE_MAX));
	ck_assert(!format_binary_add(&binary, &heard, SIZE_MAX));
	format_binary_clear(&binary);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_json, test_name_of_another_packet, test_ruuvi, test_theengs, test_theengs_without_rssi,
		test_binary_layout, test_binary_read, test_binary_clock, test_binary_count, NULL,
	};

	return run_tests("mqtt-format", tests, setup, teardown, 120);
}
