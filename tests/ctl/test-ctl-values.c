/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What values of the SIG's characteristics and descriptors mean, in words and as JSON. */
#include <string.h>

#include "client/value-print.h"
#include "meaning/hex.h"
#include "meaning/layout.h"
#include "meaning/names.h"
#include "unit.h"

typedef struct Vector {
	const char *uuid;
	const char *hex;
	const char *text;	/* what stands behind the bytes */
	const char *decoded;	/* NULL: only the text is looked at */
} Vector;

static const Vector vectors[] = {
	{ "2a19", "64", " (100 %)", "{\"level\":100},\"units\":{\"level\":\"%\"}" },
	{ "2a19", "00", " (0 %)", NULL },
	{ "2a07", "f4", " (-12 dBm)", NULL },
	{ "2a06", "02", " (high)", "{\"level\":\"high\"},\"units\":{}" },
	{ "2a06", "07", " (7)", "{\"level\":7},\"units\":{}" },
	{ "2a38", "01", " (chest)", NULL },
	{ "2a01", "4103", " (Heart rate sensor)", NULL },
	{ "2a01", "ffff", " (65535)", NULL },
	/* environment */
	{ "2a6e", "2a0e", " (36.26 °C)", "{\"temperature\":36.26},\"units\":{\"temperature\":\"°C\"}" },
	{ "2a6e", "9cff", " (-1.00 °C)", NULL },
	{ "2a6e", "0080", " (unknown)", "{\"temperature\":null},\"units\":{\"temperature\":\"°C\"}" },
	{ "2a6f", "8813", " (50.00 %)", NULL },
	{ "2a6f", "ffff", " (unknown)", NULL },
	{ "2a6d", "cd760f00", " (101345.3 Pa)", "{\"pressure\":101345.3},\"units\":{\"pressure\":\"Pa\"}" },
	{ "2a6c", "ffffff", " (-0.01 m)", NULL },
	{ "2a6c", "ffff7f", " (83886.07 m)", NULL },
	{ "2a76", "07", " (7)", NULL },
	{ "2a77", "3412", " (466.0 W/m²)", NULL },
	{ "2a7b", "f6", " (-10 °C)", NULL },
	{ "2aa1", "0100ffff0080", " (x 0.0000001 T, y -0.0000001 T, z -0.0032768 T)", NULL },
	{ "2afb", "a08601", " (1000.00 lx)", NULL },
	{ "2b18", "4001", " (5.000 V)", NULL },
	{ "2b8c", "9001", " (400 ppm)", NULL },
	/* heart rate: both widths, contact, energy, RR intervals */
	{ "2a37", "0048", " (contact not supported, heart rate 72 bpm)",
	  "{\"contact\":\"not supported\",\"heart_rate\":72},\"units\":{\"heart_rate\":\"bpm\"}" },
	{ "2a37", "0648", " (contact yes, heart rate 72 bpm)", NULL },
	{ "2a37", "0448", " (contact no, heart rate 72 bpm)", NULL },
	{ "2a37", "012c01", " (contact not supported, heart rate 300 bpm)", NULL },
	{ "2a37", "084810" "27", " (contact not supported, heart rate 72 bpm, energy 10000 kJ)", NULL },
	{ "2a37", "1e4800010002" "0004",
	  " (contact yes, heart rate 72 bpm, energy 256 kJ, rr interval 0.500 s 1.000 s)",
	  "{\"contact\":\"yes\",\"heart_rate\":72,\"energy\":256,\"rr_interval\":[0.5,1]},"
	  "\"units\":{\"heart_rate\":\"bpm\",\"energy\":\"kJ\",\"rr_interval\":\"s\"}" },
	{ "2a37", "1048", " (contact not supported, heart rate 72 bpm)", NULL },
	{ "2a37", "10480002" "00", " ! too short, ends in rr_interval", NULL },
	{ "2a37", "01", " ! too short, ends in heart_rate", NULL },
	{ "2a37", "0148", " ! too short, ends in heart_rate", NULL },
	{ "2a37", "", "", "null" },
	{ "2a37", "064800", " ! 1 byte too long", NULL },
	{ "2a19", "6464" "64", " ! 2 bytes too long", NULL },
	/* medical floats; 0xff00016c is the example of IEEE 11073-20601 */
	{ "2a1c", "006c0100ff", " (temperature 36.4 °C)",
	  "{\"temperature\":36.4},\"units\":{\"temperature\":\"°C\"}" },
	{ "2a1c", "076e0400ff" "e8070501" "0c1e00" "03",
	  " (temperature 113.4 °F, time 2024-05-01T12:30:00, type ear)", NULL },
	{ "2a1c", "00ffff7f00", " (temperature not a number)", "{\"temperature\":null},\"units\":{\"temperature\":\"°C\"}" },
	{ "2a1c", "0000008000", " (temperature not at this resolution)", NULL },
	{ "2a1c", "00feff7f00", " (temperature infinity)", NULL },
	{ "2a1c", "000200" "8000", " (temperature -infinity)", NULL },
	{ "2a1c", "000100" "8000", " (temperature reserved)", NULL },
	{ "2a1c", "0001000005", " (temperature 100000 °C)", NULL },
	{ "2a1c", "000100007f", " (temperature 1e+127 °C)", NULL },
	{ "2a1c", "0001000080", " (temperature 1e-128 °C)", NULL },
	{ "2a35", "007800500061" "00", " (systolic 120 mmHg, diastolic 80 mmHg, mean arterial 97 mmHg)", NULL },
	{ "2a35", "1f" "a0f0" "6bf0" "ff07" "e807010203" "0405" "4800" "02" "0500",
	  " (systolic 16.0 kPa, diastolic 10.7 kPa, mean arterial not a number, time 2024-01-02T03:04:05, "
	  "pulse rate 72 bpm, user 2, status body moved irregular pulse)",
	  "{\"systolic\":16,\"diastolic\":10.7,\"mean_arterial\":null,\"time\":\"2024-01-02T03:04:05\","
	  "\"pulse_rate\":72,\"user\":2,\"status\":[\"body moved\",\"irregular pulse\"]},"
	  "\"units\":{\"systolic\":\"kPa\",\"diastolic\":\"kPa\",\"mean_arterial\":\"kPa\",\"pulse_rate\":\"bpm\"}" },
	{ "2a18", "03" "0100" "e80701010000" "00" "ecff" "5af0" "11",
	  " (sequence 1, time 2024-01-01T00:00:00, time offset -20 min, glucose 9.0 kg/l, "
	  "type capillary whole blood, location finger)", NULL },
	{ "2a5f", "00" "6200" "3c00", " (spo2 98 %, pulse rate 60 bpm)", NULL },
	/* speed, cadence, power */
	{ "2a5b", "0364000000" "0004" "0a00" "0008", " (wheel revolutions 100, wheel event time 1.000 s, crank "
	  "revolutions 10, crank event time 2.000 s)", NULL },
	{ "2a5b", "020a00" "0008", " (crank revolutions 10, crank event time 2.000 s)", NULL },
	{ "2a53", "07" "8002" "5a" "7800" "e8030000",
	  " (gait running, speed 2.500 m/s, cadence 90 /min, stride 1.20 m, distance 100.0 m)", NULL },
	{ "2a63", "0000" "faff", " (power -6 W)", NULL },
	{ "2a63", "2101" "c800" "64" "0a00" "0004" "b400" "5a", " (power 200 W, balance 50.0 %, crank revolutions 10, "
	  "crank event time 1.000 s, angle max 180 °, angle min 1440 °)", NULL },
	{ "2a67", "0400" "00e1f505" "00e1f5ff",
	  " (position no position, latitude 10.0000000 °, longitude -0.0663296 °)", NULL },
	/* body */
	{ "2a98", "983a", " (75.000 kg)", NULL },
	{ "2a9d", "00983a", " (weight 75.000 kg)", NULL },
	{ "2a9d", "0f" "983a" "e807010203" "0405" "ff" "fa00" "bc02",
	  " (weight 150.00 lb, time 2024-01-02T03:04:05, user unknown, bmi 25.0, height 70.0 in)", NULL },
	{ "2a9d", "08" "983a" "fa00" "0807", " (weight 75.000 kg, bmi 25.0, height 1.800 m)", NULL },
	{ "2a9c", "0004" "c800" "983a", " (body fat 20.0 %, weight 75.000 kg)", NULL },
	{ "2a9c", "0104" "c800" "983a", " (body fat 20.0 %, weight 150.00 lb)", NULL },
	/* device information */
	{ "2a29", "41636d65", " \"Acme\"", "{\"text\":\"Acme\"},\"units\":{}" },
	{ "2a29", "41636d6500", " (Acme)", "{\"text\":\"Acme\"},\"units\":{}" },
	{ "2a29", "1b5b33316d", " (\xef\xbf\xbd[31m)", "{\"text\":\"\\u001b[31m\"},\"units\":{}" },
	{ "2a29", "", "", "null" },
	{ "2a50", "01" "5900" "3412" "2301", " (source Bluetooth SIG, vendor 0x0059, product 0x1234, version 1.2.3)",
	  "{\"source\":\"Bluetooth SIG\",\"vendor\":\"0x0059\",\"product\":\"0x1234\",\"version\":\"1.2.3\"},\"units\":{}" },
	{ "2a23", "0102030405" "aabbcc", " (manufacturer 0x0504030201, organization 0xccbbaa)", NULL },
	{ "2a04", "0600" "ffff" "0000" "c800", " (interval min 7.50 ms, interval max unknown, latency 0, timeout 2000 ms)",
	  NULL },
	{ "2a05", "0100ffff", " (first 0x0001, last 0xffff)", NULL },
	{ "2a4a", "11010003", " (version 1.1.1, country 0, flags wakes the host normally connectable)", NULL },
	/* time */
	{ "2a2b", "e807050" "10c1e00" "03" "80" "09",
	  " (time 2024-05-01T12:30:00, day Wednesday, fraction 0.500 s, adjusted manually daylight saving)", NULL },
	{ "2a08", "00000000000000", " (0000-00-00T00:00:00)", NULL },
	{ "2a08", "ffffffffffffff", " (65535-255-255T255:255:255)", NULL },
	{ "2a0f", "f604", " (zone -2.50 h, dst daylight)", NULL },
	{ "2a0f", "80ff", " (zone unknown, dst unknown)", NULL },
	{ "2a14", "01082001", " (source NTP, accuracy 1.000 s, days 32 d, hours 1 h)", NULL },
	{ "2a46", "0102", " (category email, alerts 2)", NULL },
	{ "2a46", "010248690a", " (category email, alerts 2, text Hi\xef\xbf\xbd)", NULL },
	/* descriptors */
	{ "2902", "0000", "", "{},\"units\":{}" },
	{ "2902", "0300", " (notifications indications)", "{\"enabled\":[\"notifications\",\"indications\"]},\"units\":{}" },
	{ "2902", "0480", " (bit 2 bit 15)", NULL },
	{ "2904", "04fe2f27" "01" "0000",
	  " (format uint8, exponent -2, unit 0x272f, namespace Bluetooth SIG, description 0x0000)", NULL },
	{ "2908", "0101", " (report 1, type input)", NULL },
};

static void take_apart(const Vector *vector, Uuid *ret_uuid, GByteArray *bytes)
{
	Reason reason = { 0 };

	ck_assert_int_eq(uuid_parse(vector->uuid, ret_uuid), 0);
	ck_assert_int_eq(hex_parse(vector->hex, bytes, &reason), 0);
}

START_TEST(test_text)
{
	for (size_t i = 0; i < ARRAY_SIZE(vectors); i++) {
		const Vector *vector = &vectors[i];
		g_autoptr(GByteArray) bytes = g_byte_array_new();
		g_autoptr(GString) out = g_string_new(NULL);
		g_autofree char *wanted = g_strconcat(vector->hex, vector->text, NULL);
		Uuid uuid;

		take_apart(vector, &uuid, bytes);
		ck_assert(value_print(out, VALUE_ANY, &uuid, bytes->data, bytes->len));
		ck_assert_msg(strcmp(out->str, wanted) == 0, "%s: %s, not %s", vector->uuid, out->str, wanted);
		/* where a format is asked for, it is that and nothing else */
		g_string_truncate(out, 0);
		ck_assert(value_print(out, VALUE_HEX, &uuid, bytes->data, bytes->len));
		ck_assert_str_eq(out->str, vector->hex);
	}
}
END_TEST

static void check_json(const Vector *vector)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	g_autoptr(GString) out = g_string_new(NULL);
	const char *decoded;
	Uuid uuid;
	Json json;

	take_apart(vector, &uuid, bytes);
	json_init(&json, out);
	json_begin_object(&json);
	value_print_json(&json, VALUE_ANY, &uuid, bytes->data, bytes->len);
	json_end_object(&json);
	decoded = strstr(out->str, "\"decoded\":");
	ck_assert_ptr_nonnull(decoded);
	ck_assert_msg(!strstr(vector->text, " ! ") == !strstr(out->str, "\"decoded\":null,\"malformed\":\""), "%s",
		      out->str);
	if (vector->decoded) {
		g_autofree char *wanted = g_strconcat("\"decoded\":", vector->decoded, "}", NULL);

		ck_assert_str_eq(decoded, wanted);
	}
}

START_TEST(test_json)
{
	for (size_t i = 0; i < ARRAY_SIZE(vectors); i++)
		check_json(&vectors[i]);
}
END_TEST

START_TEST(test_unknown)
{
	g_autoptr(GString) out = g_string_new(NULL);
	Uuid uuid;
	Json json;

	/* vendors', and a number of 32 bits that ends like one of the SIG's */
	for (const char *const *text = (const char *const[]){ "12345678-1234-5678-1234-56789abcdef0", "2aff",
							       "00012a19", NULL }; *text; text++) {
		g_string_truncate(out, 0);
		ck_assert_int_eq(uuid_parse(*text, &uuid), 0);
		ck_assert(value_print(out, VALUE_ANY, &uuid, (const uint8_t *)"\x01", 1));
		ck_assert_str_eq(out->str, "01");
		g_string_truncate(out, 0);
		json_init(&json, out);
		json_begin_object(&json);
		value_print_json(&json, VALUE_ANY, &uuid, (const uint8_t *)"\x01", 1);
		json_end_object(&json);
		ck_assert_str_eq(out->str, "{\"value\":\"01\",\"text\":null,\"decoded\":null}");
	}
}
END_TEST

/* What layout_find() and layout_next() rely on, and that what is decoded has a name, too. */
START_TEST(test_table)
{
	for (size_t i = 0; i < layout_count; i++) {
		const Layout *layout = &layouts[i];
		Uuid uuid;

		uuid_from_int(layout->uuid, &uuid);
		ck_assert_ptr_eq(layout_find(&uuid), layout);
		ck_assert_msg(i == 0 || layouts[i - 1].uuid < layout->uuid, "%04x", layout->uuid);
		ck_assert_msg(name_of_characteristic(&uuid) || name_of_descriptor(&uuid), "%04x", layout->uuid);
		for (const LayoutField *field = layout->fields; field->type != LAYOUT_END; field++) {
			const bool rest = field->type == LAYOUT_TEXT || field->type == LAYOUT_BYTES;

			ck_assert_msg(field->name && strspn(field->name, "abcdefghijklmnopqrstuvwxyz_0123456789") ==
					      strlen(field->name), "%04x", layout->uuid);
			ck_assert_int_eq((int)(field->bits & ~field->mask), 0);
			ck_assert_int_le(field->binary, 0);
			ck_assert(!rest || field[1].type == LAYOUT_END);
			ck_assert(field->type != LAYOUT_SET || (field->options & LAYOUT_REPEATED && field->words));
			ck_assert(field->type != LAYOUT_BITS || (field->width > 0 && field != layout->fields));
		}
	}
}
END_TEST

UNIT_MAIN("ctl-values", test_text, test_json, test_unknown, test_table)
