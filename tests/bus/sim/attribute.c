/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The attributes of a peripheral, and what its server says to reads and writes of them. */
#include <string.h>

#include "attribute.h"

static const struct {
	const char *name;
	uint32_t flag;
} attr_flags[] = {
	{ "broadcast", ATTR_BROADCAST },
	{ "read", ATTR_READ },
	{ "write-without-response", ATTR_WRITE_COMMAND },
	{ "write", ATTR_WRITE },
	{ "notify", ATTR_NOTIFY },
	{ "indicate", ATTR_INDICATE },
	{ "authenticated-signed-writes", ATTR_SIGNED_WRITE },
	{ "extended-properties", ATTR_EXTENDED },
	{ "reliable-write", ATTR_RELIABLE | ATTR_EXTENDED },
	{ "writable-auxiliaries", ATTR_AUXILIARIES | ATTR_EXTENDED },
	{ "encrypt-read", ATTR_ENCRYPT_READ | ATTR_READ },
	{ "encrypt-write", ATTR_ENCRYPT_WRITE | ATTR_WRITE },
	{ "encrypt-authenticated-read", ATTR_AUTHENTICATED_READ | ATTR_READ },
	{ "encrypt-authenticated-write", ATTR_AUTHENTICATED_WRITE | ATTR_WRITE },
};

static void attr_free(void *data)
{
	Attr *attr = data;

	g_byte_array_unref(attr->value);
	g_free(attr);
}

AttrTable *attrs_new(void)
{
	AttrTable *table = g_new0(AttrTable, 1);

	table->list = g_ptr_array_new_with_free_func(attr_free);
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

Attr *attrs_add(AttrTable *table, AttrKind kind, uint16_t handle, const char *uuid)
{
	unsigned int at = 0;
	Attr *attr;

	while (at < table->list->len && ((Attr *)table->list->pdata[at])->handle < handle)
		at++;
	if (at < table->list->len && ((Attr *)table->list->pdata[at])->handle == handle)
		return NULL;

	attr = g_new0(Attr, 1);
	attr->kind = kind;
	attr->handle = handle;
	attr->value = g_byte_array_new();
	g_strlcpy(attr->uuid, uuid, sizeof(attr->uuid));
	g_ptr_array_insert(table->list, (int)at, attr);
	return attr;
}

bool attrs_remove_service(AttrTable *table, uint16_t handle)
{
	const Attr *attr = attrs_find(table, handle);
	unsigned int at;

	if (!attr || attr->kind != ATTR_SERVICE || !g_ptr_array_find(table->list, attr, &at))
		return false;
	do
		g_ptr_array_remove_index(table->list, at);
	while (at < table->list->len && ((Attr *)table->list->pdata[at])->kind != ATTR_SERVICE);
	return true;
}

Attr *attrs_find(const AttrTable *table, uint16_t handle)
{
	for (unsigned int i = 0; i < table->list->len; i++) {
		Attr *attr = table->list->pdata[i];

		if (attr->handle == handle)
			return attr;
	}
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

Attr *attrs_find_value(const AttrTable *table, uint16_t handle)
{
	for (unsigned int i = 0; i < table->list->len; i++) {
		Attr *attr = table->list->pdata[i];

		if (attr->kind != ATTR_SERVICE && attr_value_handle(attr) == handle)
			return attr;
	}
	return NULL;
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

bool attr_uuid_parse(const char *text, char ret[ATTR_UUID_LEN + 1])
{
	g_autofree char *lower = g_ascii_strdown(text, -1);
	size_t len = strlen(lower);

	if (len == ATTR_UUID_LEN && g_uuid_string_is_valid(lower)) {
		memcpy(ret, lower, ATTR_UUID_LEN + 1);
		return true;
	}
	if ((len != 4 && len != 8) || strspn(lower, "0123456789abcdef") != len)
		return false;
	(void)g_snprintf(ret, ATTR_UUID_LEN + 1, "%s%s-0000-1000-8000-00805f9b34fb",
			 len == 4 ? "0000" : "", lower);
	return true;
}

bool attr_flags_parse(const char *text, uint32_t *ret)
{
	g_auto(GStrv) words = g_strsplit(text, ",", -1);
	uint32_t flags = 0;

	if (g_str_equal(text, "-")) {
		*ret = 0;
		return true;
	}
	for (char **word = words; *word; word++) {
		size_t i = 0;

		while (i < G_N_ELEMENTS(attr_flags) && !g_str_equal(attr_flags[i].name, *word))
			i++;
		if (i == G_N_ELEMENTS(attr_flags))
			return false;
		flags |= attr_flags[i].flag;
	}
	*ret = flags;
	return true;
}

unsigned int attr_flags_names(uint32_t flags, const char *ret[16])
{
	unsigned int n = 0;

	for (unsigned int bit = 0; UINT32_C(1) << bit < ATTR_ENCRYPT_READ; bit++)
		if (flags & UINT32_C(1) << bit)
			ret[n++] = attr_flags[bit].name;
	return n;
}

static uint8_t attr_check_security(const Attr *attr, AttrSecurity security, uint32_t encrypted,
				   uint32_t authenticated)
{
	if ((attr->flags & authenticated) && security < ATTR_AUTHENTICATED)
		return ATT_INSUFFICIENT_AUTHENTICATION;
	if ((attr->flags & encrypted) && security < ATTR_ENCRYPTED)
		return ATT_INSUFFICIENT_ENCRYPTION;
	return 0;
}

uint8_t attr_read(const Attr *attr, uint16_t offset, size_t max, AttrSecurity security,
		  GByteArray *ret)
{
	uint8_t error;

	if (!(attr->flags & ATTR_READ))
		return ATT_READ_NOT_PERMITTED;
	if (attr->read_error)
		return attr->read_error;
	error = attr_check_security(attr, security, ATTR_ENCRYPT_READ, ATTR_AUTHENTICATED_READ);
	if (error)
		return error;
	if (offset > attr->value->len)
		return ATT_INVALID_OFFSET;
	g_byte_array_append(ret, attr->value->data + offset,
			    (unsigned int)MIN(max, attr->value->len - offset));
	return 0;
}

uint8_t attr_check_write(const Attr *attr, bool command, AttrSecurity security)
{
	if (!(attr->flags & (command ? ATTR_WRITE_COMMAND : ATTR_WRITE)))
		return ATT_WRITE_NOT_PERMITTED;
	if (attr->write_error)
		return attr->write_error;
	return attr_check_security(attr, security, ATTR_ENCRYPT_WRITE, ATTR_AUTHENTICATED_WRITE);
}

uint8_t attr_write(Attr *attr, uint16_t offset, const void *value, size_t len)
{
	if (offset > attr->value->len)
		return ATT_INVALID_OFFSET;
	if (offset + len > ATTR_VALUE_MAX)
		return ATT_INVALID_LENGTH;
	g_byte_array_set_size(attr->value, offset);
	g_byte_array_append(attr->value, value, (unsigned int)len);
	return 0;
}
