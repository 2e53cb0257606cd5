/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text for terminals, JSON, and the lines of a scan. */
#include <string.h>

#include "client/boottime.h"
#include "client/heard.h"
#include "client/json.h"
#include "client/text.h"
#include "meaning/names.h"
#include "unit.h"

START_TEST(test_text)
{
	static const struct {
		const char *bytes;
		gssize length;
		const char *utf8;
		const char *ascii;
	} rows[] = {
		{ "", -1, "", "" },
		{ "Heart Rate", -1, "Heart Rate", "Heart Rate" },
		{ "a\033[31mb", -1, "a\xef\xbf\xbd[31mb", "a?[31mb" },
		{ "a\nb\tc\x7f", -1, "a\xef\xbf\xbd" "b\xef\xbf\xbd" "c\xef\xbf\xbd", "a?b?c?" },
		{ "a\0b", 3, "a\xef\xbf\xbd" "b", "a?b" },
		{ "\xc2\x9b" "31m", -1, "\xef\xbf\xbd" "31m", "?31m" },			/* C1: CSI */
		{ "\xe2\x80\xae" "abc", -1, "\xef\xbf\xbd" "abc", "?abc" },		/* right-to-left override */
		{ "\xe2\x80\xa8", -1, "\xef\xbf\xbd", "?" },				/* line separator */
		{ "\xff\xc3", -1, "\xef\xbf\xbd\xef\xbf\xbd", "??" },
		{ "K\xc3\xbc" "che", -1, "K\xc3\xbc" "che", "K?che" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		g_autofree char *utf8 = text_clean(rows[i].bytes, rows[i].length);

		ck_assert_str_eq(utf8, rows[i].utf8);
		text_set_utf8(false);
		g_autofree char *ascii = text_clean(rows[i].bytes, rows[i].length);
		text_set_utf8(true);
		ck_assert_str_eq(ascii, rows[i].ascii);
	}
}
END_TEST

START_TEST(test_cells)
{
	static const struct {
		const char *text;
		unsigned cells;
		const char *result;
	} rows[] = {
		{ "", 0, "" },
		{ "", 3, "   " },
		{ "abc", 3, "abc" },
		{ "abcd", 3, "ab\xe2\x80\xa6" },
		{ "abcd", 1, "\xe2\x80\xa6" },
		{ "abcd", 0, "" },
		{ "\xe6\xbc\xa2\xe5\xad\x97", 4, "\xe6\xbc\xa2\xe5\xad\x97" },			/* wide: two cells each */
		{ "\xe6\xbc\xa2\xe5\xad\x97", 3, "\xe6\xbc\xa2\xe2\x80\xa6" },
		{ "\xe6\xbc\xa2\xe5\xad\x97", 2, "\xe2\x80\xa6 " },
		{ "e\xcc\x81x", 2, "e\xcc\x81x" },						/* a combining accent: none */
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		g_autoptr(GString) out = g_string_new(NULL);

		text_append_cells(out, rows[i].text, rows[i].cells);
		ck_assert_str_eq(out->str, rows[i].result);
		ck_assert_uint_eq(text_width(out->str), rows[i].cells);
	}
}
END_TEST

static char *json_of(const char *variant)
{
	g_autoptr(GVariant) value = g_variant_ref_sink(g_variant_new_parsed(variant));
	GString *out = g_string_new(NULL);
	Json json;

	json_init(&json, out);
	json_variant(&json, value);
	return g_string_free(out, FALSE);
}

START_TEST(test_json)
{
	static const struct {
		const char *variant;
		const char *json;
	} rows[] = {
		{ "true", "true" },
		{ "byte 200", "200" },
		{ "int16 -70", "-70" },
		{ "uint64 18446744073709551615", "18446744073709551615" },
		{ "int64 -9223372036854775808", "-9223372036854775808" },
		{ "1.5", "1.5" },
		{ "'a\"b\\\\c'", "\"a\\\"b\\\\c\"" },
		{ "'\\u001b[31m\\n'", "\"\\u001b[31m\\u000a\"" },
		{ "'\\u009b'", "\"\\u009b\"" },
		{ "'\\u202e'", "\"\\u202e\"" },
		{ "'\\u00fc'", "\"\xc3\xbc\"" },
		{ "[byte 1, 255]", "\"01ff\"" },
		{ "@ay []", "\"\"" },
		{ "@as []", "[]" },
		{ "['a', 'b']", "[\"a\",\"b\"]" },
		{ "{'A': <uint32 1>, 'B': <[{'C': <true>}]>}", "{\"A\":1,\"B\":[{\"C\":true}]}" },
		{ "@a{sv} {}", "{}" },
		{ "{uint16 76: 'x'}", "{\"76\":\"x\"}" },
		{ "(1, 'a', [(2, [3])])", "[1,\"a\",[[2,[3]]]]" },
		{ "objectpath '/a/b'", "\"/a/b\"" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		g_autofree char *json = json_of(rows[i].variant);

		ck_assert_str_eq(json, rows[i].json);
	}
}
END_TEST

START_TEST(test_json_hostile_strings)
{
	g_autoptr(GString) out = g_string_new(NULL);
	Json json;

	json_init(&json, out);
	json_begin_array(&json);
	json_string(&json, "a\0b\xff", 4);
	json_string(&json, "\xf0\x9f\x98\x80", -1);
	json_string(&json, "\xf3\xa0\x81\x81", -1);	/* an invisible tag character, beyond 16 bits */
	json_double(&json, 1.0 / 0.0);
	json_end_array(&json);
	ck_assert_str_eq(out->str, "[\"a\xef\xbf\xbd"
				   "b\xef\xbf\xbd\",\"\xf0\x9f\x98\x80\",\"\\udb40\\udc41\",null]");
}
END_TEST

typedef void (*Append)(GString *, const Heard *, const HeardStyle *);

static char *print_report(Append append, const bb_stream_report *report, bool raw)
{
	HeardStyle style = { .raw = raw, .wall_offset = 0, .lost = 9 };
	GString *out = g_string_new(NULL);
	Heard heard;

	heard_init(&heard, report);
	append(out, &heard, &style);
	return g_string_free(out, FALSE);
}

static char *print_heard(Append append, int8_t rssi, uint8_t adv_type, const char *data, uint16_t length,
			 bool raw)
{
	const bb_stream_report report = {
		.time = 1500000,
		.sequence = 7,
		.address = { 0xc0, 0, 0, 0, 0, 1 },
		.addr_type = ADDR_RANDOM,
		.adv_type = adv_type,
		.rssi = rssi,
		.tx_power = BB_STREAM_TX_POWER_UNKNOWN,
		.sid = BB_STREAM_SID_NONE,
		.flags = BB_STREAM_SYNTHESIZED,
		.length = length,
		.data = (const uint8_t *)data,
	};

	return print_report(append, &report, raw);
}

#define EVIL "\x08\x09" "a\033[2J\n" "b"	/* a name that clears the screen and begins a line */
#define EVIL_LENGTH 9

START_TEST(test_lines)
{
	g_autofree char *evil = print_heard(heard_append_line, -60, 0, EVIL, EVIL_LENGTH, false);
	g_autofree char *unknown =
		print_heard(heard_append_line, 127, 255, "\x05\xff\xfe\xff\x01\x02", 6, false);
	g_autofree char *raw = print_heard(heard_append_line, -6, 4, "\x02\x01\x06", 3, true);
	g_autofree char *empty = print_heard(heard_append_line, -6, 3, "", 0, true);

	/* after the time of day, which depends on the time zone */
	ck_assert_str_eq(evil + 12, " C0:00:00:00:00:01 random  -60 dBm CONN_ADV     "
				    "\"a\xef\xbf\xbd[2J\xef\xbf\xbd" "b\" -\n");
	ck_assert_str_eq(unknown + 12,
			 " C0:00:00:00:00:01 random    ? dBm unknown      - company 0xfffe: 0102\n");
	ck_assert_str_eq(raw + 12, " C0:00:00:00:00:01 random   -6 dBm SCAN_RSP     - 020106\n");
	ck_assert_str_eq(empty + 12, " C0:00:00:00:00:01 random   -6 dBm NON_CONN_ADV - -\n");
}
END_TEST

START_TEST(test_json_lines)
{
	g_autofree char *evil = print_heard(heard_append_json, -60, 0, EVIL, EVIL_LENGTH, true);
	g_autofree char *unknown = print_heard(heard_append_json, 127, 255, "\x02\x0a\x04", 3, false);

	ck_assert_str_eq(evil, "{\"time\":\"1970-01-01T00:00:01.500000Z\",\"boottime_us\":1500000,"
			 "\"address\":\"C0:00:00:00:00:01\",\"address_type\":\"random\",\"adv_type\":0,"
			 "\"adv_type_name\":\"CONN_ADV\",\"rssi\":-60,\"name\":\"a\\u001b[2J\\u000ab\","
			 "\"data\":\"0809611b5b324a0a62\",\"synthesized\":true,\"sequence\":7,\"lost\":9}\n");
	ck_assert_str_eq(
		unknown,
		"{\"time\":\"1970-01-01T00:00:01.500000Z\",\"boottime_us\":1500000,"
		"\"address\":\"C0:00:00:00:00:01\",\"address_type\":\"random\",\"adv_type\":255,"
		"\"adv_type_name\":\"unknown\",\"rssi\":null,\"name\":null,\"data\":\"020a04\","
		"\"fields\":[{\"type\":10,\"type_name\":\"TX power\",\"data\":\"04\",\"tx_power\":4}],"
		"\"synthesized\":true,\"sequence\":7,\"lost\":9}\n");
}
END_TEST

START_TEST(test_json_extended)
{
	const bb_stream_report report = {
		.time = 1500000,
		.sequence = 8,
		.adv_type = 3,
		.rssi = -70,
		.tx_power = -4,
		.primary_phy = 1,
		.secondary_phy = 2,
		.sid = 0,
		.flags = BB_STREAM_EXTENDED | BB_STREAM_TRUNCATED,
		.data = (const uint8_t *)"",
	};
	g_autofree char *json = print_report(heard_append_json, &report, true);

	ck_assert_str_eq(
		json,
		"{\"time\":\"1970-01-01T00:00:01.500000Z\",\"boottime_us\":1500000,"
		"\"address\":\"00:00:00:00:00:00\",\"address_type\":\"public\",\"adv_type\":3,"
		"\"adv_type_name\":\"NON_CONN_ADV\",\"rssi\":-70,\"name\":null,\"data\":\"\",\"tx_power\":-4,"
		"\"primary_phy\":1,\"secondary_phy\":2,\"sid\":0,\"extended\":true,\"truncated\":true,"
		"\"sequence\":8,\"lost\":9}\n");
}
END_TEST

/* The table is searched in halves, so each number must be found. */
/* Also where a pointer has 32 bits. */
START_TEST(test_far_future)
{
	const int64_t year_2100 = INT64_C(4102444800) * USEC_PER_SEC;
	g_autoptr(GString) local = g_string_new(NULL);
	g_autofree char *utc = boottime_format_utc(1500000, year_2100);

	ck_assert_str_eq(utc, "2100-01-01T00:00:01.500000Z");
	g_setenv("TZ", "UTC", TRUE);
	boottime_append_local(local, 1500000, year_2100);
	ck_assert_str_eq(local->str, "00:00:01.500");
}
END_TEST

START_TEST(test_services)
{
	static const struct {
		uint32_t number;
		const char *name;
	} rows[] = {
		{ 0x1800, "Generic Access" }, { 0x180d, "Heart Rate" }, { 0x180f, "Battery" },
		{ 0x181a, "Environmental Sensing" }, { 0x1852, "Broadcast Audio Announcement" },
		{ 0xfd6f, "Exposure Notification" }, { 0xfe9f, "Google" }, { 0xfeaa, "Eddystone" },
		{ 0xfef3, "Google" }, { 0xfffd, "Universal Second Factor Authenticator" },
		{ 0x0000, NULL }, { 0x17ff, NULL }, { 0x180b, NULL }, { 0xffff, NULL }, { 0x1180d, NULL },
	};
	Uuid other;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *name;
		Uuid uuid;

		uuid_from_int(rows[i].number, &uuid);
		name = name_of_service(&uuid);
		ck_assert_msg(g_strcmp0(name, rows[i].name) == 0, "0x%04x: %s", rows[i].number, name);
	}
	ck_assert_int_eq(uuid_parse("6e400001-b5a3-f393-e0a9-e50e24dcca9e", &other), 0);
	ck_assert_ptr_null(name_of_service(&other));
}
END_TEST

START_TEST(test_names)
{
	ck_assert_str_eq(name_of_adv_type(0), "CONN_ADV");
	ck_assert_str_eq(name_of_adv_type(4), "SCAN_RSP");
	ck_assert_str_eq(name_of_adv_type(5), "unknown");
	ck_assert_str_eq(name_of_adv_type(255), "unknown");
	ck_assert_str_eq(name_of_addr_type(3), "random-rpa");
	ck_assert_str_eq(name_of_addr_type(4), "unknown");
	ck_assert_str_eq(name_of_ad_type(0xff), "Manufacturer data");
	ck_assert_str_eq(name_of_ad_type(0x3d), "3D information");
	ck_assert_ptr_null(name_of_ad_type(0x00));
	ck_assert_ptr_null(name_of_ad_type(0xfe));
	ck_assert_str_eq(name_of_appearance(0x0341), "Heart rate sensor");
	ck_assert_ptr_null(name_of_appearance(0xffff));
	ck_assert_ptr_null(name_of_company(0xffff));
	ck_assert_ptr_null(name_of_company(0xfff0));
}
END_TEST

UNIT_MAIN("ctl-print", test_text, test_cells, test_json, test_json_hostile_strings, test_lines,
	  test_json_lines, test_json_extended, test_far_future, test_services, test_names)
