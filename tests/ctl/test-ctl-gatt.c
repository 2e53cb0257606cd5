/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values in and out, and attributes by what the user calls them. */
#include <string.h>

#include "client/gatt-print.h"
#include "client/value-print.h"
#include "core/attr.h"
#include "meaning/names.h"
#include "meaning/value.h"
#include "unit.h"

#define LINK "/com/example/Bluetooth/hci0/device/C4_00_00_00_00_01"
#define BASE "-0000-1000-8000-00805f9b34fb"

static ValueFormat format_of(const char *name)
{
	ValueFormat format = VALUE_ANY;
	Reason reason = { 0 };

	ck_assert_int_eq(value_parse_format(name, &format, &reason), 0);
	return format;
}

START_TEST(test_formats)
{
	static const char *const bad[] = { "", "HEX", "u64", "u", "text ", "any" };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		ValueFormat format = VALUE_ANY;
		Reason reason = { 0 };

		ck_assert_int_eq(value_parse_format(bad[i], &format, &reason), E_INVALID_ARGUMENTS);
		ck_assert(strstr(reason.text, VALUE_FORMATS) != NULL);
	}
	ck_assert_int_eq(format_of("hex"), VALUE_HEX);
	ck_assert_int_eq(format_of("i32"), VALUE_I32);
}
END_TEST

START_TEST(test_parse)
{
	static const struct {
		const char *format;
		const char *text;
		const char *hex;	/* NULL: refused */
	} rows[] = {
		{ "hex", "", "" }, { "hex", "0648", "0648" },
		{ "hex", "0x06 0x48", "0648" }, { "hex", "06:48", "0648" },
		{ "hex", "064", NULL }, { "hex", "xy", NULL },
		{ "text", "Hi", "4869" }, { "text", "", "" }, { "text", "K\xc3\xbc", "4bc3bc" },
		{ "u8", "255", "ff" }, { "u8", "0x10", "10" }, { "u8", "256", NULL }, { "u8", "-1", NULL },
		{ "u8", "1,2, 3", "010203" }, { "u8", "1 2", "0102" },
		{ "u8", "1;2", NULL }, { "u8", "", "" },
		{ "i8", "-1", "ff" }, { "i8", "-128", "80" }, { "i8", "127", "7f" }, { "i8", "128", NULL },
		{ "u16", "1", "0100" }, { "u16", "65535", "ffff" },
		{ "u16", "0x1234", "3412" }, { "u16", "65536", NULL },
		{ "i16", "-2", "feff" }, { "i16", "-32768", "0080" }, { "i16", "32768", NULL },
		{ "u32", "4294967295", "ffffffff" }, { "u32", "4294967296", NULL },
		{ "u32", "1", "01000000" },
		{ "i32", "-2147483648", "00000080" }, { "i32", "-2147483649", NULL }, { "i32", "1.5", NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		g_autoptr(GByteArray) bytes = g_byte_array_new();
		g_autoptr(GString) hex = g_string_new(NULL);
		Reason reason = { 0 };
		int r = value_parse(rows[i].text, format_of(rows[i].format), bytes, &reason);

		ck_assert_msg(r == (rows[i].hex ? 0 : E_INVALID_ARGUMENTS), "%s \"%s\": %d", rows[i].format,
			      rows[i].text, r);
		ck_assert_msg((reason.text[0] == '\0') == (r == 0), "%s", reason.text);
		value_print(hex, VALUE_HEX, NULL, bytes->data, bytes->len);
		if (rows[i].hex)
			ck_assert_str_eq(hex->str, rows[i].hex);
	}
}
END_TEST

/* At most VALUE_MAX bytes, whatever the format. */
START_TEST(test_parse_length)
{
	static const struct {
		const char *format;
		const char *unit;
		unsigned width;
	} rows[] = {
		{ "hex", "00", 1 }, { "text", "x", 1 }, { "u8", "1,", 1 },
		{ "i16", "1 ", 2 }, { "u32", "1,", 4 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		g_autoptr(GByteArray) bytes = g_byte_array_new();
		g_autoptr(GByteArray) more = g_byte_array_new();
		g_autoptr(GString) text = g_string_new(NULL);
		Reason reason = { 0 };

		while (text->len < VALUE_MAX / rows[i].width * strlen(rows[i].unit))
			g_string_append(text, rows[i].unit);
		ck_assert_int_eq(value_parse(text->str, format_of(rows[i].format), bytes, &reason), 0);
		ck_assert_uint_eq(bytes->len, VALUE_MAX);
		g_string_append(text, rows[i].unit);
		ck_assert_int_eq(value_parse(text->str, format_of(rows[i].format), more, &reason),
				 E_INVALID_ARGUMENTS);
		ck_assert_msg(strstr(reason.text, "512") != NULL, "%s", reason.text);
	}
}
END_TEST

START_TEST(test_append)
{
	static const struct {
		ValueFormat format;
		const char *bytes;
		size_t length;
		const char *text;	/* NULL: it does not fit */
		const char *json;
	} rows[] = {
		{ VALUE_ANY, "\x06\x48", 2, "0648", "{\"value\":\"0648\",\"text\":null,\"decoded\":null}" },
		{ VALUE_ANY, "Hi", 2, "4869 \"Hi\"", "{\"value\":\"4869\",\"text\":\"Hi\",\"decoded\":null}" },
		{ VALUE_ANY, "Hi\0", 3, "486900", "{\"value\":\"486900\",\"text\":null,\"decoded\":null}" },
		{ VALUE_ANY, "H\xff", 2, "48ff", "{\"value\":\"48ff\",\"text\":null,\"decoded\":null}" },
		{ VALUE_ANY, "", 0, "", "{\"value\":\"\",\"text\":null,\"decoded\":null}" },
		{ VALUE_HEX, "Hi", 2, "4869", "{\"value\":\"4869\",\"text\":\"Hi\"}" },
		{ VALUE_TEXT, "a\033b", 3, "a\xef\xbf\xbd" "b", "{\"value\":\"611b62\",\"text\":\"a\\u001bb\"}" },
		{ VALUE_U8, "\x01\xff", 2, "1 255", "{\"value\":\"01ff\",\"text\":null,\"numbers\":[1,255]}" },
		{ VALUE_I8, "\x7f\x80", 2, "127 -128", "{\"value\":\"7f80\",\"text\":null,\"numbers\":[127,-128]}" },
		{ VALUE_U16, "\x34\x12", 2, "4660", "{\"value\":\"3412\",\"text\":null,\"numbers\":[4660]}" },
		{ VALUE_I16, "\xfe\xff", 2, "-2", "{\"value\":\"feff\",\"text\":null,\"numbers\":[-2]}" },
		{ VALUE_U16, "\x01\x02\x03", 3, NULL, "{\"value\":\"010203\",\"text\":null,\"numbers\":null}" },
		{ VALUE_U32, "\xff\xff\xff\xff", 4, "4294967295",
		  "{\"value\":\"ffffffff\",\"text\":null,\"numbers\":[4294967295]}" },
		{ VALUE_I32, "\x00\x00\x00\x80", 4, "-2147483648",
		  "{\"value\":\"00000080\",\"text\":null,\"numbers\":[-2147483648]}" },
		{ VALUE_I32, "", 0, "", "{\"value\":\"\",\"text\":null,\"numbers\":[]}" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		g_autoptr(GString) out = g_string_new(NULL);
		const uint8_t *bytes = (const uint8_t *)rows[i].bytes;
		Json json;

		ck_assert_int_eq(value_print(out, rows[i].format, NULL, bytes, rows[i].length),
				 rows[i].text != NULL);
		ck_assert_str_eq(out->str, rows[i].text ? rows[i].text : "");
		g_string_truncate(out, 0);
		json_init(&json, out);
		json_begin_object(&json);
		value_print_json(&json, rows[i].format, NULL, bytes, rows[i].length);
		json_end_object(&json);
		ck_assert_str_eq(out->str, rows[i].json);
	}
}
END_TEST

/* Another device's attributes, another interface, and one that went meanwhile are among them; the order is
 * none. */
static GPtrArray *make_tree(void)
{
	g_autoptr(GVariant) objects = g_variant_ref_sink(g_variant_new_parsed("@a{oa{sa{sv}}} {"
		"objectpath '" LINK "': {'com.example.Bluetooth.Connection1': {'Address': <'C4:00:00:00:00:01'>}},"
		"'" LINK "/service0010/char0014': {'com.example.Bluetooth.RemoteCharacteristic1':"
		" {'UUID': <'00002a38" BASE "'>, 'Instance': <uint16 20>, 'Properties': <uint32 2>, 'Flags': <['read']>}},"
		"'" LINK "/service0010': {'org.freedesktop.DBus.Peer': {}, 'com.example.Bluetooth.RemoteService1':"
		" {'UUID': <'0000180d" BASE "'>, 'Instance': <uint16 16>, 'IsPrimary': <true>}},"
		"'" LINK "/service0010/char0011': {'com.example.Bluetooth.RemoteCharacteristic1':"
		" {'UUID': <'00002a37" BASE "'>, 'Instance': <uint16 17>, 'Properties': <uint32 16>, 'Flags': <['notify']>}},"
		"'" LINK "/service0010/char0011/desc0013': {'com.example.Bluetooth.RemoteDescriptor1':"
		" {'UUID': <'00002902" BASE "'>, 'Instance': <uint16 19>}},"
		"'" LINK "/service0020': {'com.example.Bluetooth.RemoteService1':"
		" {'UUID': <'12345678-1234-5678-1234-56789abcdef0'>, 'Instance': <uint16 32>, 'IsPrimary': <false>}},"
		"'" LINK "/service0020/char0021': {'com.example.Bluetooth.RemoteCharacteristic1':"
		" {'UUID': <'00002a38" BASE "'>, 'Instance': <uint16 33>, 'Properties': <uint32 2>, 'Flags': <['read']>}},"
		"'" LINK "/service0020/char0023': {'com.example.Bluetooth.RemoteCharacteristic1':"
		" {'UUID': <'00000014" BASE "'>, 'Instance': <uint16 35>, 'Properties': <uint32 8>, 'Flags': <['write']>}},"
		"'" LINK "/service0020/char0025': {'com.example.Bluetooth.RemoteCharacteristic1': {}},"
		"'" LINK "5/service0030': {'com.example.Bluetooth.RemoteService1':"
		" {'UUID': <'0000180f" BASE "'>, 'Instance': <uint16 48>, 'IsPrimary': <true>}}}"));

	return gatt_tree_new(objects, LINK);
}

START_TEST(test_tree)
{
	static const uint16_t handles[] = { 0x10, 0x11, 0x13, 0x14, 0x20, 0x21, 0x23 };
	g_autoptr(GPtrArray) tree = make_tree();
	const GattAttr *attr;

	ck_assert_uint_eq(tree->len, ARRAY_SIZE(handles));
	for (guint i = 0; i < tree->len; i++)
		ck_assert_uint_eq(((const GattAttr *)tree->pdata[i])->handle, handles[i]);
	attr = tree->pdata[1];
	ck_assert_int_eq(attr->kind, GATT_CHARACTERISTIC);
	ck_assert_uint_eq(attr->properties, PROP_NOTIFY);
	ck_assert_str_eq(attr->flags[0], "notify");
	ck_assert_str_eq(attr->path, LINK "/service0010/char0011");
	ck_assert_str_eq(gatt_attr_name(attr), "Heart Rate Measurement");
	ck_assert_str_eq(gatt_attr_name(tree->pdata[2]), "Client Characteristic Configuration");
	ck_assert(!((const GattAttr *)tree->pdata[4])->primary);
}
END_TEST

START_TEST(test_find)
{
	enum { ANY = GATT_CHARACTERISTIC | GATT_DESCRIPTOR, CHARACTERISTIC = GATT_CHARACTERISTIC };
	static const struct {
		const char *text;
		unsigned kinds;
		int r;
		uint16_t handle;
		const char *says;
	} rows[] = {
		{ "2a37", ANY, 0, 0x11, "" },
		{ "2A37", ANY, 0, 0x11, "" },
		{ "0x2a37", ANY, 0, 0x11, "" },
		{ "00002a37" BASE, ANY, 0, 0x11, "" },
		{ "0x11", ANY, 0, 0x11, "" },
		{ "0x0011", ANY, 0, 0x11, "" },
		{ "0X0013", ANY, 0, 0x13, "" },
		{ "2902", ANY, 0, 0x13, "" },
		{ "0014", ANY, 0, 0x23, "" },		/* without 0x: the UUID alone */
		{ "2902", CHARACTERISTIC, E_DOES_NOT_EXIST, 0, "0x0013 (descriptor 2902 Client" },
		{ "0x0010", ANY, E_DOES_NOT_EXIST, 0, "0x0010 (service 180d Heart Rate)" },
		{ "2a39", ANY, E_DOES_NOT_EXIST, 0, "2a39: the device has no such characteristic or descriptor" },
		{ "0x0099", ANY, E_DOES_NOT_EXIST, 0, "0x0099" },
		{ "2a38", ANY, E_INVALID_ARGUMENTS, 0, "0x0014 (characteristic 2a38 Body Sensor Location), 0x0021 (" },
		{ "0x0014", ANY, E_INVALID_ARGUMENTS, 0, "without 0x" },
		{ "", ANY, E_INVALID_ARGUMENTS, 0, "neither a handle" },
		{ "0x", ANY, E_INVALID_ARGUMENTS, 0, "neither a handle" },
		{ "xyz", ANY, E_INVALID_ARGUMENTS, 0, "\"xyz\"" },
	};
	g_autoptr(GPtrArray) tree = make_tree();

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		g_autoptr(GString) reason = g_string_new(NULL);
		GattAttr *attr = NULL;
		int r = gatt_tree_find(tree, rows[i].text, rows[i].kinds, &attr, reason);

		ck_assert_msg(r == rows[i].r, "\"%s\": %d, %s", rows[i].text, r, reason->str);
		ck_assert_msg(strstr(reason->str, rows[i].says) != NULL, "\"%s\": %s", rows[i].text,
			      reason->str);
		ck_assert_int_eq(attr != NULL, r == 0);
		if (attr)
			ck_assert_uint_eq(attr->handle, rows[i].handle);
	}
}
END_TEST

START_TEST(test_print)
{
	g_autoptr(GPtrArray) tree = make_tree();
	g_autoptr(GString) out = g_string_new(NULL);
	Json json;

	((GattAttr *)tree->pdata[2])->value = g_bytes_new("\0", 2);
	((GattAttr *)tree->pdata[3])->failure = g_strdup("0x05 pair\033 first");
	gatt_print(out, tree, false);
	ck_assert_str_eq(out->str,
		"service 0x0010: 180d Heart Rate\n"
		"  characteristic 0x0011: 2a37 Heart Rate Measurement [notify]\n"
		"    descriptor 0x0013: 2902 Client Characteristic Configuration = 0000\n"
		"  characteristic 0x0014: 2a38 Body Sensor Location [read] ! 0x05 pair\xef\xbf\xbd first\n"
		"service 0x0020 (secondary): 12345678-1234-5678-1234-56789abcdef0\n"
		"  characteristic 0x0021: 2a38 Body Sensor Location [read]\n"
		"  characteristic 0x0023: 0014 [write]\n");
	g_string_truncate(out, 0);
	json_init(&json, out);
	gatt_print_json(&json, tree);
	ck_assert_str_eq(out->str,
		"[{\"handle\":16,\"uuid\":\"0000180d" BASE "\",\"name\":\"Heart Rate\",\"primary\":true,\"characteristics\":["
		"{\"handle\":17,\"uuid\":\"00002a37" BASE "\",\"name\":\"Heart Rate Measurement\",\"properties\":16,"
		"\"flags\":[\"notify\"],\"descriptors\":[{\"handle\":19,\"uuid\":\"00002902" BASE "\","
		"\"name\":\"Client Characteristic Configuration\",\"value\":\"0000\",\"text\":null,\"decoded\":{},\"units\":{}}]},"
		"{\"handle\":20,\"uuid\":\"00002a38" BASE "\",\"name\":\"Body Sensor Location\",\"properties\":2,"
		"\"flags\":[\"read\"],\"error\":\"0x05 pair\\u001b first\",\"descriptors\":[]}]},"
		"{\"handle\":32,\"uuid\":\"12345678-1234-5678-1234-56789abcdef0\",\"name\":null,\"primary\":false,"
		"\"characteristics\":[{\"handle\":33,\"uuid\":\"00002a38" BASE "\",\"name\":\"Body Sensor Location\","
		"\"properties\":2,\"flags\":[\"read\"],\"descriptors\":[]},"
		"{\"handle\":35,\"uuid\":\"00000014" BASE "\",\"name\":null,\"properties\":8,\"flags\":[\"write\"],"
		"\"descriptors\":[]}]}]");
}
END_TEST

START_TEST(test_names)
{
	static const struct {
		uint32_t number;
		const char *characteristic;
		const char *descriptor;
	} rows[] = {
		{ 0x2a00, "Device Name", NULL }, { 0x2a19, "Battery Level", NULL },
		{ 0x2bce, "Supported Audio Contexts", NULL },
		{ 0x2900, NULL, "Characteristic Extended Properties" },
		{ 0x2901, NULL, "Characteristic User Description" },
		{ 0x180d, NULL, NULL }, { 0x12a37, NULL, NULL },
	};
	Uuid uuid;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uuid_from_int(rows[i].number, &uuid);
		ck_assert(g_strcmp0(name_of_characteristic(&uuid), rows[i].characteristic) == 0);
		ck_assert(g_strcmp0(name_of_descriptor(&uuid), rows[i].descriptor) == 0);
	}
	/* each one is found: the tables are in order */
	for (uint32_t number = 0x2a00, found = 0; number < 0x2c00; number++) {
		uuid_from_int(number, &uuid);
		found += name_of_characteristic(&uuid) != NULL;
		if (number == 0x2bff)
			ck_assert_uint_eq(found, 210);
	}
}
END_TEST

UNIT_MAIN("ctl-gatt", test_formats, test_parse, test_parse_length, test_append, test_tree, test_find,
	  test_print, test_names)
