/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bluebrokerctl resolve says: structures, beacons, tails, and the hex that people type. */
#include <string.h>

#include "client/describe.h"
#include "client/text.h"
#include "ctl/resolve.h"
#include "meaning/ad.h"
#include "meaning/choice.h"
#include "meaning/hex.h"
#include "printed.h"
#include "unit.h"

static GByteArray *bytes_of(const char *hex)
{
	GByteArray *bytes = g_byte_array_new();
	Reason reason = { 0 };

	ck_assert_msg(hex_parse(hex, bytes, &reason) == 0, "%s: %s", hex, reason.text);
	return bytes;
}

typedef struct Said {
	const char *hex;
	unsigned found;
	const char *text;	/* all of it */
} Said;

static const Said said[] = {
	{ "", 0, "" },
	{ "020106", 1, "0x01 Flags                      LE general discoverable, BR/EDR not supported\n" },
	{ "020100", 1, "0x01 Flags                      none set\n" },
	{ "0201e1", 1, "0x01 Flags                      LE limited discoverable, reserved bit 5, reserved bit 6, "
			"reserved bit 7\n" },
	{ "0b0948656172742052617465", 1, "0x09 Name                       \"Heart Rate\"\n" },
	{ "0408410000", 1, "0x08 Short name                 \"A\"\n" },
	{ "0503 0d18 aafe", 1, "0x03 16-bit services            0x180d Heart Rate, 0xfeaa Eddystone\n" },
	{ "0403 0d18 aa", 1, "0x03 16-bit services            0x180d Heart Rate (malformed: its length does not fit the "
			"type)\n" },
	{ "0103", 1, "0x03 16-bit services            none\n" },
	{ "0505 78563412", 1, "0x05 32-bit services            0x12345678\n" },
	{ "1107 fb349b5f80000080001000000d180000", 1, "0x07 128-bit services           0x180d Heart Rate\n" },
	{ "1107 00112233445566778899aabbccddeeff", 1,
	  "0x07 128-bit services           ffeeddcc-bbaa-9988-7766-554433221100\n" },
	{ "020af4", 1, "0x0a TX power                   -12 dBm\n" },
	{ "030a0102", 1, "0x0a TX power                   0102 (malformed: its length does not fit the type)\n" },
	{ "03194103", 1, "0x19 Appearance                 0x0341 Heart rate sensor\n" },
	{ "040d040424", 1, "0x0d Class of device            0x240404\n" },
	{ "031aa000", 1, "0x1a Advertising interval       100.000 ms\n" },
	{ "05120600ffff", 1, "0x12 Connection interval range  7.50 ms to any\n" },
	{ "0824172f2f612e6f67", 1, "0x24 URI                        https://a.og\n" },
	{ "05160f186401", 1, "0x16 Service data (16-bit)      0x180f Battery: 6401\n" },
	{ "03160f18", 1, "0x16 Service data (16-bit)      0x180f Battery: no data\n" },
	{ "0216aa", 1, "0x16 Service data (16-bit)      aa (malformed: its length does not fit the type)\n" },
	{ "0416ffee00", 1, "0x16 Service data (16-bit)      0xeeff: 00\n" },
	{ "05fffeff0102", 1, "0xff Manufacturer data          company 0xfffe: 0102\n" },
	{ "02ffff", 1, "0xff Manufacturer data          ff (malformed: its length does not fit the type)\n" },
	{ "03990102", 1, "0x99 (unknown type)             0102\n" },
	{ "0199", 1, "0x99 (unknown type)             no data\n" },
	{ "0201060000", 1, "0x01 Flags                      LE general discoverable, BR/EDR not supported\n"
			"at byte 3: 2 zero bytes of padding\n" },
	{ "02010600ff01", 1, "0x01 Flags                      LE general discoverable, BR/EDR not supported\n"
			"at byte 3: a zero length ends the data; 2 bytes after it are ignored\n" },
	{ "0201060b0948", 1, "0x01 Flags                      LE general discoverable, BR/EDR not supported\n"
			"at byte 3: malformed tail: its length byte says 11, bytes left: 2\n" },
	{ "ff", 0, "at byte 0: malformed tail: its length byte says 255, bytes left: 0\n" },
};

START_TEST(test_structures)
{
	for (size_t i = 0; i < ARRAY_SIZE(said); i++) {
		g_autoptr(GByteArray) bytes = bytes_of(said[i].hex);
		g_autoptr(GString) out = g_string_new(NULL);

		ck_assert_uint_eq(resolve_append(out, bytes->data, bytes->len, -1), said[i].found);
		ck_assert_str_eq(out->str, said[i].text);
	}
}
END_TEST

START_TEST(test_one_type)
{
	g_autoptr(GByteArray) bytes = bytes_of("02 01 06  02 0a 04  02 0a 05");
	g_autoptr(GString) out = g_string_new(NULL);
	g_autoptr(GString) json = g_string_new(NULL);

	ck_assert_uint_eq(resolve_append(out, bytes->data, bytes->len, AD_TX_POWER), 2);
	ck_assert_str_eq(out->str,
			 "0x0a TX power                   4 dBm\n0x0a TX power                   5 dBm\n");
	ck_assert_uint_eq(resolve_append_json(json, bytes->data, bytes->len, AD_NAME), 0);
	ck_assert_str_eq(json->str, "{\"fields\":[],\"length\":9,\"end\":\"clean\"}\n");
}
END_TEST

#define IBEACON "1aff4c000215fda50693a4e24fb1afcfc6eb0764782527114cb9c5"

START_TEST(test_beacons)
{
	static const struct {
		const char *hex;
		const char *text;
	} beacons[] = {
		{ IBEACON, "iBeacon fda50693-a4e2-4fb1-afcf-c6eb07647825 major 10001 minor 19641, -59 dBm at 1 m" },
		{ "1516aafe00ee0102030405060708090aa1a2a3a4a5a6",
		  "Eddystone UID namespace 0102030405060708090a instance a1a2a3a4a5a6, -18 dBm at 0 m" },
		{ "0b16aafe10f803676f6f0701", "Eddystone URL https://goo.com.org/, -8 dBm at 0 m" },
		{ "0816aafe1000007f20", "Eddystone URL http://www.%7F%20, 0 dBm at 0 m" },
		{ "1116aafe20000bb8158000000010000000ff",
		  "Eddystone TLM 3000 mV 21.50 degC 16 advertisements, up 25.5 s" },
		{ "1116aafe2000000080000000000100000001", "Eddystone TLM 1 advertisements, up 0.1 s" },
		{ "1516aafe20010102030405060708090a0b0c11223344",
		  "Eddystone encrypted TLM 0102030405060708090a0b0c" },
		{ "0d16aafe30f40102030405060708", "Eddystone EID 0102030405060708, -12 dBm at 0 m" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(beacons); i++) {
		g_autoptr(GByteArray) bytes = bytes_of(beacons[i].hex);
		g_autoptr(GString) out = g_string_new(NULL);

		ck_assert_uint_eq(bytes->data[0], bytes->len - 1);
		resolve_append(out, bytes->data, bytes->len, -1);
		ck_assert_msg(strstr(out->str, beacons[i].text) != NULL, "%s: %s", beacons[i].hex, out->str);
	}
}
END_TEST

START_TEST(test_beacons_json)
{
	g_autoptr(GByteArray) bytes = bytes_of(IBEACON);
	g_autoptr(GString) out = g_string_new(NULL);

	resolve_append_json(out, bytes->data, bytes->len, -1);
	ck_assert_msg(strstr(out->str,
			     "\"beacon\":{\"format\":\"iBeacon\",\"uuid\":\"fda50693-a4e2-4fb1-afcf-"
			     "c6eb07647825\",\"major\":10001,\"minor\":19641,\"power\":-59}") != NULL,
		      "%s", out->str);
	ck_assert_msg(strstr(out->str, "\"company\":76") != NULL, "%s", out->str);
}
END_TEST

/* Too short for what they claim to be, or of a kind that nobody defined: bytes, and nothing read past the
 * end. */
START_TEST(test_beacons_cut)
{
	static const char *const whole[] = {
		"4c000215fda50693a4e24fb1afcfc6eb0764782527114cb9c5", "aafe00ee0102030405060708090aa1a2a3a4a5a6",
		"aafe20000bb81580000000100000000a", "aafe20010102030405060708090a0b0c11223344",
		"aafe30f40102030405060708", "aafe10f804", "aafe40f804",
		"aafe10f800616161616161616161616161616161616161",
	};

	for (size_t i = 0; i < ARRAY_SIZE(whole); i++) {
		g_autoptr(GByteArray) bytes = bytes_of(whole[i]);

		/* the last two are never beacons, the others not without their last byte */
		for (size_t length = 2; length + (i < 5) < bytes->len + (i >= 5); length++) {
			/* of its exact size on the heap, so that a sanitizer sees a byte too many */
			g_autofree uint8_t *copy = g_memdup2(bytes->data, length);
			AdField field = { .type = i == 0 ? AD_MANUFACTURER : AD_SERVICE_DATA16,
					  .length = (uint8_t)length, .data = copy };
			g_autoptr(GString) out = g_string_new(NULL);
			Decoded decoded;

			decode_field(&field, &decoded);
			if (i == 7 && length >= 5 && length < bytes->len)
				continue;	/* short enough for a URL */
			ck_assert_msg(decoded.beacon.kind == BEACON_NONE, "%s cut at %zu", whole[i], length);
			describe_structure(&(FactWriter){ .text = out }, &decoded);
		}
	}
}
END_TEST

START_TEST(test_summary)
{
	static const struct {
		const char *hex;
		const char *text;
	} rows[] = {
		{ "", "" },
		{ "0201060b0948656172742052617465", "" },
		{ "020a04 03030d18 05fffeff0102", "company 0xfffe: 0102; 0x180d Heart Rate; TX 4 dBm" },
		{ "03990102", "type 0x99 0102" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		g_autoptr(GByteArray) bytes = bytes_of(rows[i].hex);
		g_autoptr(GString) out = g_string_new(NULL);

		describe_summary(out, bytes->data, bytes->len);
		ck_assert_str_eq(out->str, rows[i].text);
	}
}
END_TEST

START_TEST(test_hex)
{
	static const char *const good[] = {
		"020106", "02 01 06", " 02:01:06 ", "0x020106", "0x02 0x01 0x06", "0x02,0X01,0x06", "02-01-06", "02\t01\n06",
	};
	static const struct {
		const char *text;
		const char *says;
	} bad[] = {
		{ "zz", "character 1 (\"zz\")" },
		{ "0201g6", "character 5 (\"g6\")" },
		{ "0201 6", "half a byte at character 6" },
		{ "020", "half a byte at character 3" },
		{ "0 2", "half a byte at character 1" },
		{ "02 0x", "character 6 (\"\")" },
		{ "02\0331", "character 3" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		g_autoptr(GByteArray) bytes = bytes_of(good[i]);

		ck_assert_msg(bytes->len == 3 && memcmp(bytes->data, "\x02\x01\x06", 3) == 0, "%s", good[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		g_autoptr(GByteArray) bytes = g_byte_array_new();
		g_autofree char *shown = NULL;
		Reason reason = { 0 };

		ck_assert_int_eq(hex_parse(bad[i].text, bytes, &reason), E_INVALID_ARGUMENTS);
		ck_assert_msg(strstr(reason.text, bad[i].says) != NULL, "%s: %s", bad[i].text, reason.text);
		shown = printed_failure(reason.text);
		ck_assert_msg(strchr(shown, '\033') == NULL, "%s", bad[i].text);
	}
}
END_TEST

START_TEST(test_hex_longest)
{
	g_autofree char *most = g_strnfill(2 * AD_MAX, '0');
	g_autofree char *more = g_strconcat(most, "00", NULL);
	g_autoptr(GByteArray) bytes = bytes_of(most);
	g_autoptr(GByteArray) rest = g_byte_array_new();
	Reason reason = { 0 };

	ck_assert_uint_eq(bytes->len, AD_MAX);
	ck_assert_int_eq(hex_parse(more, rest, &reason), E_INVALID_ARGUMENTS);
}
END_TEST

START_TEST(test_type)
{
	static const struct {
		const char *text;
		int type;	/* -1: refused */
	} rows[] = {
		{ "9", 9 }, { "0x09", 9 }, { "255", 255 }, { "0xff", 255 }, { "0", 0 },
		{ "ADV_NAME_CMPL", 9 }, { "adv_manufacturer_data", 255 }, { "ADV_FLAG", 1 },
		{ "256", -1 }, { "-1", -1 }, { "", -1 }, { "0x", -1 }, { "name", -1 }, { "CONN_ADV", -1 },
		{ "ADV_CHNL_37", -1 }, { " 9", -1 }, { "9x", -1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		Reason reason = { 0 };
		uint8_t type = 0x77;
		int r = ad_type_parse(rows[i].text, &type, &reason);

		ck_assert_msg((r == 0) == (rows[i].type >= 0), "\"%s\"", rows[i].text);
		ck_assert_int_eq(type, r == 0 ? rows[i].type : 0x77);
	}
}
END_TEST

/* Whether it is valid UTF-8 of one or more whole lines, with nothing in it that steers a terminal. */
static bool is_tame(const GString *text)
{
	if (!g_utf8_validate(text->str, (gssize)text->len, NULL) || text->str[text->len - 1] != '\n')
		return false;
	for (const char *at = text->str; *at; at = g_utf8_next_char(at))
		if (*at != '\n' && g_unichar_iscntrl(g_utf8_get_char(at)))
			return false;
	return true;
}

/* Every type at every length with every kind of byte. */
START_TEST(test_hostile)
{
	static const uint8_t fills[] = { 0x00, 0x1b, 0x9b, 0xff, 0x10 };
	unsigned wrong = 0;

	for (unsigned type = 0; type < 256; type++)
		for (unsigned length = 0; length < 40; length++)
			for (unsigned fill = 0; fill < ARRAY_SIZE(fills); fill++) {
				g_autofree uint8_t *data = g_malloc(length + 2);
				g_autoptr(GString) out = g_string_new(NULL);
				g_autoptr(GString) json = g_string_new(NULL);

				data[0] = (uint8_t)(length + 1);
				data[1] = (uint8_t)type;
				memset(data + 2, fills[fill], length);
				wrong += resolve_append(out, data, length + 2, -1) != 1;
				wrong += resolve_append_json(json, data, length + 2, -1) != 1;
				wrong += !is_tame(out);
				wrong += !is_tame(json);
			}
	ck_assert_uint_eq(wrong, 0);
}
END_TEST

UNIT_MAIN("ctl-decode", test_structures, test_one_type, test_beacons, test_beacons_json, test_beacons_cut,
	  test_summary, test_hex, test_hex_longest, test_type, test_hostile)
