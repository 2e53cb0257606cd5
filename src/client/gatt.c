/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The attributes of a device: taken from ObjectManager, found by what the user typed. */
#include "client/gatt.h"

#include <string.h>

#include "meaning/names.h"

#define INTERFACE_PREFIX "com.example.Bluetooth."

static void attr_free(GattAttr *attr)
{
	g_free(attr->path);
	g_strfreev(attr->flags);
	g_clear_pointer(&attr->value, g_bytes_unref);
	g_free(attr->failure);
	g_free(attr);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GattAttr, attr_free)

/* 0: the interface is not that of an attribute. */
static GattKind kind_of(const char *interface)
{
	static const struct {
		const char *interface;
		GattKind kind;
	} kinds[] = {
		{ INTERFACE_PREFIX "RemoteService1", GATT_SERVICE },
		{ INTERFACE_PREFIX "RemoteCharacteristic1", GATT_CHARACTERISTIC },
		{ INTERFACE_PREFIX "RemoteDescriptor1", GATT_DESCRIPTOR },
	};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (strcmp(kinds[i].interface, interface) == 0)
			return kinds[i].kind;
	return 0;
}

/* NULL: no attribute, or it lacks properties, which happens if it goes away while the daemon answers. */
static GattAttr *attr_new(const char *path, const char *interface, GVariant *properties)
{
	g_autoptr(GattAttr) attr = g_new0(GattAttr, 1);
	gboolean primary = FALSE;
	const char *uuid;

	attr->kind = kind_of(interface);
	attr->path = g_strdup(path);
	if (attr->kind == 0 || !g_variant_lookup(properties, "Instance", "q", &attr->handle) ||
	    !g_variant_lookup(properties, "UUID", "&s", &uuid) || uuid_parse(uuid, &attr->uuid) < 0)
		return NULL;
	g_variant_lookup(properties, "IsPrimary", "b", &primary);
	attr->primary = primary;
	g_variant_lookup(properties, "Properties", "u", &attr->properties);
	g_variant_lookup(properties, "Flags", "^as", &attr->flags);
	return g_steal_pointer(&attr);
}

static int compare_handles(const void *a, const void *b)
{
	const GattAttr *first = *(GattAttr *const *)a;
	const GattAttr *second = *(GattAttr *const *)b;

	return (first->handle > second->handle) - (first->handle < second->handle);
}

bool gatt_is_below(const char *path, const char *parent)
{
	size_t length = strlen(parent);

	return strncmp(path, parent, length) == 0 && path[length] == '/';
}

/* Adds the attributes among the interfaces of an object. */
static void add_attrs(GPtrArray *tree, const char *path, GVariant *interfaces)
{
	size_t n = g_variant_n_children(interfaces);

	for (size_t i = 0; i < n; i++) {
		g_autoptr(GVariant) properties = NULL;
		const char *interface;
		GattAttr *attr;

		g_variant_get_child(interfaces, i, "{&s@a{sv}}", &interface, &properties);
		attr = attr_new(path, interface, properties);
		if (attr)
			g_ptr_array_add(tree, attr);
	}
}

GPtrArray *gatt_tree_new(GVariant *objects, const char *link)
{
	GPtrArray *tree = g_ptr_array_new_with_free_func((GDestroyNotify)attr_free);
	size_t n = g_variant_n_children(objects);

	for (size_t i = 0; i < n; i++) {
		g_autoptr(GVariant) interfaces = NULL;
		const char *path;

		g_variant_get_child(objects, i, "{&o@a{sa{sv}}}", &path, &interfaces);
		if (gatt_is_below(path, link))
			add_attrs(tree, path, interfaces);
	}
	g_ptr_array_sort(tree, compare_handles);
	return tree;
}

const char *gatt_kind_name(GattKind kind)
{
	switch (kind) {
	case GATT_SERVICE:
		return "service";
	case GATT_CHARACTERISTIC:
		return "characteristic";
	case GATT_DESCRIPTOR:
		break;
	}
	return "descriptor";
}

const char *gatt_attr_name(const GattAttr *attr)
{
	switch (attr->kind) {
	case GATT_SERVICE:
		return name_of_service(&attr->uuid);
	case GATT_CHARACTERISTIC:
		return name_of_characteristic(&attr->uuid);
	case GATT_DESCRIPTOR:
		break;
	}
	return name_of_descriptor(&attr->uuid);
}

void gatt_append_uuid(GString *out, const Uuid *uuid)
{
	char buffer[UUID_STRING_SIZE];
	uint32_t number;

	if (!uuid_short(uuid, &number))
		g_string_append(out, uuid_format(uuid, buffer));
	else
		g_string_append_printf(out, number <= UINT16_MAX ? "%04x" : "%08x", number);
}

/* "0x0014 (characteristic 2a37 Heart Rate Measurement)" */
static void append_choice(GString *out, const GattAttr *attr)
{
	const char *name = gatt_attr_name(attr);

	g_string_append_printf(out, "0x%04x (%s ", attr->handle, gatt_kind_name(attr->kind));
	gatt_append_uuid(out, &attr->uuid);
	g_string_append_printf(out, "%s%s)", name ? " " : "", name ? name : "");
}

/* Whether text has the form of a handle: 0x and up to 4 digits. Each such text is a valid UUID as well. */
static bool parse_handle(const char *text, uint16_t *ret)
{
	size_t digits = 0;

	if (text[0] != '0' || (text[1] != 'x' && text[1] != 'X'))
		return false;
	while (g_ascii_isxdigit(text[2 + digits]))
		digits++;
	if (digits < 1 || digits > 4 || text[2 + digits] != '\0')
		return false;
	*ret = (uint16_t)g_ascii_strtoull(text + 2, NULL, 16);
	return true;
}

/* Says that there is none of these kinds, and which attributes of other kinds the text names. */
static int explain_none(const char *text, unsigned kinds, const GPtrArray *others, GString *reason)
{
	g_string_append_printf(reason, "%.60s: the device has no such %s", text,
			       kinds == GATT_CHARACTERISTIC ? "characteristic"
							    : "characteristic or descriptor");
	for (guint i = 0; i < others->len; i++) {
		g_string_append(reason, i == 0 ? ", only " : ", ");
		append_choice(reason, others->pdata[i]);
	}
	return E_DOES_NOT_EXIST;
}

static int explain_several(const char *text, const GPtrArray *found, GString *reason)
{
	bool by_handle = false;

	g_string_append_printf(reason, "%.60s is several attributes; say which by its handle: ", text);
	for (guint i = 0; i < found->len; i++) {
		const GattAttr *attr = found->pdata[i];
		uint16_t handle;

		g_string_append(reason, i > 0 ? ", " : "");
		append_choice(reason, attr);
		by_handle |= parse_handle(text, &handle) && handle == attr->handle;
	}
	/* the handle that was typed is also somebody's UUID: without 0x only the UUID is meant */
	if (by_handle)
		g_string_append(reason, "; without 0x it is the UUID alone");
	return E_INVALID_ARGUMENTS;
}

int gatt_check_name(const char *text, GString *reason)
{
	Uuid uuid;

	/* this takes handles, too: each is also a UUID in short form */
	if (uuid_parse(text, &uuid) == 0)
		return 0;
	g_string_append_printf(reason,
			       "\"%.60s\" is neither a handle (0x0014) nor a UUID (2a37, or 36 characters)",
			       text);
	return E_INVALID_ARGUMENTS;
}

int gatt_tree_find(const GPtrArray *tree, const char *text, unsigned kinds, GattAttr **ret, GString *reason)
{
	g_autoptr(GPtrArray) found = g_ptr_array_new();
	g_autoptr(GPtrArray) others = g_ptr_array_new();
	uint16_t handle = 0;
	bool is_handle, is_uuid;
	Uuid uuid;
	int r;

	r = gatt_check_name(text, reason);
	if (r != 0)
		return r;
	is_handle = parse_handle(text, &handle);
	is_uuid = uuid_parse(text, &uuid) == 0;
	for (guint i = 0; i < tree->len; i++) {
		GattAttr *attr = tree->pdata[i];

		if ((is_handle && attr->handle == handle) || (is_uuid && uuid_equal(&attr->uuid, &uuid)))
			g_ptr_array_add(attr->kind & kinds ? found : others, attr);
	}
	if (found->len == 0)
		return explain_none(text, kinds, others, reason);
	if (found->len > 1)
		return explain_several(text, found, reason);
	*ret = found->pdata[0];
	return 0;
}
