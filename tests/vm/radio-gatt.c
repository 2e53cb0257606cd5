/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The attributes of an emulated peripheral. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "radio-gatt.h"

Uuid uuid_short(uint16_t number)
{
	return (Uuid){ 2, { (uint8_t)number, (uint8_t)(number >> 8) } };
}

bool uuid_equal(const Uuid *a, const Uuid *b)
{
	return a->length == b->length && !memcmp(a->bytes, b->bytes, a->length);
}

bool uuid_is(const Uuid *uuid, uint16_t number)
{
	Uuid other = uuid_short(number);

	return uuid_equal(uuid, &other);
}

void gatt_deinit(Database *database)
{
	free(database->attributes);
	*database = (Database){ .n = 0 };
}

size_t gatt_from(const Database *database, uint16_t handle)
{
	size_t i;

	for (i = 0; i < database->n; i++)
		if (database->attributes[i].handle >= handle)
			break;
	return i;
}

Attribute *gatt_find(const Database *database, uint16_t handle)
{
	size_t i = gatt_from(database, handle);

	return i < database->n && database->attributes[i].handle == handle ?
		       &database->attributes[i] : NULL;
}

static int attribute_add(Database *database, const Attribute *attribute)
{
	size_t i = gatt_from(database, attribute->handle);
	Attribute *attributes;

	if (gatt_find(database, attribute->handle))
		return -EEXIST;
	attributes = reallocarray(database->attributes, database->n + 1, sizeof(*attributes));
	if (!attributes)
		return -ENOMEM;
	database->attributes = attributes;
	memmove(&attributes[i + 1], &attributes[i], (database->n - i) * sizeof(*attributes));
	attributes[i] = *attribute;
	database->n++;
	return 0;
}

int gatt_add_service(Database *database, uint16_t handle, const Uuid *uuid, bool primary)
{
	Attribute attribute = {
		.handle = handle,
		.type = uuid_short(primary ? UUID_PRIMARY : UUID_SECONDARY),
		.flags = GATT_READ,
		.length = uuid->length,
	};

	memcpy(attribute.value, uuid->bytes, uuid->length);
	return attribute_add(database, &attribute);
}

int gatt_add_descriptor(Database *database, uint16_t handle, const Uuid *uuid, uint16_t flags,
			const uint8_t *value, size_t length)
{
	Attribute attribute = {
		.handle = handle,
		.type = *uuid,
		.flags = flags,
		.length = (uint16_t)length,
	};

	memcpy(attribute.value, value, length);
	return attribute_add(database, &attribute);
}

int gatt_add_characteristic(Database *database, uint16_t handle, const Uuid *uuid, uint16_t flags,
			    const uint8_t *value, size_t length)
{
	uint16_t value_handle = (uint16_t)(handle + 1);
	Attribute declaration = {
		.handle = handle,
		.type = uuid_short(UUID_CHARACTERISTIC),
		.flags = GATT_READ,
		.length = (uint16_t)(3 + uuid->length),
		.value = { (uint8_t)flags, (uint8_t)value_handle, (uint8_t)(value_handle >> 8) },
	};
	int r;

	if (gatt_find(database, value_handle))
		return -EEXIST;
	memcpy(declaration.value + 3, uuid->bytes, uuid->length);
	r = attribute_add(database, &declaration);
	return r < 0 ? r : gatt_add_descriptor(database, value_handle, uuid, flags, value, length);
}

bool gatt_is_service(const Attribute *attribute)
{
	return uuid_is(&attribute->type, UUID_PRIMARY) || uuid_is(&attribute->type, UUID_SECONDARY);
}

/* the place of the next service, or n */
static size_t service_next(const Database *database, size_t i)
{
	do
		i++;
	while (i < database->n && !gatt_is_service(&database->attributes[i]));
	return i;
}

uint16_t gatt_service_end(const Database *database, size_t i)
{
	return database->attributes[service_next(database, i) - 1].handle;
}

int gatt_remove_service(Database *database, uint16_t handle)
{
	size_t i = gatt_from(database, handle), next;

	if (i == database->n || database->attributes[i].handle != handle ||
	    !gatt_is_service(&database->attributes[i]))
		return -ENOENT;
	next = service_next(database, i);
	memmove(&database->attributes[i], &database->attributes[next],
		(database->n - next) * sizeof(database->attributes[0]));
	database->n -= next - i;
	return 0;
}

Attribute *gatt_value(const Database *database, uint16_t handle)
{
	Attribute *attribute = gatt_find(database, handle);

	if (!attribute || gatt_is_service(attribute))
		return NULL;
	if (uuid_is(&attribute->type, UUID_CHARACTERISTIC))
		return gatt_find(database, (uint16_t)(handle + 1));
	return attribute;
}

Attribute *gatt_cccd(const Database *database, uint16_t value_handle)
{
	for (size_t i = gatt_from(database, value_handle); i < database->n; i++) {
		Attribute *attribute = &database->attributes[i];

		if (gatt_is_service(attribute) || uuid_is(&attribute->type, UUID_CHARACTERISTIC))
			break;
		if (uuid_is(&attribute->type, UUID_CCCD))
			return attribute;
	}
	return NULL;
}

uint16_t gatt_subscription(const Database *database, uint16_t value_handle)
{
	const Attribute *cccd = gatt_cccd(database, value_handle);

	return cccd && cccd->length >= 1 ? cccd->value[0] : 0;
}

void gatt_unsubscribe(Database *database)
{
	for (size_t i = 0; i < database->n; i++)
		if (uuid_is(&database->attributes[i].type, UUID_CCCD))
			memset(database->attributes[i].value, 0, database->attributes[i].length);
}

Attribute *gatt_find_type(const Database *database, uint16_t type)
{
	for (size_t i = 0; i < database->n; i++)
		if (uuid_is(&database->attributes[i].type, type))
			return &database->attributes[i];
	return NULL;
}
