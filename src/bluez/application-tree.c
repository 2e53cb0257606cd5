/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An application's objects, as bluetoothd reads them when it is registered. */
#include <stdio.h>
#include <string.h>

#include "bluez/application-private.h"
#include "bus/msg.h"
#include "core/attr.h"
#include "core/local-group.h"

#define GATT_SERVICE_INTERFACE "org.bluez.GattService1"

const char *application_service_path(const LocalService *service, char path[static APPLICATION_PATH_SIZE])
{
	const Application *application = service->edge;

	snprintf(path, APPLICATION_PATH_SIZE, "%s/service%u", application->root, service->number);
	return path;
}

const char *application_path(const LocalAttr *attr, char path[static APPLICATION_PATH_SIZE])
{
	const Application *application = attr->service->edge;
	const LocalAttr *characteristic = attr->parent ? attr->parent : attr;
	int length;

	length = snprintf(path, APPLICATION_PATH_SIZE, "%s/service%u/char%u", application->root,
			  attr->service->number, characteristic->number);
	if (attr->kind == LOCAL_DESCRIPTOR)
		snprintf(path + length, APPLICATION_PATH_SIZE - (size_t)length, "/desc%u", attr->number);
	return path;
}

/* BlueZ's flag for a read or write; the flag for a protected one includes the plain one. */
static const char *access_flag(uint32_t permissions, uint32_t encrypted, uint32_t mitm,
			       const char *const words[3])
{
	return permissions & mitm ? words[2] : permissions & encrypted ? words[1] : words[0];
}

static const char *read_flag(const LocalAttr *attr, const char *const words[3])
{
	return access_flag(attr->permissions, PERM_READ_ENCRYPTED, PERM_READ_ENCRYPTED_MITM, words);
}

/* BlueZ has no permission for signed writes: where nothing else is allowed, the link has to be encrypted,
 * which shows as well who wrote. */
static const char *write_flag(const LocalAttr *attr)
{
	static const char *const words[] = { "write", "encrypt-write", "encrypt-authenticated-write" };
	const bool plain = attr->permissions & PERM_WRITE;

	return access_flag(attr->permissions, PERM_WRITE_ENCRYPTED | (plain ? 0u : PERM_WRITE_SIGNED),
			   PERM_WRITE_ENCRYPTED_MITM | (plain ? 0u : PERM_WRITE_SIGNED_MITM), words);
}

/* As the program gave them. */
static int append_given_flags(sd_bus_message *m, char **flags)
{
	int r;

	r = msg_open_property(m, "Flags", "as");
	for (; *flags && r >= 0; flags++)
		r = sd_bus_message_append(m, "s", *flags);
	return r < 0 ? r : msg_close_property(m);
}

/* BlueZ's flag for one of its properties; where a permission protects it, that says so. */
static const char *flag_of(const LocalAttr *attr, const Constant *property)
{
	static const char *const reads[] = { "read", "encrypt-read", "encrypt-authenticated-read" };
	static const char *const notifies[] = { "notify", "encrypt-notify", "encrypt-authenticated-notify" };
	static const char *const indicates[] = { "indicate", "encrypt-indicate",
						 "encrypt-authenticated-indicate" };

	switch (property->value) {
	case PROP_READ:
		return read_flag(attr, reads);
	case PROP_WRITE:
		return write_flag(attr);
	case PROP_NOTIFY:
		return read_flag(attr, notifies);
	case PROP_INDICATE:
		return read_flag(attr, indicates);
	default:
		return property->name;
	}
}

static int append_flags(sd_bus_message *m, const LocalAttr *attr)
{
	uint32_t properties = attr->properties;
	int r;

	/* a descriptor has no properties: its permissions say what may be done with it */
	if (attr->kind == LOCAL_DESCRIPTOR)
		properties = (attr->permissions & PERM_ANY_READ ? PROP_READ : 0u) |
			     (attr->permissions & PERM_ANY_WRITE ? PROP_WRITE : 0u);
	/* BlueZ has no flag for protected write commands, signed or not: the flag for protected write
	 * requests stands in */
	else if ((properties & (PROP_WRITE_NR | PROP_AUTH)) && strcmp(write_flag(attr), "write") != 0)
		properties |= PROP_WRITE;
	r = msg_open_property(m, "Flags", "as");
	for (const Constant *word = property_names; word->name && r >= 0; word++)
		if (properties & word->value)
			r = sd_bus_message_append(m, "s", flag_of(attr, word));
	return r < 0 ? r : msg_close_property(m);
}

static int append_properties(sd_bus_message *m, const LocalAttr *attr)
{
	const bool characteristic = attr->kind == LOCAL_CHARACTERISTIC;
	char parent[APPLICATION_PATH_SIZE], uuid[UUID_STRING_SIZE];
	int r;

	if (characteristic)
		application_service_path(attr->service, parent);
	else
		application_path(attr->parent, parent);
	r = sd_bus_message_append(m, "{sv}{sv}", "UUID", "s", uuid_format(&attr->uuid, uuid),
				  characteristic ? "Service" : "Characteristic", "o", parent);
	/* with this property, bluetoothd calls AcquireNotify, which tells who subscribes */
	if (r >= 0 && characteristic && (attr->properties & (PROP_NOTIFY | PROP_INDICATE)))
		r = sd_bus_message_append(m, "{sv}", "NotifyAcquired", "b", 0);
	if (r < 0)
		return r;
	return attr->flags ? append_given_flags(m, attr->flags) : append_flags(m, attr);
}

static int append_attr(sd_bus_message *m, const LocalAttr *attr)
{
	const bool characteristic = attr->kind == LOCAL_CHARACTERISTIC;
	char path[APPLICATION_PATH_SIZE];
	int r;

	r = sd_bus_message_open_container(m, 'e', "oa{sa{sv}}");
	if (r >= 0)
		r = sd_bus_message_append(m, "o", application_path(attr, path));
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'a', "{sa{sv}}");
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'e', "sa{sv}");
	if (r >= 0)
		r = sd_bus_message_append(m, "s",
					  characteristic ? CHARACTERISTIC_INTERFACE : DESCRIPTOR_INTERFACE);
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'a', "{sv}");
	if (r >= 0)
		r = append_properties(m, attr);
	for (int i = 0; i < 4 && r >= 0; i++)
		r = sd_bus_message_close_container(m);
	return r;
}

static int append_includes(sd_bus_message *m, const LocalService *service)
{
	char path[APPLICATION_PATH_SIZE];
	int r;

	r = msg_open_property(m, "Includes", "ao");
	for (guint i = 0; i < service->includes->len && r >= 0; i++)
		r = sd_bus_message_append(m, "o", application_service_path(
						  g_ptr_array_index(service->includes, i), path));
	return r < 0 ? r : msg_close_property(m);
}

static int append_service(sd_bus_message *m, const LocalService *service)
{
	char path[APPLICATION_PATH_SIZE], uuid[UUID_STRING_SIZE];
	int r;

	r = sd_bus_message_open_container(m, 'e', "oa{sa{sv}}");
	if (r >= 0)
		r = sd_bus_message_append(m, "o", application_service_path(service, path));
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'a', "{sa{sv}}");
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'e', "sa{sv}");
	if (r >= 0)
		r = sd_bus_message_append(m, "s", GATT_SERVICE_INTERFACE);
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'a', "{sv}");
	if (r >= 0)
		r = sd_bus_message_append(m, "{sv}{sv}{sv}", "UUID", "s", uuid_format(&service->uuid, uuid),
					  "Primary", "b", (int)service->primary, "Handle", "q",
					  (int)service->handle);
	if (r >= 0 && service->includes)
		r = append_includes(m, service);
	for (int i = 0; i < 4 && r >= 0; i++)
		r = sd_bus_message_close_container(m);
	return r;
}

int application_append_tree(sd_bus_message *m, void *userdata)
{
	const Application *application = userdata;
	const LocalService *service;
	int r;

	r = sd_bus_message_open_container(m, 'a', "{oa{sa{sv}}}");
	for (guint s = 0; r >= 0 && (service = local_group_member(application->service, s)); s++) {
		r = append_service(m, service);
		for (guint i = 0; i < service->attrs->len && r >= 0; i++)
			r = append_attr(m, g_ptr_array_index(service->attrs, i));
	}
	return r < 0 ? r : sd_bus_message_close_container(m);
}
