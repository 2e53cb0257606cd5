/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One life of bluetoothd on the bus. */
#include <gio/gunixfdlist.h>

#include "interfaces.h"
#include "object.h"

typedef struct LateCall {
	Bus *bus;
	GDBusMethodInvocation *call;
	guint timer;
} LateCall;

void bus_emit(Bus *bus, const char *path, const char *interface, const char *signal, GVariant *body)
{
	/* Fails only when the bus is gone, and then there is nobody to tell. */
	(void)g_dbus_connection_emit_signal(bus->connection, NULL, path, interface, signal, body,
					    NULL);
}

void bus_flush(Bus *bus)
{
	if (bus->idle) {
		g_source_remove(bus->idle);
		bus->idle = 0;
	}
	for (unsigned int i = 0; i < bus->queue->len; i++) {
		Object *object = bus->queue->pdata[i];

		object->queued = false;
		object_flush(object);
	}
	g_ptr_array_set_size(bus->queue, 0);
}

static int bus_on_idle(void *data)
{
	Bus *bus = data;

	bus->idle = 0;
	bus_flush(bus);
	return G_SOURCE_REMOVE;
}

void bus_queue(Bus *bus, struct Object *object)
{
	if (object->queued)
		return;

	object->queued = true;
	g_ptr_array_add(bus->queue, object);
	if (!bus->idle)
		bus->idle = g_idle_add(bus_on_idle, bus);
}

void bus_reply(Bus *bus, GDBusMethodInvocation *call, GVariant *value)
{
	bus_flush(bus);
	g_dbus_method_invocation_return_value(call, value);
}

void bus_reply_fd(Bus *bus, GDBusMethodInvocation *call, int fd, uint16_t mtu)
{
	g_autoptr(GUnixFDList) fds = g_unix_fd_list_new_from_array(&fd, 1);

	bus_flush(bus);
	g_dbus_method_invocation_return_value_with_unix_fd_list(
		call, g_variant_new("(hq)", 0, mtu), fds);
}

void bus_error(Bus *bus, GDBusMethodInvocation *call, const char *error, const char *message)
{
	g_autofree char *name = g_strconcat(strchr(error, '.') ? "" : BLUEZ_ERROR, error, NULL);

	bus_flush(bus);
	g_dbus_method_invocation_return_dbus_error(call, name, message);
}

static int iface_find_prop(const Iface *iface, const char *name)
{
	for (int p = 0; iface->props && iface->props[p]; p++)
		if (g_str_equal(iface->props[p], name))
			return p;
	return -1;
}

static const Iface *object_find_iface(Object *object, const char *name)
{
	for (unsigned int i = 0; object && object->ifaces[i]; i++)
		if (g_str_equal(object->ifaces[i]->name, name))
			return object->ifaces[i];
	return NULL;
}

static void object_get(Object *object, const Iface *iface, const char *name,
		       GDBusMethodInvocation *call)
{
	int prop = iface_find_prop(iface, name);
	GVariant *value = prop >= 0 ? iface->get(object->owner, (unsigned int)prop) : NULL;

	if (value)
		bus_reply(object->bus, call, g_variant_new("(v)", value));
	else
		bus_error(object->bus, call, "org.freedesktop.DBus.Error.InvalidArgs",
			  "No such property");
}

static void object_get_all(Object *object, const Iface *iface, GDBusMethodInvocation *call)
{
	GDBusInterfaceInfo *info = bus_info(object->bus, iface->name);
	GVariantBuilder builder;

	g_variant_builder_init(&builder, G_VARIANT_TYPE("a{sv}"));
	for (unsigned int p = 0; iface->props && iface->props[p]; p++) {
		GVariant *value = NULL;

		if (g_dbus_interface_info_lookup_property(info, iface->props[p]))
			value = iface->get(object->owner, p);
		if (value)
			g_variant_builder_add(&builder, "{sv}", iface->props[p], value);
	}
	bus_reply(object->bus, call, g_variant_new("(a{sv})", &builder));
}

static void bus_get_managed(Bus *bus, GDBusMethodInvocation *call)
{
	GVariantBuilder builder;

	bus_flush(bus);
	g_variant_builder_init(&builder, G_VARIANT_TYPE("a{oa{sa{sv}}}"));
	for (unsigned int i = 0; i < bus->order->len; i++) {
		Object *object = bus->order->pdata[i];

		g_variant_builder_open(&builder, G_VARIANT_TYPE("{oa{sa{sv}}}"));
		g_variant_builder_add(&builder, "o", object->path);
		g_variant_builder_open(&builder, G_VARIANT_TYPE("a{sa{sv}}"));
		object_append_ifaces(object, &builder);
		g_variant_builder_close(&builder);
		g_variant_builder_close(&builder);
	}
	bus_reply(bus, call, g_variant_new("(a{oa{sa{sv}}})", &builder));
}

static void bus_dispatch(Bus *bus, GDBusMethodInvocation *call)
{
	const char *interface = g_dbus_method_invocation_get_interface_name(call);
	const char *method = g_dbus_method_invocation_get_method_name(call);
	GVariant *args = g_dbus_method_invocation_get_parameters(call);
	Object *object =
		g_hash_table_lookup(bus->objects, g_dbus_method_invocation_get_object_path(call));
	bool properties = g_str_equal(interface, PROPERTIES);
	const char *prop = NULL;
	const Iface *iface;

	if (g_str_equal(interface, OBJECT_MANAGER)) {
		bus_get_managed(bus, call);
		return;
	}
	if (properties)
		g_variant_get_child(args, 0, "&s", &interface);

	iface = object_find_iface(object, interface);
	if (!iface) { /* the object left while a late call waited */
		bus_error(bus, call, "org.freedesktop.DBus.Error.UnknownObject", "no such object");
	} else if (!properties) {
		iface->call(object->owner, method, args, call);
	} else if (g_str_equal(method, "GetAll")) {
		object_get_all(object, iface, call);
	} else {
		g_variant_get_child(args, 1, "&s", &prop);
		if (g_str_equal(method, "Get")) {
			object_get(object, iface, prop, call);
		} else {
			g_autoptr(GVariant) value = NULL;

			g_variant_get_child(args, 2, "v", &value);
			iface->set(object->owner, (unsigned int)iface_find_prop(iface, prop), value,
				   call);
		}
	}
}

static void late_call_free(void *data)
{
	LateCall *late = data;

	if (late->timer)
		g_source_remove(late->timer);
	/* Still unanswered: bluetoothd dies with the question. Answering keeps GDBus' books; nobody
	 * gets to see it. */
	if (late->call)
		g_dbus_method_invocation_return_dbus_error(late->call, BLUEZ_ERROR "Failed",
							   "gone");
	g_free(late);
}

static int late_call_run(void *data)
{
	LateCall *late = data;
	Bus *bus = late->bus;
	GDBusMethodInvocation *call = g_steal_pointer(&late->call);

	late->timer = 0;
	g_ptr_array_remove_fast(bus->late, late);
	bus_dispatch(bus, call);
	return G_SOURCE_REMOVE;
}

static bool bus_is_late(Bus *bus, GDBusMethodInvocation *call, const char *name)
{
	Object *object =
		g_hash_table_lookup(bus->objects, g_dbus_method_invocation_get_object_path(call));

	for (unsigned int i = 0; object && object->ifaces[i]; i++)
		if (object->ifaces[i]->late && g_strv_contains(object->ifaces[i]->late, name))
			return true;
	return false;
}

static void bus_on_call(GDBusConnection *connection, const char *sender, const char *path,
			const char *interface, const char *method, GVariant *args,
			GDBusMethodInvocation *call, void *data)
{
	g_autofree char *name = NULL;
	Bus *bus = data;
	const char *error;
	unsigned int delay;

	(void)connection;
	(void)sender;
	(void)path;

	if (g_str_equal(interface, PROPERTIES) && !g_str_equal(method, "GetAll")) {
		const char *prop;

		g_variant_get_child(args, 1, "&s", &prop);
		name = g_strconcat(method, ":", prop, NULL);
	} else {
		name = g_strdup(method);
	}

	error = faults_take(bus->faults, name);
	if (error) {
		bus_error(bus, call, error, "as the test wished");
		return;
	}

	delay = faults_get_delay(bus->faults, name);
	if (delay > 0 && !bus_is_late(bus, call, name)) {
		LateCall *late = g_new0(LateCall, 1);

		late->bus = bus;
		late->call = call;
		late->timer = g_timeout_add(delay, late_call_run, late);
		g_ptr_array_add(bus->late, late);
		return;
	}
	bus_dispatch(bus, call);
}

static const GDBusInterfaceVTable bus_vtable = { .method_call = bus_on_call };

GDBusInterfaceInfo *bus_info(Bus *bus, const char *name)
{
	GDBusInterfaceInfo *info = g_hash_table_lookup(bus->infos, name);

	if (!info) {
		info = interface_info_new(name, bus->experimental);
		g_hash_table_insert(bus->infos, g_strdup(name), info);
	}
	return info;
}

guint bus_register(Bus *bus, const char *path, const char *interface)
{
	g_autoptr(GError) error = NULL;
	guint id = g_dbus_connection_register_object(
		bus->connection, path, bus_info(bus, interface), &bus_vtable, bus, NULL, &error);

	if (id == 0)
		g_error("%s %s: %s", path, interface, error->message);
	return id;
}

Bus *bus_new(GDBusConnection *connection, Faults *faults, bool experimental)
{
	Bus *bus = g_new0(Bus, 1);

	bus->connection = g_object_ref(connection);
	bus->faults = faults;
	bus->experimental = experimental;
	bus->infos = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					   (GDestroyNotify)g_dbus_interface_info_unref);
	bus->objects = g_hash_table_new(g_str_hash, g_str_equal);
	bus->order = g_ptr_array_new();
	bus->queue = g_ptr_array_new();
	bus->late = g_ptr_array_new_with_free_func(late_call_free);
	bus->root = bus_register(bus, "/", OBJECT_MANAGER);
	return bus;
}

Bus *bus_free(Bus *bus)
{
	if (!bus)
		return NULL;

	g_assert(bus->order->len == 0);
	g_ptr_array_unref(bus->late);
	if (bus->idle)
		g_source_remove(bus->idle);
	g_dbus_connection_unregister_object(bus->connection, bus->root);
	g_ptr_array_unref(bus->queue);
	g_ptr_array_unref(bus->order);
	g_hash_table_unref(bus->objects);
	g_hash_table_unref(bus->infos);
	g_object_unref(bus->connection);
	g_free(bus);
	return NULL;
}

unsigned int bus_delay(const Bus *bus, const char *method)
{
	return faults_get_delay(bus->faults, method);
}
