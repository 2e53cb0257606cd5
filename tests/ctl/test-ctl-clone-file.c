/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A device as a file: whatever it has, serve reads the file, and finds in it what was cloned. */
#include <string.h>

#include "client/gatt.h"
#include "ctl/clone/file.h"
#include "ctl/serve/file.h"
#include "meaning/constants.h"
#include "meaning/hex.h"
#include "text-file.h"
#include "unit.h"

/* Reads what was written, as serve does. */
static ServeFile *load(const GString *text)
{
	g_autoptr(GString) error = g_string_new(NULL);
	char *path = text_file_make(text->str);
	ServeFile *file = serve_file_load(path, error);

	text_file_remove(path);
	ck_assert_msg(file != NULL, "%s in:\n%s", error->str, text->str);
	return file;
}

static ServeFile *make_clone(const char *data, const char *response, const GPtrArray *tree, GString *text)
{
	g_autoptr(GByteArray) advertised = g_byte_array_new(), answered = g_byte_array_new();
	Reason reason = { 0 };

	ck_assert_int_eq(hex_parse(data, advertised, &reason), 0);
	ck_assert_int_eq(hex_parse(response, answered, &reason), 0);
	clone_append_advertisement(text, &(CloneHeard){ .data = advertised->data, .length = advertised->len,
							.response = answered->data,
							.response_length = answered->len });
	if (tree)
		clone_append_tree(text, tree);
	return load(text);
}

/* --- advertisements --- */

START_TEST(test_advertisements)
{
	static const struct {
		const char *data;
		const char *response;
		const char *lines;	/* of the group, behind its head */
		const char *comment;	/* or NULL */
	} rows[] = {
		{ "", "", "", "was not heard" },
		{ "020106", "", "", NULL },
		{ "020104", "", "Discoverable=false\n", NULL },
		{ "0201060303 0d18 0b09 48656172742052617465", "", "Name=Heart Rate\nServices=180d\n", NULL },
		/* the whole name goes before a shortened one, wherever it is */
		{ "0508 48656172", "0b09 48656172742052617465", "Name=Heart Rate\n", NULL },
		{ "0b09 48656172742052617465", "0508 48656172", "Name=Heart Rate\n", NULL },
		{ "0508 20480a5c", "", "Name=\\sH\\n\\\\\n", NULL },
		{ "0509 5b785d3b", "", "Name=[x];\n", NULL },
		{ "0309 fffe", "", "", "it is not valid UTF-8" },
		{ "0209 00", "", "", NULL },
		{ "", "1f09 78787878787878787878 78787878787878787878 78787878787878787878", "", "it is too long" },
		/* the same in both packets; more than there is room for; three widths */
		{ "0303 0d18", "0503 0d180f18", "Services=180d;180f\n", NULL },
		{ "0303 0d18 0505 23c1ab00", "", "Services=180d;00abc123\n", NULL },
		{ "1107 f0debc9a785634127856341278563412", "1107 f1debc9a785634127856341278563412",
		  "Services=12345678-1234-5678-1234-56789abcdef0\n",
		  "there is no room: service 12345678-1234-5678-1234-56789abcdef1" },
		{ "05ff 4c000102", "", "Manufacturer=0x004c:0102\n", NULL },
		{ "05ff 4c000102 04ff 4c0003", "", "Manufacturer=0x004c:0102\n", "there is other data" },
		{ "05ff 4c000102 05ff 4c000102 04ff c40003", "", "Manufacturer=0x004c:0102;0x00c4:03\n", NULL },
		{ "03ff 4c00", "", "", "sends none without data" },
		{ "02ff 4c", "", "", "no key for it" },
		{ "0416 0f1864 0620 23c1ab0001", "", "ServiceData=180f:64;00abc123:01\n", NULL },
		{ "1eff ffff 0102030405060708090a0b0c0d0e0f101112131415161718191a1b", "", "", "there is no room" },
		{ "0319 4103 020a f4", "", "Appearance=0x0341\nTxPower=true\n", NULL },
		{ "0319 ffff", "", "", "for none" },
		{ "0512 0600 0c00", "", "", "no key for it" },
		{ "0315 0d18", "", "", "no key for it" },
		{ "ff", "1f09 41", "", NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		g_autoptr(GString) text = g_string_new(NULL);
		g_autoptr(ServeFile) file = make_clone(rows[i].data, rows[i].response, NULL, text);
		const char *group = strstr(text->str, "[Advertisement]\n");

		ck_assert(file->advertises);
		ck_assert_ptr_nonnull(group);
		ck_assert_msg(strcmp(group + strlen("[Advertisement]\n"), rows[i].lines) == 0, "%s: %s", rows[i].data,
			      text->str);
		ck_assert_msg(rows[i].comment ? strstr(text->str, rows[i].comment) != NULL : text->str == group, "%s: %s",
			      rows[i].data, text->str);
		if (strstr(rows[i].lines, "Name=\\s"))
			ck_assert_str_eq(file->announcement.name, " H\n\\");
	}
}
END_TEST

/* How it advertises, as far as that was heard, and BlueZ lets anybody choose. */
START_TEST(test_params)
{
	static const struct {
		CloneHeard heard;
		const char *lines;
	} rows[] = {
		{ { 0 }, "" },
		{ { .connectable = true }, "AdvType=connectable\n" },
		{ { .connectable = true, .addr_type = "public" }, "AdvType=connectable\nOwnAddrType=public\n" },
		{ { .addr_type = "random" },
		  "# OwnAddrType=random: left out, BlueZ sends from the radio's own address\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		g_autoptr(GString) text = g_string_new(NULL);
		g_autoptr(ServeFile) file = NULL;

		clone_append_advertisement(text, &rows[i].heard);
		file = load(text);
		ck_assert(file->advertises);
		ck_assert_str_eq(strstr(text->str, "[Advertisement]\n") + strlen("[Advertisement]\n"), rows[i].lines);
	}
}
END_TEST

/* --- trees --- */

static void attr_free(void *pointer)
{
	GattAttr *attr = pointer;

	g_clear_pointer(&attr->value, g_bytes_unref);
	g_free(attr->failure);
	g_free(attr);
}

static GattAttr *add(GPtrArray *tree, GattKind kind, const char *uuid, uint32_t properties)
{
	GattAttr *attr = g_new0(GattAttr, 1);

	attr->kind = kind;
	attr->handle = (uint16_t)(tree->len + 1);
	attr->primary = true;
	attr->properties = properties;
	ck_assert_int_eq(uuid_parse(uuid, &attr->uuid), 0);
	g_ptr_array_add(tree, attr);
	return attr;
}

static GattAttr *add_value(GPtrArray *tree, GattKind kind, const char *uuid, const void *bytes, size_t length)
{
	GattAttr *attr = add(tree, kind, uuid, PROP_READ);

	attr->value = g_bytes_new(bytes, length);
	return attr;
}

/* Each value comes back as it was, alone in a characteristic, and in a descriptor. */
START_TEST(test_values)
{
	static const struct {
		const char *bytes;
		size_t length;
	} rows[] = {
		{ "", 0 }, { "\0", 1 }, { "a", 1 }, { "Hi", 2 }, { "Hi\n", 3 }, { "Hi\0", 3 }, { " Hi", 3 }, { "Hi ", 3 },
		{ "\\n", 2 }, { "0x01", 4 }, { "u8:300", 6 }, { "text:x", 6 }, { "hex:", 4 }, { "a;b", 3 }, { "#x", 2 },
		{ "[Service x]", 11 }, { "\n[Service x]\nUUID=180d\n", 23 }, { "\xff\xfe", 2 }, { "\xc3\xa9", 2 },
		{ "\033[2J", 4 }, { "=", 1 }, { "==", 2 },
	};
	static uint8_t longest[512];

	for (size_t i = 0; i <= ARRAY_SIZE(rows); i++) {
		const void *bytes = i < ARRAY_SIZE(rows) ? (const void *)rows[i].bytes : longest;
		const size_t length = i < ARRAY_SIZE(rows) ? rows[i].length : sizeof(longest);
		g_autoptr(GPtrArray) tree = g_ptr_array_new_with_free_func(attr_free);
		g_autoptr(GString) text = g_string_new(NULL);
		g_autoptr(ServeFile) file = NULL;

		add(tree, GATT_SERVICE, "180d", 0);
		add_value(tree, GATT_CHARACTERISTIC, "2a00", bytes, length);
		add_value(tree, GATT_DESCRIPTOR, "2901", bytes, length);
		file = make_clone("", "", tree, text);
		ck_assert_ptr_null(strchr(text->str, '\033'));
		ck_assert_uint_eq(file->services->len, 1);
		for (int kind = 0; kind < 2; kind++) {
			const GPtrArray *attrs = kind == 0 ? file->characteristics : file->descriptors;
			const ServeAttr *attr = g_ptr_array_index(attrs, 0);

			ck_assert_uint_eq(attrs->len, 1);
			ck_assert_uint_eq(attr->value->len, length);
			ck_assert(length == 0 || memcmp(attr->value->data, bytes, length) == 0);
		}
	}
}
END_TEST

START_TEST(test_order)
{
	g_autoptr(GPtrArray) tree = g_ptr_array_new_with_free_func(attr_free);
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(ServeFile) file = NULL;

	/* more than once the same everywhere, and names that look like those that are made */
	for (unsigned i = 0; i < 300; i++) {
		add(tree, GATT_SERVICE, i % 3 == 0 ? "180f" : "12345678-1234-5678-1234-56789abcdef0", 0)->primary = i % 2;
		for (unsigned j = 0; j <= i % 4; j++) {
			add(tree, GATT_CHARACTERISTIC, i % 2 ? "2a19" : "00abc123", 1 + (i * 7 + j) % 255);
			add(tree, GATT_DESCRIPTOR, "2901", 0);
			add(tree, GATT_DESCRIPTOR, j % 2 ? "2901" : "2904", 0);
		}
	}
	file = make_clone("", "", tree, text);
	ck_assert_uint_eq(file->services->len, 300);
	for (guint i = 0, services = 0, characteristics = 0, descriptors = 0; i < tree->len; i++) {
		const GattAttr *attr = tree->pdata[i];
		const char *uuid;
		Uuid found;

		if (attr->kind == GATT_SERVICE) {
			const ServeService *service = g_ptr_array_index(file->services, services++);

			ck_assert_int_eq(service->primary, attr->primary);
			uuid = service->uuid;
		} else if (attr->kind == GATT_CHARACTERISTIC) {
			const ServeAttr *served = g_ptr_array_index(file->characteristics, characteristics++);

			ck_assert_ptr_eq(served->service, g_ptr_array_index(file->services, services - 1));
			ck_assert_uint_eq(served->properties, attr->properties);
			uuid = served->uuid;
		} else {
			const ServeAttr *served = g_ptr_array_index(file->descriptors, descriptors++);

			ck_assert_ptr_eq(served->parent, g_ptr_array_index(file->characteristics, characteristics - 1));
			uuid = served->uuid;
		}
		ck_assert_int_eq(uuid_parse(uuid, &found), 0);
		ck_assert(uuid_equal(&found, &attr->uuid));
	}
}
END_TEST

START_TEST(test_permissions)
{
	static const struct {
		uint32_t properties;
		const char *failure;
		uint32_t permissions;
	} rows[] = {
		{ PROP_READ, NULL, PERM_READ },
		{ PROP_READ | PROP_WRITE, NULL, PERM_READ | PERM_WRITE },
		{ PROP_WRITE_NR, NULL, PERM_WRITE },
		{ PROP_NOTIFY, NULL, 0 },
		{ PROP_AUTH, NULL, PERM_WRITE_SIGNED },
		{ PROP_READ | PROP_WRITE, "0x05 pair first", PERM_READ_ENCRYPTED | PERM_WRITE_ENCRYPTED },
		{ PROP_READ, "0x0f pair first", PERM_READ_ENCRYPTED },
		{ PROP_READ, "0x80 not now", PERM_READ },
		{ PROP_READ, "\n[Service x]\nUUID=180d\033", PERM_READ },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		g_autoptr(GPtrArray) tree = g_ptr_array_new_with_free_func(attr_free);
		g_autoptr(GString) text = g_string_new(NULL);
		g_autoptr(ServeFile) file = NULL;
		const ServeAttr *attr;

		add(tree, GATT_SERVICE, "180d", 0);
		add(tree, GATT_CHARACTERISTIC, "2a00", rows[i].properties)->failure = g_strdup(rows[i].failure);
		file = make_clone("", "", tree, text);
		attr = g_ptr_array_index(file->characteristics, 0);
		ck_assert_uint_eq(attr->permissions, rows[i].permissions);
		ck_assert_uint_eq(attr->properties, rows[i].properties);
		ck_assert(!rows[i].failure || strstr(text->str, "could not be read") != NULL);
	}
}
END_TEST

/* What bluetoothd has itself, or cannot serve, is left out, with what belongs to it. */
START_TEST(test_left_out)
{
	g_autoptr(GPtrArray) tree = g_ptr_array_new_with_free_func(attr_free);
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(ServeFile) file = NULL;

	add(tree, GATT_SERVICE, "1800", 0);
	add(tree, GATT_CHARACTERISTIC, "2a00", PROP_READ);
	add(tree, GATT_SERVICE, "180f", 0);
	add(tree, GATT_SERVICE, "180d", 0);
	add(tree, GATT_CHARACTERISTIC, "2803", PROP_READ);
	add(tree, GATT_DESCRIPTOR, "2901", 0);
	add(tree, GATT_CHARACTERISTIC, "2a37", PROP_NOTIFY);
	add(tree, GATT_DESCRIPTOR, "2902", 0);
	add(tree, GATT_DESCRIPTOR, "2901", 0);
	add(tree, GATT_CHARACTERISTIC, "2a38", PROP_READ);
	add(tree, GATT_DESCRIPTOR, "2902", 0);
	add(tree, GATT_CHARACTERISTIC, "2a39", 0);
	add(tree, GATT_SERVICE, "180a", 0);
	add(tree, GATT_CHARACTERISTIC, "2800", PROP_READ);
	file = make_clone("", "", tree, text);
	ck_assert_uint_eq(file->services->len, 1);
	ck_assert_uint_eq(file->characteristics->len, 2);
	ck_assert_uint_eq(file->descriptors->len, 1);
	ck_assert(strstr(text->str, "Left out, with all that is in it: uuid: 0x1800 is") != NULL);
	ck_assert(strstr(text->str, "Left out, with all that is in it: uuid: 0x2803 is") != NULL);
	ck_assert(strstr(text->str, "Left out: it has no characteristic that can be served") != NULL);
	ck_assert(strstr(text->str, "Left out, with all that is in it: it has no characteristic") != NULL);
	ck_assert(strstr(text->str, "Left out: uuid: 0x2902 is") != NULL);
	ck_assert(strstr(text->str, "Left out: it has no property") != NULL);
}
END_TEST

UNIT_MAIN("ctl-clone-file", test_advertisements, test_params, test_values, test_order, test_permissions, test_left_out)
