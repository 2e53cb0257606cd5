/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an object says of itself. */
#include "service/describe.h"

#include "service/path.h"

#define OBJECT_MANAGER "org.freedesktop.DBus.ObjectManager"

static int append_property(sd_bus_message *m, const char *path, const Interface *interface,
			   const sd_bus_vtable *row, void *object)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	int r;

	r = sd_bus_message_open_container(m, 'e', "sv");
	if (r >= 0)
		r = sd_bus_message_append(m, "s", row->x.property.member);
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'v', row->x.property.signature);
	if (r >= 0)
		r = row->x.property.get(NULL, path, interface->name, row->x.property.member, m, object,
					&error);
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	sd_bus_error_free(&error);
	return r;
}

static int append_properties(sd_bus_message *m, const char *path, const Interface *interface, void *object)
{
	int r;

	r = sd_bus_message_open_container(m, 'a', "{sv}");
	for (const sd_bus_vtable *row = interface->vtable; row->type != _SD_BUS_VTABLE_END && r >= 0; row++) {
		if ((row->type == _SD_BUS_VTABLE_PROPERTY || row->type == _SD_BUS_VTABLE_WRITABLE_PROPERTY) &&
		    !(row->flags & (SD_BUS_VTABLE_HIDDEN | SD_BUS_VTABLE_PROPERTY_EXPLICIT)))
			r = append_property(m, path, interface, row, object);
	}
	return r < 0 ? r : sd_bus_message_close_container(m);
}

int describe_interface(sd_bus_message *m, const char *path, const Interface *interface, void *object)
{
	int r;

	r = sd_bus_message_open_container(m, 'e', "sa{sv}");
	if (r >= 0)
		r = sd_bus_message_append(m, "s", interface->name);
	if (r >= 0)
		r = append_properties(m, path, interface, object);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

/* --- signals --- */

int describe_came(Service *service, const char *connection, const char *path, const Interface *interface,
		  void *object)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	int r;

	r = sd_bus_message_new_signal(service->bus, &m, PATH_ROOT, OBJECT_MANAGER, "InterfacesAdded");
	if (r >= 0)
		r = sd_bus_message_append(m, "o", path);
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'a', "{sa{sv}}");
	if (r >= 0)
		r = describe_interface(m, path, interface, object);
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	if (r >= 0)
		service_send(service, connection, m, 0);
	return r;
}

int describe_changed(Service *service, const char *connection, const char *path, const Interface *interface,
		     void *object)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	int r;

	r = sd_bus_message_new_signal(service->bus, &m, path, "org.freedesktop.DBus.Properties",
				      "PropertiesChanged");
	if (r >= 0)
		r = sd_bus_message_append(m, "s", interface->name);
	if (r >= 0)
		r = append_properties(m, path, interface, object);
	if (r >= 0)
		r = sd_bus_message_append(m, "as", 0);
	if (r >= 0)
		service_send(service, connection, m, 0);
	return r;
}

int describe_gone(Service *service, const char *connection, const char *path, const Interface *interface)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	int r;

	r = sd_bus_message_new_signal(service->bus, &m, PATH_ROOT, OBJECT_MANAGER, "InterfacesRemoved");
	if (r >= 0)
		r = sd_bus_message_append(m, "oas", path, 1, interface->name);
	if (r >= 0)
		service_send(service, connection, m, 0);
	return r;
}
