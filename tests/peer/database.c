/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The attributes of an emulated peripheral. */
#include <errno.h>
#include <string.h>

#include <glib.h>

#include "database.h"

static const struct {
	const char *name;
	uint32_t flag;
} flags[] = {
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

bool flags_parse(const char *text, uint32_t *ret)
{
	g_auto(GStrv) words = g_strsplit(g_str_equal(text, "-") ? "" : text, ",", -1);

	*ret = 0;
	for (char **word = words; *word; word++) {
		size_t i = 0;

		while (i < G_N_ELEMENTS(flags) && !g_str_equal(flags[i].name, *word))
			i++;
		if (i == G_N_ELEMENTS(flags))
			return false;
		*ret |= flags[i].flag;
	}
	return true;
}

unsigned int flags_names(uint32_t wanted, const char *ret[16])
{
	unsigned int n = 0;

	for (unsigned int bit = 0; UINT32_C(1) << bit < ATTR_ENCRYPT_READ; bit++)
		if (wanted & UINT32_C(1) << bit)
			ret[n++] = flags[bit].name;
	return n;
}

void database_deinit(Database *database)
{
	g_free(database->attributes);
	*database = (Database){ .n = 0 };
}

size_t database_from(const Database *database, uint16_t handle)
{
	size_t i;

	for (i = 0; i < database->n; i++)
		if (database->attributes[i].handle >= handle)
			break;
	return i;
}

Attribute *database_find(const Database *database, uint16_t handle)
{
	size_t i = database_from(database, handle);

	return i < database->n && database->attributes[i].handle == handle ?
		       &database->attributes[i] : NULL;
}

static int attribute_add(Database *database, const Attribute *attribute)
{
	size_t i = database_from(database, attribute->handle);

	if (database_find(database, attribute->handle))
		return -EEXIST;
	database->attributes = g_renew(Attribute, database->attributes, database->n + 1);
	memmove(&database->attributes[i + 1], &database->attributes[i],
		(database->n - i) * sizeof(*attribute));
	database->attributes[i] = *attribute;
	database->n++;
	return 0;
}

int database_add_service(Database *database, uint16_t handle, const Uuid *uuid, bool primary)
{
	Attribute attribute = {
		.handle = handle,
		.type = uuid_short(primary ? UUID_PRIMARY : UUID_SECONDARY),
		.flags = ATTR_READ,
		.length = uuid->length,
	};

	memcpy(attribute.value, uuid->bytes, uuid->length);
	return attribute_add(database, &attribute);
}

int database_add_descriptor(Database *database, uint16_t handle, const Uuid *uuid, uint32_t attr_flags,
			const uint8_t *value, size_t length)
{
	Attribute attribute = {
		.handle = handle,
		.type = *uuid,
		.flags = attr_flags,
		.length = (uint16_t)length,
	};

	memcpy(attribute.value, value, length);
	return attribute_add(database, &attribute);
}

int database_add_characteristic(Database *database, uint16_t handle, const Uuid *uuid, uint32_t attr_flags,
			    const uint8_t *value, size_t length)
{
	uint16_t value_handle = (uint16_t)(handle + 1);
	Attribute declaration = {
		.handle = handle,
		.type = uuid_short(UUID_CHARACTERISTIC),
		.flags = ATTR_READ,
		.length = (uint16_t)(3 + uuid->length),
		.value = { (uint8_t)attr_flags, (uint8_t)value_handle, (uint8_t)(value_handle >> 8) },
	};
	int r;

	if (database_find(database, value_handle))
		return -EEXIST;
	memcpy(declaration.value + 3, uuid->bytes, uuid->length);
	r = attribute_add(database, &declaration);
	return r < 0 ? r : database_add_descriptor(database, value_handle, uuid, attr_flags, value, length);
}

bool attribute_is_service(const Attribute *attribute)
{
	return uuid_is(&attribute->type, UUID_PRIMARY) || uuid_is(&attribute->type, UUID_SECONDARY);
}

/* The index of the next service after i, or n. */
static size_t database_next_service(const Database *database, size_t i)
{
	do
		i++;
	while (i < database->n && !attribute_is_service(&database->attributes[i]));
	return i;
}

uint16_t database_service_end(const Database *database, size_t i)
{
	return database->attributes[database_next_service(database, i) - 1].handle;
}

int database_remove_service(Database *database, uint16_t handle)
{
	size_t i = database_from(database, handle), next;

	if (i == database->n || database->attributes[i].handle != handle ||
	    !attribute_is_service(&database->attributes[i]))
		return -ENOENT;
	next = database_next_service(database, i);
	memmove(&database->attributes[i], &database->attributes[next],
		(database->n - next) * sizeof(database->attributes[0]));
	database->n -= next - i;
	return 0;
}

Attribute *database_value(const Database *database, uint16_t handle)
{
	Attribute *attribute = database_find(database, handle);

	if (!attribute || attribute_is_service(attribute))
		return NULL;
	if (uuid_is(&attribute->type, UUID_CHARACTERISTIC))
		return database_find(database, (uint16_t)(handle + 1));
	return attribute;
}

Attribute *database_cccd(const Database *database, uint16_t value_handle)
{
	for (size_t i = database_from(database, value_handle); i < database->n; i++) {
		Attribute *attribute = &database->attributes[i];

		if (attribute_is_service(attribute) || uuid_is(&attribute->type, UUID_CHARACTERISTIC))
			break;
		if (uuid_is(&attribute->type, UUID_CCCD))
			return attribute;
	}
	return NULL;
}

uint16_t database_subscription(const Database *database, uint16_t value_handle)
{
	const Attribute *cccd = database_cccd(database, value_handle);

	return cccd && cccd->length >= 1 ? cccd->value[0] : 0;
}

void database_unsubscribe(Database *database)
{
	for (size_t i = 0; i < database->n; i++)
		if (uuid_is(&database->attributes[i].type, UUID_CCCD))
			memset(database->attributes[i].value, 0, database->attributes[i].length);
}

Attribute *database_find_type(const Database *database, uint16_t type)
{
	for (size_t i = 0; i < database->n; i++)
		if (uuid_is(&database->attributes[i].type, type))
			return &database->attributes[i];
	return NULL;
}
