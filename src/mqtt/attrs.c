/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The attributes of a device: read from ObjectManager, found by what a command says. */
#include "mqtt/attrs.h"

#include <string.h>

#define PREFIX "com.example.Bluetooth."

static void item_free(AttrsItem *item)
{
	g_free(item->path);
	g_clear_pointer(&item->flags, g_ptr_array_unref);
	g_free(item);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AttrsItem, item_free)

/* 0: not the interface of an attribute. */
static AttrsKind kind_of(const char *interface)
{
	if (strcmp(interface, PREFIX "RemoteService1") == 0)
		return ATTRS_SERVICE;
	if (strcmp(interface, PREFIX "RemoteCharacteristic1") == 0)
		return ATTRS_CHARACTERISTIC;
	return strcmp(interface, PREFIX "RemoteDescriptor1") == 0 ? ATTRS_DESCRIPTOR : 0;
}

/* --- reading --- */

static int read_flags(sd_bus_message *m, AttrsItem *item)
{
	const char *flag;
	int r;

	g_clear_pointer(&item->flags, g_ptr_array_unref);
	item->flags = g_ptr_array_new_with_free_func(g_free);
	r = sd_bus_message_enter_container(m, 'v', "as");
	if (r >= 0)
		r = sd_bus_message_enter_container(m, 'a', "s");
	while (r >= 0 && (r = sd_bus_message_read_basic(m, 's', &flag)) > 0)
		g_ptr_array_add(item->flags, g_strdup(flag));
	if (r >= 0)
		r = sd_bus_message_exit_container(m);
	return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int read_property(sd_bus_message *m, AttrsItem *item)
{
	const char *name, *uuid;
	int r, primary;

	r = sd_bus_message_read_basic(m, 's', &name);
	if (r < 0)
		return r;
	if (strcmp(name, "UUID") == 0) {
		r = sd_bus_message_read(m, "v", "s", &uuid);
		return r < 0 ? r : uuid_parse(uuid, &item->uuid);
	}
	if (strcmp(name, "Instance") == 0)
		return sd_bus_message_read(m, "v", "q", &item->handle);
	if (strcmp(name, "Flags") == 0)
		return read_flags(m, item);
	if (strcmp(name, "IsPrimary") == 0) {
		r = sd_bus_message_read(m, "v", "b", &primary);
		item->primary = r >= 0 && primary;
		return r;
	}
	return sd_bus_message_skip(m, "v");
}

static int read_interface(sd_bus_message *m, const char *path, GPtrArray *attrs)
{
	g_autoptr(AttrsItem) item = g_new0(AttrsItem, 1);
	const char *interface;
	int r;

	r = sd_bus_message_read_basic(m, 's', &interface);
	if (r < 0)
		return r;
	item->kind = kind_of(interface);
	if (item->kind == 0)
		return sd_bus_message_skip(m, "a{sv}");
	item->path = g_strdup(path);
	r = sd_bus_message_enter_container(m, 'a', "{sv}");
	while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
		r = read_property(m, item);
		if (r >= 0)
			r = sd_bus_message_exit_container(m);
	}
	if (r >= 0)
		r = sd_bus_message_exit_container(m);
	/* one that goes while the daemon answers lacks its properties */
	if (r >= 0 && item->handle != 0)
		g_ptr_array_add(attrs, g_steal_pointer(&item));
	return r;
}

static int read_interfaces(sd_bus_message *m, const char *path, GPtrArray *attrs)
{
	int r;

	r = sd_bus_message_enter_container(m, 'a', "{sa{sv}}");
	while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sa{sv}")) > 0) {
		r = read_interface(m, path, attrs);
		if (r >= 0)
			r = sd_bus_message_exit_container(m);
	}
	return r < 0 ? r : sd_bus_message_exit_container(m);
}

static bool is_below(const char *path, const char *link)
{
	size_t length = strlen(link);

	return strncmp(path, link, length) == 0 && path[length] == '/';
}

static int compare_handles(const void *a, const void *b)
{
	const AttrsItem *first = *(AttrsItem *const *)a, *second = *(AttrsItem *const *)b;

	return (first->handle > second->handle) - (first->handle < second->handle);
}

int attrs_read(sd_bus_message *objects, const char *link, GPtrArray **ret)
{
	g_autoptr(GPtrArray) attrs = g_ptr_array_new_with_free_func((GDestroyNotify)item_free);
	const char *path;
	int r;

	r = sd_bus_message_enter_container(objects, 'a', "{oa{sa{sv}}}");
	while (r >= 0 && (r = sd_bus_message_enter_container(objects, 'e', "oa{sa{sv}}")) > 0) {
		r = sd_bus_message_read_basic(objects, 'o', &path);
		if (r >= 0)
			r = is_below(path, link) ? read_interfaces(objects, path, attrs)
						 : sd_bus_message_skip(objects, "a{sa{sv}}");
		if (r >= 0)
			r = sd_bus_message_exit_container(objects);
	}
	if (r < 0)
		return r;
	g_ptr_array_sort(attrs, compare_handles);
	*ret = g_steal_pointer(&attrs);
	return 0;
}

/* --- finding --- */

/* The one above it: the characteristic of a descriptor, the service of a characteristic. */
static const AttrsItem *parent_of(const GPtrArray *attrs, const AttrsItem *item)
{
	for (guint i = 0; i < attrs->len; i++) {
		const AttrsItem *parent = attrs->pdata[i];

		if (parent->kind == item->kind >> 1 && is_below(item->path, parent->path))
			return parent;
	}
	return NULL;
}

/* parent: may be NULL. */
static bool is_meant(const GPtrArray *attrs, const AttrName *name, const AttrsItem *item)
{
	if (!item || (name->handle != 0 && item->handle != name->handle))
		return false;
	switch (item->kind) {
	case ATTRS_SERVICE:
		return name->has_service && uuid_equal(&item->uuid, &name->service);
	case ATTRS_CHARACTERISTIC:
		return name->handle != 0 || (uuid_equal(&item->uuid, &name->uuid) &&
		       (!name->has_service || is_meant(attrs, name, parent_of(attrs, item))));
	case ATTRS_DESCRIPTOR:
		return name->handle != 0 || (uuid_equal(&item->uuid, &name->descriptor) &&
		       is_meant(attrs, name, parent_of(attrs, item)));
	}
	return false;
}

static int explain_several(const GPtrArray *found, Reason *reason)
{
	g_autoptr(GString) handles = g_string_new(NULL);

	for (guint i = 0; i < found->len; i++)
		g_string_append_printf(handles, "%s0x%04x", i > 0 ? ", " : "",
				       ((const AttrsItem *)found->pdata[i])->handle);
	return reason_set(reason, E_INVALID_ARGUMENTS,
			  "uuid: there are %u of it; say which by \"handle\": %s", found->len, handles->str);
}

static int explain_none(const AttrName *name, unsigned kinds, Reason *reason)
{
	const char *what = kinds & ATTRS_CHARACTERISTIC ? "characteristic" : "descriptor";
	char uuid[UUID_STRING_SIZE];

	if (name->handle != 0)
		return reason_set(reason, E_DOES_NOT_EXIST, "handle: the device has no %s%s at 0x%04x", what,
				  kinds & ATTRS_CHARACTERISTIC && kinds & ATTRS_DESCRIPTOR ? " or descriptor"
											   : "",
				  name->handle);
	return reason_set(reason, E_DOES_NOT_EXIST, "uuid: the device has no %s %s there", what,
			  uuid_format(name->has_descriptor ? &name->descriptor : &name->uuid, uuid));
}

int attrs_find(const GPtrArray *attrs, const AttrName *name, unsigned kinds, const AttrsItem **ret,
	       Reason *reason)
{
	g_autoptr(GPtrArray) found = g_ptr_array_new();

	if (name->has_descriptor)
		kinds &= ATTRS_DESCRIPTOR;
	else if (name->handle == 0)
		kinds &= ATTRS_CHARACTERISTIC;
	for (guint i = 0; i < attrs->len; i++) {
		AttrsItem *item = attrs->pdata[i];

		if (item->kind & kinds && is_meant(attrs, name, item))
			g_ptr_array_add(found, item);
	}
	if (found->len == 0)
		return explain_none(name, kinds, reason);
	if (found->len > 1)
		return explain_several(found, reason);
	*ret = found->pdata[0];
	return 0;
}

bool attrs_has_flag(const AttrsItem *item, const char *flag)
{
	return item->flags && g_ptr_array_find_with_equal_func(item->flags, flag, g_str_equal, NULL);
}

/* --- telling --- */

static json_object *item_to_json(const AttrsItem *item)
{
	json_object *object = json_object_new_object();
	char uuid[UUID_STRING_SIZE];

	json_object_object_add(object, "uuid", json_object_new_string(uuid_format(&item->uuid, uuid)));
	json_object_object_add(object, "handle", json_object_new_int(item->handle));
	return object;
}

static json_object *flags_to_json(const AttrsItem *item)
{
	json_object *list = json_object_new_array();

	for (guint i = 0; item->flags && i < item->flags->len; i++)
		json_object_array_add(list, json_object_new_string(item->flags->pdata[i]));
	return list;
}

/* Those of that kind that are below path; by handle, as the list is. */
static json_object *items_to_json(const GPtrArray *attrs, AttrsKind kind, const char *path)
{
	json_object *list = json_object_new_array();

	for (guint i = 0; i < attrs->len; i++) {
		const AttrsItem *item = attrs->pdata[i];
		json_object *object;

		if (item->kind != kind || (path && !is_below(item->path, path)))
			continue;
		object = item_to_json(item);
		if (kind == ATTRS_SERVICE)
			json_object_object_add(object, "primary", json_object_new_boolean(item->primary));
		if (kind == ATTRS_CHARACTERISTIC)
			json_object_object_add(object, "flags", flags_to_json(item));
		if (kind != ATTRS_DESCRIPTOR)
			json_object_object_add(object,
					       kind == ATTRS_SERVICE ? "characteristics" : "descriptors",
					       items_to_json(attrs, kind << 1, item->path));
		json_object_array_add(list, object);
	}
	return list;
}

json_object *attrs_to_json(const GPtrArray *attrs)
{
	return items_to_json(attrs, ATTRS_SERVICE, NULL);
}
