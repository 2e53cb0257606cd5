/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The attributes of a device: read from ObjectManager, found by what a command says. */
#include "mqtt/attrs.h"

#include <errno.h>

#include "mqtt/variant.h"

int attrs_read(sd_bus_message *objects, const char *link, GPtrArray **ret)
{
	g_autoptr(GVariant) answer = NULL, dict = NULL;
	int r = variant_read(objects, &answer);

	if (r < 0)
		return r;
	if (!g_variant_is_of_type(answer, G_VARIANT_TYPE("(a{oa{sa{sv}}})")))
		return -EBADMSG;
	dict = g_variant_get_child_value(answer, 0);
	*ret = gatt_tree_new(dict, link);
	return 0;
}

/* --- finding --- */

/* The one above it: the characteristic of a descriptor, the service of a characteristic. */
static const GattAttr *parent_of(const GPtrArray *attrs, const GattAttr *item)
{
	for (guint i = 0; i < attrs->len; i++) {
		const GattAttr *parent = attrs->pdata[i];

		if (parent->kind == item->kind >> 1 && gatt_is_below(item->path, parent->path))
			return parent;
	}
	return NULL;
}

/* parent: may be NULL. */
static bool is_meant(const GPtrArray *attrs, const AttrName *name, const GattAttr *item)
{
	if (!item || (name->handle != 0 && item->handle != name->handle))
		return false;
	switch (item->kind) {
	case GATT_SERVICE:
		return name->has_service && uuid_equal(&item->uuid, &name->service);
	case GATT_CHARACTERISTIC:
		return name->handle != 0 || (uuid_equal(&item->uuid, &name->uuid) &&
		       (!name->has_service || is_meant(attrs, name, parent_of(attrs, item))));
	case GATT_DESCRIPTOR:
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
				       ((const GattAttr *)found->pdata[i])->handle);
	return reason_set(reason, E_INVALID_ARGUMENTS,
			  "uuid: there are %u of it; say which by \"handle\": %s", found->len, handles->str);
}

static int explain_none(const AttrName *name, unsigned kinds, Reason *reason)
{
	const char *what = kinds & GATT_CHARACTERISTIC ? "characteristic" : "descriptor";
	char uuid[UUID_STRING_SIZE];

	if (name->handle != 0)
		return reason_set(reason, E_DOES_NOT_EXIST, "handle: the device has no %s%s at 0x%04x", what,
				  kinds & GATT_CHARACTERISTIC && kinds & GATT_DESCRIPTOR ? " or descriptor"
											   : "",
				  name->handle);
	return reason_set(reason, E_DOES_NOT_EXIST, "uuid: the device has no %s %s there", what,
			  uuid_format(name->has_descriptor ? &name->descriptor : &name->uuid, uuid));
}

int attrs_find(const GPtrArray *attrs, const AttrName *name, unsigned kinds, const GattAttr **ret,
	       Reason *reason)
{
	g_autoptr(GPtrArray) found = g_ptr_array_new();

	if (name->has_descriptor)
		kinds &= GATT_DESCRIPTOR;
	else if (name->handle == 0)
		kinds &= GATT_CHARACTERISTIC;
	for (guint i = 0; i < attrs->len; i++) {
		const GattAttr *item = attrs->pdata[i];

		if (item->kind & kinds && is_meant(attrs, name, item))
			g_ptr_array_add(found, attrs->pdata[i]);
	}
	if (found->len == 0)
		return explain_none(name, kinds, reason);
	if (found->len > 1)
		return explain_several(found, reason);
	*ret = found->pdata[0];
	return 0;
}

bool attrs_has_flag(const GattAttr *item, const char *flag)
{
	return item->flags && g_strv_contains((const char *const *)item->flags, flag);
}

/* --- telling --- */

static json_object *item_to_json(const GattAttr *item)
{
	json_object *object = json_object_new_object();
	char uuid[UUID_STRING_SIZE];

	json_object_object_add(object, "uuid", json_object_new_string(uuid_format(&item->uuid, uuid)));
	json_object_object_add(object, "handle", json_object_new_int(item->handle));
	return object;
}

static json_object *flags_to_json(const GattAttr *item)
{
	json_object *list = json_object_new_array();

	for (char **flag = item->flags; flag && *flag; flag++)
		json_object_array_add(list, json_object_new_string(*flag));
	return list;
}

/* Those of that kind that are below path; by handle, as the list is. */
static json_object *items_to_json(const GPtrArray *attrs, GattKind kind, const char *path)
{
	json_object *list = json_object_new_array();

	for (guint i = 0; i < attrs->len; i++) {
		const GattAttr *item = attrs->pdata[i];
		json_object *object;

		if (item->kind != kind || (path && !gatt_is_below(item->path, path)))
			continue;
		object = item_to_json(item);
		if (kind == GATT_SERVICE)
			json_object_object_add(object, "primary", json_object_new_boolean(item->primary));
		if (kind == GATT_CHARACTERISTIC)
			json_object_object_add(object, "flags", flags_to_json(item));
		if (kind != GATT_DESCRIPTOR)
			json_object_object_add(object,
					       kind == GATT_SERVICE ? "characteristics" : "descriptors",
					       items_to_json(attrs, kind << 1, item->path));
		json_object_array_add(list, object);
	}
	return list;
}

json_object *attrs_to_json(const GPtrArray *attrs)
{
	return items_to_json(attrs, GATT_SERVICE, NULL);
}
