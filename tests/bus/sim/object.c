/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluetoothd's objects on the bus. Signals are built by hand: with GDBus' skeletons they would cost
 * several times as much. */
#include "object.h"

#define INTROSPECTABLE "org.freedesktop.DBus.Introspectable"

static void object_append_iface(Object *object, const Iface *iface, GVariantBuilder *builder)
{
	GDBusInterfaceInfo *info = bus_info(object->bus, iface->name);

	g_variant_builder_open(builder, G_VARIANT_TYPE("{sa{sv}}"));
	g_variant_builder_add(builder, "s", iface->name);
	g_variant_builder_open(builder, G_VARIANT_TYPE("a{sv}"));
	for (unsigned int p = 0; iface->props && iface->props[p]; p++) {
		GVariant *value = NULL;

		if (g_dbus_interface_info_lookup_property(info, iface->props[p]))
			value = iface->get(object->owner, p);
		if (value)
			g_variant_builder_add(builder, "{sv}", iface->props[p], value);
	}
	g_variant_builder_close(builder);
	g_variant_builder_close(builder);
}

void object_append_ifaces(Object *object, GVariantBuilder *builder)
{
	g_variant_builder_add(builder, "{sa{sv}}", INTROSPECTABLE, NULL);
	for (unsigned int i = 0; i < object->shown; i++)
		object_append_iface(object, object->ifaces[i], builder);
	g_variant_builder_add(builder, "{sa{sv}}", PROPERTIES, NULL);
}

static void object_emit_added(Object *object)
{
	GVariantBuilder builder;

	g_variant_builder_init(&builder, G_VARIANT_TYPE("(oa{sa{sv}})"));
	g_variant_builder_add(&builder, "o", object->path);
	g_variant_builder_open(&builder, G_VARIANT_TYPE("a{sa{sv}}"));
	if (object->announced == 0)
		object_append_ifaces(object, &builder);
	else
		for (unsigned int i = object->announced; i < object->shown; i++)
			object_append_iface(object, object->ifaces[i], &builder);
	object->announced = object->shown;
	g_variant_builder_close(&builder);
	bus_emit(object->bus, "/", OBJECT_MANAGER, "InterfacesAdded",
		 g_variant_builder_end(&builder));
}

static void object_emit_changed(Object *object, unsigned int i)
{
	const Iface *iface = object->ifaces[i];
	GVariantBuilder changed, invalidated;
	uint32_t mask = object->changed[i];

	object->changed[i] = 0;
	g_variant_builder_init(&changed, G_VARIANT_TYPE("a{sv}"));
	g_variant_builder_init(&invalidated, G_VARIANT_TYPE("as"));
	for (unsigned int p = 0; mask; p++, mask >>= 1) {
		GVariant *value;

		if (!(mask & 1))
			continue;
		value = iface->get(object->owner, p);
		if (value)
			g_variant_builder_add(&changed, "{sv}", iface->props[p], value);
		else
			g_variant_builder_add(&invalidated, "s", iface->props[p]);
	}
	bus_emit(object->bus, object->path, PROPERTIES, "PropertiesChanged",
		 g_variant_new("(sa{sv}as)", iface->name, &changed, &invalidated));
}

void object_flush(Object *object)
{
	if (object->announced < object->shown)
		object_emit_added(object);
	for (unsigned int i = 0; i < object->shown; i++)
		if (object->changed[i])
			object_emit_changed(object, i);
}

void object_changed(Object *object, unsigned int iface, unsigned int prop)
{
	GDBusInterfaceInfo *info;

	if (iface >= object->announced)
		return;

	info = bus_info(object->bus, object->ifaces[iface]->name);
	if (!g_dbus_interface_info_lookup_property(info, object->ifaces[iface]->props[prop]))
		return;
	object->changed[iface] |= UINT32_C(1) << prop;
	bus_queue(object->bus, object);
}

void object_signal(Object *object, unsigned int iface, unsigned int prop)
{
	object_changed(object, iface, prop);
	object_flush(object);
}

void object_show(Object *object, unsigned int n)
{
	for (; object->shown < n; object->shown++)
		object->ids[object->shown] = bus_register(object->bus, object->path,
							  object->ifaces[object->shown]->name);
	bus_queue(object->bus, object);
}

Object *object_new(Bus *bus, const char *path, const Iface *const *ifaces, unsigned int n,
		   void *owner)
{
	Object *object = g_new0(Object, 1);

	object->bus = bus;
	object->path = g_strdup(path);
	object->owner = owner;
	object->ifaces = ifaces;
	g_hash_table_insert(bus->objects, object->path, object);
	g_ptr_array_add(bus->order, object);
	object_show(object, n);
	return object;
}

Object *object_free(Object *object, bool silently)
{
	Bus *bus;

	if (!object)
		return NULL;

	bus = object->bus;
	(void)g_ptr_array_remove(bus->queue, object);
	if (!silently && object->announced > 0) {
		object_flush(object);
		GVariantBuilder names;

		g_variant_builder_init(&names, G_VARIANT_TYPE("as"));
		g_variant_builder_add(&names, "s", PROPERTIES);
		g_variant_builder_add(&names, "s", INTROSPECTABLE);
		for (unsigned int i = 0; i < object->shown; i++)
			g_variant_builder_add(&names, "s", object->ifaces[i]->name);
		bus_emit(bus, "/", OBJECT_MANAGER, "InterfacesRemoved",
			 g_variant_new("(oas)", object->path, &names));
	}
	for (unsigned int i = 0; i < object->shown; i++)
		g_dbus_connection_unregister_object(bus->connection, object->ids[i]);
	g_hash_table_remove(bus->objects, object->path);
	g_ptr_array_remove(bus->order, object);
	g_free(object->path);
	g_free(object);
	return NULL;
}
