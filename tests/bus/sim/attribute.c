/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bluetoothd finds of a peripheral's attributes. */
#include <string.h>

#include "attribute.h"

static Attr *attr_new(AttrKind kind, const Attribute *attribute, const Uuid *uuid, uint32_t flags)
{
	Attr *attr = g_new0(Attr, 1);

	attr->kind = kind;
	attr->handle = attribute->handle;
	attr->primary = uuid_is(&attribute->type, UUID_PRIMARY);
	attr->flags = flags;
	uuid_format(uuid, attr->uuid);
	return attr;
}

static Attr *attr_new_service(const Attribute *attribute)
{
	Uuid uuid = { .length = (uint8_t)attribute->length };

	memcpy(uuid.bytes, attribute->value, uuid.length);
	return attr_new(ATTR_SERVICE, attribute, &uuid, 0);
}

AttrTable *attrs_new(const Database *database)
{
	AttrTable *table = g_new0(AttrTable, 1);

	table->list = g_ptr_array_new_with_free_func(g_free);
	for (size_t i = 0; i < database->n; i++) {
		const Attribute *attribute = &database->attributes[i], *value = attribute;
		AttrKind kind = ATTR_DESCRIPTOR;

		if (attribute_is_service(attribute)) {
			g_ptr_array_add(table->list, attr_new_service(attribute));
			continue;
		}
		if (uuid_is(&attribute->type, UUID_CHARACTERISTIC)) {
			kind = ATTR_CHARACTERISTIC;
			value = &database->attributes[++i];
		}
		g_ptr_array_add(table->list, attr_new(kind, attribute, &value->type, value->flags));
	}
	return table;
}

AttrTable *attrs_free(AttrTable *table)
{
	if (!table)
		return NULL;

	g_ptr_array_unref(table->list);
	g_free(table);
	return NULL;
}

Attr *attrs_find_uuid(const AttrTable *table, const char *uuid)
{
	for (unsigned int i = 0; i < table->list->len; i++) {
		Attr *attr = table->list->pdata[i];

		if (g_str_equal(attr->uuid, uuid))
			return attr;
	}
	return NULL;
}

uint16_t attr_value_handle(const Attr *attr)
{
	return (uint16_t)(attr->kind == ATTR_CHARACTERISTIC ? attr->handle + 1 : attr->handle);
}

Attr *attrs_find_ccc(const AttrTable *table, const Attr *characteristic)
{
	bool inside = false;

	for (unsigned int i = 0; i < table->list->len; i++) {
		Attr *attr = table->list->pdata[i];

		if (attr->kind != ATTR_DESCRIPTOR)
			inside = attr == characteristic;
		else if (inside && g_str_equal(attr->uuid, ATTR_UUID_CCC))
			return attr;
	}
	return NULL;
}
