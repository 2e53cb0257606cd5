/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Objects of GATT applications. */
#include "face/app-objects.h"

#include <errno.h>
#include <string.h>

#include "bus/msg.h"

static void object_free(void *data)
{
	AppObject *object = data;

	g_free(object->path);
	g_free(object->parent);
	g_strfreev(object->flags);
	if (object->includes)
		g_ptr_array_free(object->includes, TRUE);
	g_free(object);
}

/* --- properties --- */

static int read_uuid(sd_bus_message *m, void *userdata)
{
	AppObject *object = userdata;
	const char *text;
	int r = msg_read_variant(m, 's', &text);

	object->has_uuid = r > 0 && uuid_parse(text, &object->uuid) == 0;
	return r;
}

static int read_primary(sd_bus_message *m, void *userdata)
{
	return msg_read_variant_bool(m, &((AppObject *)userdata)->primary);
}

static int read_parent(sd_bus_message *m, void *userdata)
{
	AppObject *object = userdata;
	const char *path;
	int r = msg_read_variant(m, 'o', &path);

	if (r > 0) {
		g_free(object->parent);
		object->parent = g_strdup(path);
	}
	return r;
}

static int read_flags(sd_bus_message *m, void *userdata)
{
	AppObject *object = userdata;
	int r = msg_enter_variant(m, "as");

	if (r <= 0)
		return r;
	g_strfreev(object->flags);
	object->flags = NULL;
	r = sd_bus_message_read_strv(m, &object->flags);
	return r < 0 ? r : msg_exit_variant(m);
}

static int read_includes(sd_bus_message *m, void *userdata)
{
	AppObject *object = userdata;
	int r = msg_enter_variant(m, "ao");
	const char *path;

	if (r <= 0)
		return r;
	if (!object->includes)
		object->includes = g_ptr_array_new_with_free_func(g_free);
	r = sd_bus_message_enter_container(m, 'a', "o");
	while (r >= 0 && (r = sd_bus_message_read_basic(m, 'o', &path)) > 0)
		g_ptr_array_add(object->includes, g_strdup(path));
	if (r >= 0)
		r = sd_bus_message_exit_container(m);
	return r < 0 ? r : msg_exit_variant(m);
}

static int note_notify(sd_bus_message *m, void *userdata)
{
	((AppObject *)userdata)->takes_notify = true;
	return sd_bus_message_skip(m, "v");
}

static int note_write(sd_bus_message *m, void *userdata)
{
	((AppObject *)userdata)->takes_write = true;
	return sd_bus_message_skip(m, "v");
}

/* Which they are makes no difference. */
static int note_uuids(sd_bus_message *m, void *userdata)
{
	g_auto(GStrv) uuids = NULL;
	int r = msg_enter_variant(m, "as");

	if (r <= 0)
		return r;
	r = sd_bus_message_read_strv(m, &uuids);
	((AppObject *)userdata)->has_uuid = r >= 0 && uuids && uuids[0];
	return r < 0 ? r : msg_exit_variant(m);
}

static const MsgRow service_rows[] = {
	{ "UUID", read_uuid },
	{ "Primary", read_primary },
	{ "Includes", read_includes },
	{ 0 },
};

static const MsgRow characteristic_rows[] = {
	{ "UUID", read_uuid },
	{ "Service", read_parent },
	{ "Flags", read_flags },
	{ "NotifyAcquired", note_notify },
	{ "WriteAcquired", note_write },
	{ 0 },
};

static const MsgRow descriptor_rows[] = {
	{ "UUID", read_uuid },
	{ "Characteristic", read_parent },
	{ "Flags", read_flags },
	{ 0 },
};

static const MsgRow profile_rows[] = {
	{ "UUIDs", note_uuids },
	{ 0 },
};

static const struct {
	const char *interface;
	AppObjectKind kind;
	const MsgRow *rows;
} kinds[] = {
	{ "org.bluez.GattService1", APP_SERVICE, service_rows },
	{ "org.bluez.GattCharacteristic1", APP_CHARACTERISTIC, characteristic_rows },
	{ "org.bluez.GattDescriptor1", APP_DESCRIPTOR, descriptor_rows },
	{ "org.bluez.GattProfile1", APP_PROFILE, profile_rows },
};

static int on_interface(sd_bus_message *m, const char *path, const char *interface, void *userdata)
{
	GPtrArray *objects = userdata;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		AppObject *object;

		if (strcmp(interface, kinds[i].interface) != 0)
			continue;
		if (objects->len >= APP_OBJECTS_MAX)
			return -E2BIG;
		object = g_new0(AppObject, 1);
		object->kind = kinds[i].kind;
		object->path = g_strdup(path);
		object->primary = true;
		g_ptr_array_add(objects, object);
		return msg_walk_table(m, kinds[i].rows, object);
	}
	return msg_skip_properties(m);
}

int app_objects_read(sd_bus_message *m, GPtrArray **ret)
{
	g_autoptr(GPtrArray) objects = g_ptr_array_new_with_free_func(object_free);
	int r = msg_walk_objects(m, on_interface, objects);

	if (r < 0)
		return r;
	*ret = g_steal_pointer(&objects);
	return 0;
}

unsigned app_objects_characteristics(const GPtrArray *objects, const char *service)
{
	unsigned n = 0;

	for (guint i = 0; i < objects->len; i++) {
		const AppObject *object = g_ptr_array_index(objects, i);

		n += object->kind == APP_CHARACTERISTIC && object->parent &&
		     strcmp(object->parent, service) == 0;
	}
	return n;
}

int app_objects_profiles(const GPtrArray *objects)
{
	int n = 0;

	for (guint i = 0; i < objects->len; i++) {
		const AppObject *object = g_ptr_array_index(objects, i);

		if (object->kind == APP_PROFILE && !object->has_uuid)
			return -1;
		n += object->kind == APP_PROFILE;
	}
	return n;
}

/* --- flags --- */

/* What a flag means; of a descriptor's flags, only the permissions count. */
static const struct {
	const char *word;
	uint32_t properties;
	uint32_t permissions;
} flags_known[] = {
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
};

bool app_flags_read(const AppObject *object, LocalOptions *options)
{
	options->properties = options->permissions = 0;
	if (object->flags && g_strv_length(object->flags) > ARRAY_SIZE(flags_known))
		return false;
	for (char **flag = object->flags; flag && *flag; flag++) {
		size_t i = 0;

		while (i < ARRAY_SIZE(flags_known) && strcmp(flags_known[i].word, *flag) != 0)
			i++;
		if (i == ARRAY_SIZE(flags_known))
			return false;
		options->properties |= flags_known[i].properties;
		options->permissions |= flags_known[i].permissions;
	}
	if (object->kind == APP_DESCRIPTOR)
		options->properties = 0;
	return true;
}
