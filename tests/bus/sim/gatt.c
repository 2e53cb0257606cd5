/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The remote services of a device. */
#include <string.h>

#include "characteristic.h"
#include "gatt.h"

/* bluetoothd keeps Generic Access for itself. */
#define UUID_GENERIC_ACCESS "00001800-0000-1000-8000-00805f9b34fb"

enum {
	SERVICE_UUID,
	SERVICE_DEVICE,
	SERVICE_PRIMARY,
	SERVICE_INCLUDES,
};

static const char *const service_props[] = { "UUID", "Device", "Primary", "Includes", NULL };

typedef struct Service {
	Gatt *gatt;
	Object *object;
	char uuid[ATTR_UUID_LEN + 1];
	bool primary;
	char *fingerprint; /* of all that it has */
	GPtrArray *characteristics;
} Service;

static GVariant *service_get(void *owner, unsigned int prop)
{
	const Service *service = owner;

	switch (prop) {
	case SERVICE_UUID:
		return g_variant_new_string(service->uuid);
	case SERVICE_DEVICE:
		return g_variant_new_object_path(service->gatt->device_path);
	case SERVICE_PRIMARY:
		return g_variant_new_boolean(service->primary);
	default: /* no service includes another one */
		return g_variant_new_objv(NULL, 0);
	}
}

static const Iface service_iface = {
	.name = "org.bluez.GattService1",
	.props = service_props,
	.get = service_get,
};

static const Iface *const service_ifaces[] = { &service_iface, NULL };

static bool service_ends(const AttrTable *table, unsigned int at)
{
	return at == table->list->len || ((Attr *)table->list->pdata[at])->kind == ATTR_SERVICE;
}

/* Of the service at place at. */
static char *service_fingerprint(const AttrTable *table, unsigned int at)
{
	GString *text = g_string_new(NULL);

	do {
		const Attr *attr = table->list->pdata[at];

		g_string_append_printf(text, "%d %x %s %x\n", (int)attr->kind, attr->handle,
				       attr->uuid, attr->primary ? 1 : attr->flags << 1);
	} while (!service_ends(table, ++at));
	return g_string_free(text, FALSE);
}

static Service *service_new(Gatt *gatt, const AttrTable *table, unsigned int at)
{
	const Attr *attr = table->list->pdata[at];
	g_autofree char *path = g_strdup_printf("%s/service%04x", gatt->device_path, attr->handle);
	Characteristic *characteristic = NULL;
	Service *service = g_new0(Service, 1);

	service->gatt = gatt;
	service->primary = attr->primary;
	g_strlcpy(service->uuid, attr->uuid, sizeof(service->uuid));
	service->fingerprint = service_fingerprint(table, at);
	service->characteristics = g_ptr_array_new();
	service->object = object_new(gatt->bus, path, service_ifaces, 1, service);

	while (!service_ends(table, ++at)) {
		attr = table->list->pdata[at];
		if (attr->kind == ATTR_CHARACTERISTIC) {
			characteristic = characteristic_new(gatt, service->object->path, attr,
							    attrs_find_ccc(table, attr));
			g_ptr_array_add(service->characteristics, characteristic);
		} else if (characteristic) {
			characteristic_add_descriptor(characteristic, attr);
		}
	}
	return service;
}

static void service_free(Service *service, bool silently)
{
	for (unsigned int i = 0; i < service->characteristics->len; i++)
		characteristic_free(service->characteristics->pdata[i], silently);
	g_ptr_array_unref(service->characteristics);
	object_free(service->object, silently);
	g_free(service->fingerprint);
	g_free(service);
}

static bool gatt_has(const Gatt *gatt, const char *fingerprint)
{
	for (unsigned int i = 0; i < gatt->services->len; i++)
		if (g_str_equal(((Service *)gatt->services->pdata[i])->fingerprint, fingerprint))
			return true;
	return false;
}

void gatt_update(Gatt *gatt, const AttrTable *table)
{
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);

	for (unsigned int at = 0; at < table->list->len; at++)
		if (service_ends(table, at))
			g_ptr_array_add(found, service_fingerprint(table, at));
	for (unsigned int i = gatt->services->len; i > 0; i--) {
		Service *service = gatt->services->pdata[i - 1];

		if (g_ptr_array_find_with_equal_func(found, service->fingerprint, g_str_equal,
						     NULL))
			continue;
		g_ptr_array_remove_index(gatt->services, i - 1);
		service_free(service, false);
	}
	for (unsigned int at = 0; at < table->list->len; at++) {
		const Attr *attr = table->list->pdata[at];
		g_autofree char *fingerprint = NULL;

		if (attr->kind != ATTR_SERVICE || g_str_equal(attr->uuid, UUID_GENERIC_ACCESS))
			continue;
		fingerprint = service_fingerprint(table, at);
		if (!gatt_has(gatt, fingerprint))
			g_ptr_array_add(gatt->services, service_new(gatt, table, at));
	}
}

static int by_uuid(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

GPtrArray *gatt_list_uuids(const AttrTable *table)
{
	GPtrArray *uuids = g_ptr_array_new_with_free_func(g_free);

	for (unsigned int at = 0; at < table->list->len; at++) {
		const Attr *attr = table->list->pdata[at];

		if (attr->kind == ATTR_SERVICE &&
		    !g_ptr_array_find_with_equal_func(uuids, attr->uuid, g_str_equal, NULL))
			g_ptr_array_add(uuids, g_strdup(attr->uuid));
	}
	g_ptr_array_sort(uuids, by_uuid);
	return uuids;
}

void gatt_store_value(GByteArray *stored, uint16_t offset, const uint8_t *value, size_t len)
{
	unsigned int known = stored->len;

	if (offset == 0)
		g_byte_array_set_size(stored, 0);
	/* Nothing of a part changes nothing, and a part does not cut what was known behind it. */
	if (len == 0)
		return;
	if (stored->len < offset + len)
		g_byte_array_set_size(stored, (unsigned int)(offset + len));
	if (known < offset)
		memset(stored->data + known, 0, offset - known);
	memcpy(stored->data + offset, value, len);
}

void gatt_set_link(Gatt *gatt, Link *link)
{
	gatt->link = link;
	gatt->disconnecting = false;
	for (unsigned int i = 0; i < gatt->services->len; i++) {
		const Service *service = gatt->services->pdata[i];

		for (unsigned int c = 0; c < service->characteristics->len; c++)
			characteristic_set_link(service->characteristics->pdata[c], link);
	}
}

void gatt_hear(Gatt *gatt, uint16_t handle, const uint8_t *value, size_t len)
{
	for (unsigned int i = 0; i < gatt->services->len; i++) {
		const Service *service = gatt->services->pdata[i];

		for (unsigned int c = 0; c < service->characteristics->len; c++)
			if (characteristic_hear(service->characteristics->pdata[c], handle, value,
						len))
				return;
	}
}

Gatt *gatt_new(Bus *bus, const char *device_path)
{
	Gatt *gatt = g_new0(Gatt, 1);

	gatt->bus = bus;
	gatt->device_path = device_path;
	gatt->services = g_ptr_array_new();
	return gatt;
}

Gatt *gatt_free(Gatt *gatt, bool silently)
{
	if (!gatt)
		return NULL;

	for (unsigned int i = 0; i < gatt->services->len; i++)
		service_free(gatt->services->pdata[i], silently);
	g_ptr_array_unref(gatt->services);
	g_free(gatt);
	return NULL;
}
