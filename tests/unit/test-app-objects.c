/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A GATT application's objects out of a program's message, which no bus has looked at; and BlueZ's flags. */
#include "face/app-objects.h"

#include <errno.h>
#include <string.h>

#include "unit.h"
#include "wire.h"

#define SERVICE "org.bluez.GattService1"
#define CHARACTERISTIC "org.bluez.GattCharacteristic1"
#define DESCRIPTOR "org.bluez.GattDescriptor1"
#define PROFILE "org.bluez.GattProfile1"
#define TREE "a{oa{sa{sv}}}"

static sd_bus_message *message(Wire *wire)
{
	sd_bus_message *m = NULL;

	ck_assert_int_ge(sd_bus_message_new_signal(wire->service, &m, "/", "a.b", "C"), 0);
	return m;
}

static void rewind_it(sd_bus_message *m)
{
	ck_assert_int_ge(sd_bus_message_seal(m, 1, 0), 0);
	ck_assert_int_ge(sd_bus_message_rewind(m, true), 0);
}

START_TEST(test_objects)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	g_autoptr(GPtrArray) objects = NULL;
	const AppObject *object;
	Wire wire;
	Uuid uuid;

	wire_init(&wire);
	m = message(&wire);
	ck_assert_int_ge(sd_bus_message_append(m, TREE, 4,
		"/a/s", 2,
			"org.freedesktop.DBus.Properties", 0,
			SERVICE, 3, "UUID", "s", "180d", "Primary", "b", 0, "Includes", "ao", 1, "/a/t",
		"/a/s/c", 1,
			CHARACTERISTIC, 5, "UUID", "s", "2a37", "Service", "o", "/a/s",
				"Flags", "as", 2, "read", "notify", "NotifyAcquired", "b", 0,
				"Value", "ay", 2, 1, 2,
		"/a/s/c/d", 1,
			DESCRIPTOR, 4, "UUID", "s", "00002901-0000-1000-8000-00805f9b34fb",
				"Characteristic", "o", "/a/s/c", "Flags", "as", 0,
				"Nonsense", "a{sv}", 1, "x", "u", 7,
		"/a/t", 1,
			"x.Other", 1, "UUID", "s", "180d"), 0);
	rewind_it(m);
	ck_assert_int_eq(app_objects_read(m, &objects), 0);
	ck_assert_uint_eq(objects->len, 3);

	object = g_ptr_array_index(objects, 0);
	ck_assert_int_eq(object->kind, APP_SERVICE);
	ck_assert_str_eq(object->path, "/a/s");
	ck_assert_ptr_null(object->parent);
	ck_assert_ptr_null(object->flags);
	ck_assert(object->has_uuid && !object->primary);
	uuid_from_int(0x180d, &uuid);
	ck_assert_mem_eq(&object->uuid, &uuid, sizeof(uuid));

	object = g_ptr_array_index(objects, 1);
	ck_assert_int_eq(object->kind, APP_CHARACTERISTIC);
	ck_assert_str_eq(object->parent, "/a/s");
	ck_assert(object->takes_notify && !object->takes_write);
	ck_assert_uint_eq(g_strv_length(object->flags), 2);

	object = g_ptr_array_index(objects, 2);
	ck_assert_int_eq(object->kind, APP_DESCRIPTOR);
	ck_assert_str_eq(object->parent, "/a/s/c");
	ck_assert(object->has_uuid);
	ck_assert_ptr_null(object->flags);
	wire_end(&wire);
}
END_TEST

/* Values of another type than BlueZ's do not count; a key that comes twice does no harm. */
START_TEST(test_odd)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	g_autoptr(GPtrArray) objects = NULL;
	const AppObject *object;
	Wire wire;

	wire_init(&wire);
	m = message(&wire);
	ck_assert_int_ge(sd_bus_message_append(m, TREE, 3,
		"/a", 1, SERVICE, 2, "UUID", "u", 0x180d, "Primary", "s", "no",
		"/b", 1, CHARACTERISTIC, 7, "UUID", "s", "no uuid", "Service", "s", "/a",
			"Flags", "s", "read", "Flags", "as", 1, "read", "Flags", "as", 1, "write",
			"Service", "o", "/x", "Service", "o", "/y",
		"/c", 2, DESCRIPTOR, 0, SERVICE, 0), 0);
	rewind_it(m);
	ck_assert_int_eq(app_objects_read(m, &objects), 0);
	ck_assert_uint_eq(objects->len, 4);
	object = g_ptr_array_index(objects, 0);
	ck_assert(!object->has_uuid && object->primary);
	object = g_ptr_array_index(objects, 1);
	ck_assert(!object->has_uuid);
	ck_assert_str_eq(object->parent, "/y");
	ck_assert_uint_eq(g_strv_length(object->flags), 1);
	ck_assert_str_eq(object->flags[0], "write");
	object = g_ptr_array_index(objects, 2);
	ck_assert_ptr_null(object->parent);
	/* one path with two of them */
	ck_assert_str_eq(((AppObject *)g_ptr_array_index(objects, 3))->path, "/c");
	wire_end(&wire);
}
END_TEST

/* Of a profile it counts whether it has UUIDs. */
START_TEST(test_profiles)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	g_autoptr(GPtrArray) objects = NULL;
	Wire wire;

	wire_init(&wire);
	m = message(&wire);
	ck_assert_int_ge(sd_bus_message_append(m, TREE, 4,
		"/a", 1, PROFILE, 2, "UUIDs", "as", 2, "180d", "what else", "Other", "u", 1,
		"/b", 1, PROFILE, 1, "UUIDs", "as", 0,
		"/c", 1, PROFILE, 1, "UUIDs", "s", "180d",
		"/d", 1, PROFILE, 0), 0);
	rewind_it(m);
	ck_assert_int_eq(app_objects_read(m, &objects), 0);
	ck_assert_uint_eq(objects->len, 4);
	for (guint i = 0; i < objects->len; i++) {
		const AppObject *object = g_ptr_array_index(objects, i);

		ck_assert_int_eq(object->kind, APP_PROFILE);
		ck_assert(object->has_uuid == (i == 0));
	}
	ck_assert_int_lt(app_objects_profiles(objects), 0);
	g_ptr_array_set_size(objects, 1);
	ck_assert_int_eq(app_objects_profiles(objects), 1);
	wire_end(&wire);
}
END_TEST

START_TEST(test_other_messages)
{
	static const char *const types[] = { "", "s", "a{sv}", "a{oa{sv}}", "a{sa{sa{sv}}}" };
	Wire wire;

	wire_init(&wire);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = message(&wire);
		GPtrArray *objects = NULL;

		if (*types[i] == 's')
			ck_assert_int_ge(sd_bus_message_append(m, "s", "text"), 0);
		else if (*types[i])
			ck_assert_int_ge(sd_bus_message_append(m, types[i], 0), 0);
		rewind_it(m);
		ck_assert_msg(app_objects_read(m, &objects) < 0, "%s", types[i]);
		ck_assert_ptr_null(objects);
	}
	wire_end(&wire);
}
END_TEST

static void fill(sd_bus_message *m, unsigned n)
{
	char path[32];

	ck_assert_int_ge(sd_bus_message_open_container(m, 'a', "{oa{sa{sv}}}"), 0);
	for (unsigned i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "/o%u", i);
		ck_assert_int_ge(sd_bus_message_append(m, "{oa{sa{sv}}}", path, 1, SERVICE, 0), 0);
	}
	ck_assert_int_ge(sd_bus_message_close_container(m), 0);
	rewind_it(m);
}

START_TEST(test_many)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *most = NULL, *more = NULL;
	g_autoptr(GPtrArray) objects = NULL, none = NULL;
	Wire wire;

	wire_init(&wire);
	most = message(&wire);
	more = message(&wire);
	fill(most, APP_OBJECTS_MAX);
	fill(more, APP_OBJECTS_MAX + 1);
	ck_assert_int_eq(app_objects_read(most, &objects), 0);
	ck_assert_uint_eq(objects->len, APP_OBJECTS_MAX);
	ck_assert_int_eq(app_objects_read(more, &none), -E2BIG);
	ck_assert_ptr_null(none);
	wire_end(&wire);
}
END_TEST

/* What comes from a program directly, with a string that has no end: it is refused, and not touched. */
START_TEST(test_hostile_string)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	GPtrArray *objects = NULL;
	const char *text;
	uint32_t length;
	Wire wire;

	wire_init(&wire);
	m = message(&wire);
	ck_assert_int_ge(sd_bus_message_append(m, TREE, 1, "/a", 1, SERVICE, 1, "Nonsense", "s",
					       "\xef\xbf\xbd" "abcd"), 0);
	rewind_it(m);
	ck_assert_int_gt(sd_bus_message_enter_container(m, 'a', "{oa{sa{sv}}}"), 0);
	ck_assert_int_gt(sd_bus_message_enter_container(m, 'e', "oa{sa{sv}}"), 0);
	ck_assert_int_gt(sd_bus_message_read(m, "o", &text), 0);
	ck_assert_int_gt(sd_bus_message_enter_container(m, 'a', "{sa{sv}}"), 0);
	ck_assert_int_gt(sd_bus_message_enter_container(m, 'e', "sa{sv}"), 0);
	ck_assert_int_gt(sd_bus_message_read(m, "s", &text), 0);
	ck_assert_int_gt(sd_bus_message_enter_container(m, 'a', "{sv}"), 0);
	ck_assert_int_gt(sd_bus_message_enter_container(m, 'e', "sv"), 0);
	ck_assert_int_gt(sd_bus_message_read(m, "s", &text), 0);
	ck_assert_int_gt(sd_bus_message_read(m, "v", "s", &text), 0);
	ck_assert_str_eq(text, "\xef\xbf\xbd" "abcd");
	/* a noncharacter instead of the first, and no end: the last byte of the message is a letter */
	memcpy((char *)text, "\xef\xbf\xbe", 3);
	((char *)text)[strlen(text)] = 'x';
	memcpy(&length, text - 4, 4);
	ck_assert_uint_eq(length, 7);
	ck_assert_int_ge(sd_bus_message_rewind(m, true), 0);
	ck_assert_int_lt(app_objects_read(m, &objects), 0);
	ck_assert_ptr_null(objects);
	ck_assert_mem_eq(text, "\xef\xbf\xbe" "abcdx", 8);
	wire_end(&wire);
}
END_TEST

START_TEST(test_flags)
{
	static const struct {
		const char *flags;
		uint32_t properties, permissions;
	} rows[] = {
		{ "", 0, 0 },
		{ "broadcast", PROP_BROADCAST, 0 },
		{ "read", PROP_READ, PERM_READ },
		{ "write-without-response", PROP_WRITE_NR, PERM_WRITE },
		{ "write", PROP_WRITE, PERM_WRITE },
		{ "notify", PROP_NOTIFY, 0 },
		{ "indicate", PROP_INDICATE, 0 },
		{ "authenticated-signed-writes", PROP_AUTH, PERM_WRITE },
		{ "extended-properties", PROP_EXT_PROP, 0 },
		{ "reliable-write", PROP_EXT_PROP, PERM_WRITE },
		{ "writable-auxiliaries", PROP_EXT_PROP, 0 },
		{ "encrypt-read", PROP_READ, PERM_READ_ENCRYPTED },
		{ "encrypt-write", PROP_WRITE, PERM_WRITE_ENCRYPTED },
		{ "encrypt-notify", PROP_NOTIFY, 0 },
		{ "encrypt-indicate", PROP_INDICATE, 0 },
		{ "encrypt-authenticated-read", PROP_READ, PERM_READ_ENCRYPTED_MITM },
		{ "encrypt-authenticated-write", PROP_WRITE, PERM_WRITE_ENCRYPTED_MITM },
		{ "encrypt-authenticated-notify", PROP_NOTIFY, 0 },
		{ "encrypt-authenticated-indicate", PROP_INDICATE, 0 },
		{ "secure-read", PROP_READ, PERM_READ_ENCRYPTED_MITM },
		{ "secure-write", PROP_WRITE, PERM_WRITE_ENCRYPTED_MITM },
		{ "secure-notify", PROP_NOTIFY, 0 },
		{ "secure-indicate", PROP_INDICATE, 0 },
		{ "authorize", 0, 0 },
		{ "read,write,notify", PROP_READ | PROP_WRITE | PROP_NOTIFY, PERM_READ | PERM_WRITE },
		{ "encrypt-read,read", PROP_READ, PERM_READ | PERM_READ_ENCRYPTED },
	};
	static const char *const unknown[] = { "Read", "read ", " ", "reads", "permissions",
					       "read,,write" };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		g_auto(GStrv) flags = g_strsplit(rows[i].flags, ",", -1);
		AppObject object = { .kind = APP_CHARACTERISTIC, .flags = flags };
		LocalOptions options = { .properties = UINT32_MAX, .permissions = UINT32_MAX };

		ck_assert_msg(app_flags_read(&object, &options), "%s", rows[i].flags);
		ck_assert_msg(options.properties == rows[i].properties, "%s", rows[i].flags);
		ck_assert_msg(options.permissions == rows[i].permissions, "%s", rows[i].flags);
		object.kind = APP_DESCRIPTOR;
		ck_assert(app_flags_read(&object, &options));
		ck_assert_uint_eq(options.properties, 0);
		ck_assert_uint_eq(options.permissions, rows[i].permissions);
	}
	for (size_t i = 0; i < ARRAY_SIZE(unknown); i++) {
		g_auto(GStrv) flags = g_strsplit(unknown[i], ",", -1);
		const AppObject object = { .kind = APP_CHARACTERISTIC, .flags = flags };
		LocalOptions options = { 0 };

		ck_assert_msg(!app_flags_read(&object, &options), "%s", unknown[i]);
	}
	ck_assert(app_flags_read(&(AppObject){ .kind = APP_SERVICE }, &(LocalOptions){ 0 }));
}
END_TEST

UNIT_MAIN("app-objects", test_objects, test_odd, test_profiles, test_other_messages, test_many,
	  test_hostile_string, test_flags)
