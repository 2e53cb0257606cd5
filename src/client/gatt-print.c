/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The GATT tree of a device: an indented list, or nested objects. */
#include "client/gatt-print.h"

#include "client/text.h"
#include "client/value-print.h"
#include "meaning/value.h"

#define BOLD "\033[1m"
#define RED "\033[31m"
#define PLAIN "\033[0m"

static unsigned depth_of(GattKind kind)
{
	return kind == GATT_SERVICE ? 0 : kind == GATT_CHARACTERISTIC ? 1 : 2;
}

static void append_flags(GString *out, const GattAttr *attr)
{
	g_string_append(out, " [");
	for (char **flag = attr->flags; flag && *flag; flag++) {
		g_string_append(out, flag == attr->flags ? "" : " ");
		text_append(out, *flag, -1);
	}
	g_string_append_c(out, ']');
}

static void append_attr(GString *out, const GattAttr *attr, bool colour)
{
	const char *name = gatt_attr_name(attr);

	g_string_append_printf(out, "%*s%s 0x%04x%s: ", (int)(2 * depth_of(attr->kind)), "",
			       gatt_kind_name(attr->kind), attr->handle,
			       attr->kind == GATT_SERVICE && !attr->primary ? " (secondary)" : "");
	gatt_append_uuid(out, &attr->uuid);
	if (name)
		g_string_append_printf(out, " %s%s%s", colour ? BOLD : "", name, colour ? PLAIN : "");
	if (attr->kind == GATT_CHARACTERISTIC)
		append_flags(out, attr);
	if (attr->value) {
		size_t length;
		const uint8_t *bytes = g_bytes_get_data(attr->value, &length);

		g_string_append(out, length > 0 ? " = " : " = (empty)");
		value_print(out, VALUE_ANY, &attr->uuid, bytes, length);
	} else if (attr->failure) {
		g_string_append_printf(out, " %s! ", colour ? RED : "");
		text_append(out, attr->failure, -1);
		g_string_append(out, colour ? PLAIN : "");
	}
	g_string_append_c(out, '\n');
}

void gatt_print(GString *out, const GPtrArray *tree, bool colour)
{
	for (guint i = 0; i < tree->len; i++)
		append_attr(out, tree->pdata[i], colour);
}

void gatt_print_attr_json(Json *json, const GattAttr *attr)
{
	char uuid[UUID_STRING_SIZE];
	const char *name = gatt_attr_name(attr);

	json_key(json, "handle");
	json_uint(json, attr->handle);
	json_key(json, "uuid");
	json_string(json, uuid_format(&attr->uuid, uuid), -1);
	json_key(json, "name");
	if (name)
		json_string(json, name, -1);
	else
		json_null(json);
}

static void append_own_members(Json *json, const GattAttr *attr)
{
	gatt_print_attr_json(json, attr);
	if (attr->kind == GATT_SERVICE) {
		json_key(json, "primary");
		json_bool(json, attr->primary);
	} else if (attr->kind == GATT_CHARACTERISTIC) {
		json_key(json, "properties");
		json_uint(json, attr->properties);
		json_key(json, "flags");
		json_begin_array(json);
		for (char **flag = attr->flags; flag && *flag; flag++)
			json_string(json, *flag, -1);
		json_end_array(json);
	}
	if (attr->value) {
		size_t length;
		const uint8_t *bytes = g_bytes_get_data(attr->value, &length);

		value_print_json(json, VALUE_ANY, &attr->uuid, bytes, length);
	} else if (attr->failure) {
		json_key(json, "error");
		json_string(json, attr->failure, -1);
	}
}

/* Writes the attributes from *at on, as long as they are at that depth or deeper, as an array. Advances
 * *at. */
static void append_level(Json *json, const GPtrArray *tree, guint *at, unsigned depth)
{
	static const char *const below[] = { "characteristics", "descriptors" };

	json_begin_array(json);
	while (*at < tree->len && depth_of(((const GattAttr *)tree->pdata[*at])->kind) >= depth) {
		json_begin_object(json);
		append_own_members(json, tree->pdata[(*at)++]);
		if (depth < ARRAY_SIZE(below)) {
			json_key(json, below[depth]);
			append_level(json, tree, at, depth + 1);
		}
		json_end_object(json);
	}
	json_end_array(json);
}

void gatt_print_json(Json *json, const GPtrArray *tree)
{
	guint at = 0;

	append_level(json, tree, &at, 0);
}
