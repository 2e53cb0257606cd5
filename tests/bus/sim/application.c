/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GattManager1 of an adapter: programs that serve GATT objects. */
#include "adapter-private.h"
#include "application-private.h"

#define CREATE_FAILED "Failed to create entry in database"

Server *application_server(const Application *application)
{
	return application->server;
}

Bus *application_bus(const Application *application)
{
	return application->server->adapter->bus;
}

const char *application_owner(const Application *application)
{
	return application->owner;
}

static void application_unserve(Application *application)
{
	for (unsigned int i = 0; i < application->nodes->len; i++) {
		Node *node = application->nodes->pdata[i];

		if (node->kind == NODE_SERVICE && node->item)
			server_remove_service(application->server, node->item->handle);
	}
}

static void application_free(void *data)
{
	Application *application = data;
	Bus *bus = application_bus(application);

	g_cancellable_cancel(application->asking);
	g_object_unref(application->asking);
	if (application->call)
		bus_error(bus, application->call, "Failed", "gone");
	g_bus_unwatch_name(application->watch);
	if (application->changes)
		g_dbus_connection_signal_unsubscribe(bus->connection, application->changes);
	if (application->removals)
		g_dbus_connection_signal_unsubscribe(bus->connection, application->removals);
	for (unsigned int i = 0; i < application->nodes->len; i++)
		(void)node_free(application->nodes->pdata[i]);
	g_ptr_array_unref(application->nodes);
	g_free(application->owner);
	g_free(application->path);
	g_free(application);
}

static void application_remove(Application *application)
{
	application_unserve(application);
	g_ptr_array_remove(application->server->applications, application);
}

static void on_gone(GDBusConnection *connection, const char *name, void *data)
{
	(void)connection;
	(void)name;
	application_remove(data);
}

Node *application_find(const Application *application, NodeKind kind, const char *path)
{
	for (unsigned int i = 0; path && i < application->nodes->len; i++) {
		Node *node = application->nodes->pdata[i];

		if (node->kind == kind && g_str_equal(node->path, path))
			return node;
	}
	return NULL;
}

static void on_changed(GDBusConnection *connection, const char *sender, const char *path,
		       const char *interface, const char *signal, GVariant *args, void *data)
{
	Application *application = data;
	Node *node = application_find(application, NODE_CHARACTERISTIC, path);
	g_autoptr(GVariant) changed = NULL, value = NULL;
	g_autofree const char **invalidated = NULL;
	const uint8_t *bytes;
	size_t len;

	(void)connection;
	(void)sender;
	(void)interface;
	(void)signal;
	if (!node || !node->item || !g_variant_is_of_type(args, G_VARIANT_TYPE("(sa{sv}as)")))
		return;
	g_variant_get(args, "(&s@a{sv}^a&s)", NULL, &changed, &invalidated);
	if (g_strv_contains(invalidated, "NotifyAcquired"))
		node->acquires = false;
	value = g_variant_lookup_value(changed, "Value", G_VARIANT_TYPE_BYTESTRING);
	if (!value)
		return;
	bytes = g_variant_get_fixed_array(value, &len, 1);
	server_notify(application->server, node, bytes, len);
}

/* Of a service's path, that service goes; what else is removed does not matter to bluetoothd. */
static void on_removed(GDBusConnection *connection, const char *sender, const char *path,
		       const char *interface, const char *signal, GVariant *args, void *data)
{
	Application *application = data;
	const char *removed;
	Node *service;

	(void)connection;
	(void)sender;
	(void)path;
	(void)interface;
	(void)signal;
	if (!g_variant_is_of_type(args, G_VARIANT_TYPE("(oas)")))
		return;
	g_variant_get_child(args, 0, "&o", &removed);
	service = application_find(application, NODE_SERVICE, removed);
	if (!service || !service->item)
		return;
	server_remove_service(application->server, service->item->handle);
	for (unsigned int i = application->nodes->len; i > 0; i--) {
		Node *node = application->nodes->pdata[i - 1];

		if (node != service && node->in != service && !(node->in && node->in->in == service))
			continue;
		g_ptr_array_remove_index(application->nodes, i - 1);
		(void)node_free(node);
	}
}

/* Whose parts are whose. False: an object is of no use. */
static bool application_link(Application *application)
{
	bool served = false;

	for (unsigned int i = 0; i < application->nodes->len; i++) {
		Node *node = application->nodes->pdata[i];

		if (node->kind == NODE_SERVICE) {
			served = true;
			continue;
		}
		node->in = application_find(
			application, node->kind == NODE_CHARACTERISTIC ? NODE_SERVICE : NODE_CHARACTERISTIC,
			node->parent);
		if (!node->in || !node_parse_flags(node))
			return false;
	}
	return served;
}

static void application_finish(Application *application)
{
	GDBusMethodInvocation *call = g_steal_pointer(&application->call);
	Bus *bus = application_bus(application);
	const char *error = NULL;

	if (application->nodes->len == 0)
		error = "No object received";
	else if (!application_link(application))
		error = "No valid service object found";
	else if (!application_serve(application))
		error = CREATE_FAILED;
	if (error) {
		application_remove(application);
		bus_error(bus, call, "Failed", error);
		return;
	}
	application->changes = g_dbus_connection_signal_subscribe(
		bus->connection, application->owner, PROPERTIES, "PropertiesChanged", NULL,
		"org.bluez.GattCharacteristic1", G_DBUS_SIGNAL_FLAGS_NONE, on_changed, application, NULL);
	application->removals = g_dbus_connection_signal_subscribe(
		bus->connection, application->owner, OBJECT_MANAGER, "InterfacesRemoved", application->path,
		NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_removed, application, NULL);
	bus_reply(bus, call, NULL);
}

static void on_objects(GObject *connection, GAsyncResult *result, void *data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply =
		g_dbus_connection_call_finish(G_DBUS_CONNECTION(connection), result, &error);
	g_autoptr(GVariant) objects = NULL;
	Application *application = data;
	GVariantIter iter;
	const char *path;
	GVariant *ifaces;

	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		return;
	if (reply) {
		objects = g_variant_get_child_value(reply, 0);
		g_variant_iter_init(&iter, objects);
		while (g_variant_iter_next(&iter, "{&o@a{sa{sv}}}", &path, &ifaces)) {
			Node *node = node_new(application, path, ifaces);

			if (node)
				g_ptr_array_add(application->nodes, node);
			g_variant_unref(ifaces);
		}
	}
	application_finish(application);
}

static Application *applications_find(const Server *server, const char *owner, const char *path)
{
	for (unsigned int i = 0; i < server->applications->len; i++) {
		Application *application = server->applications->pdata[i];

		if (g_str_equal(application->owner, owner) && g_str_equal(application->path, path))
			return application;
	}
	return NULL;
}

static void applications_register(Server *server, const char *owner, const char *path,
				  GDBusMethodInvocation *call)
{
	Application *application = g_new0(Application, 1);
	GDBusConnection *connection = server->adapter->bus->connection;

	application->server = server;
	application->owner = g_strdup(owner);
	application->path = g_strdup(path);
	application->call = call;
	application->asking = g_cancellable_new();
	application->nodes = g_ptr_array_new();
	application->watch = g_bus_watch_name_on_connection(connection, owner, G_BUS_NAME_WATCHER_FLAGS_NONE,
							    NULL, on_gone, application, NULL);
	g_ptr_array_add(server->applications, application);
	g_dbus_connection_call(connection, owner, path, OBJECT_MANAGER, "GetManagedObjects", NULL,
			       G_VARIANT_TYPE("(a{oa{sa{sv}}})"), G_DBUS_CALL_FLAGS_NO_AUTO_START, -1,
			       application->asking, on_objects, application);
}

void applications_call(Server *server, const char *method, GVariant *args, GDBusMethodInvocation *call)
{
	const char *owner = g_dbus_method_invocation_get_sender(call);
	Application *application;
	const char *path;

	g_variant_get_child(args, 0, "&o", &path);
	application = applications_find(server, owner, path);
	if (g_str_equal(method, "RegisterApplication")) {
		if (application)
			bus_error(server->adapter->bus, call, "AlreadyExists", "Already Exists");
		else
			applications_register(server, owner, path, call);
	} else if (!application || application->call) {
		bus_error(server->adapter->bus, call, "DoesNotExist", "Does Not Exist");
	} else {
		application_remove(application);
		bus_reply(server->adapter->bus, call, NULL);
	}
}

GPtrArray *applications_new(void)
{
	return g_ptr_array_new_with_free_func(application_free);
}
