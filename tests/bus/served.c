/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program that has objects for BlueZ. */
#include <string.h>

#include <check.h>

#include "served.h"
#include "values.h"

#define OPTIONS_IN "<arg name='options' type='a{sv}' direction='in'/>"
#define VALUE_METHODS \
	"<method name='ReadValue'>" OPTIONS_IN "<arg name='value' type='ay' direction='out'/></method>" \
	"<method name='WriteValue'><arg name='value' type='ay' direction='in'/>" OPTIONS_IN "</method>"
#define PROPERTY(name, type) "<property name='" name "' type='" type "' access='read'/>"

struct Served {
	GDBusConnection *connection;
	GMainContext *context;
	GMainLoop *loop;
	GThread *thread;
	GMutex lock; /* of what follows */
	GHashTable *objects; /* path → Thing */
	GAsyncQueue *calls; /* of text */
};

typedef struct Thing {
	Served *served;
	char *path, *iface;
	GVariant *properties;
	char *value; /* hex */
	char *error; /* "": it does not answer */
} Thing;

static const char introspection[] =
	"<node><interface name='" ADVERTISEMENT_IFACE "'><method name='Release'/>" PROPERTY("Type", "s")
	PROPERTY("ServiceUUIDs", "as") PROPERTY("ManufacturerData", "a{qv}") PROPERTY("ServiceData", "a{sv}")
	PROPERTY("SolicitUUIDs", "as") PROPERTY("Includes", "as") PROPERTY("LocalName", "s")
	PROPERTY("Appearance", "q") PROPERTY("Data", "a{yv}") PROPERTY("Discoverable", "b")
	PROPERTY("Timeout", "q") PROPERTY("Duration", "q")
	"</interface><interface name='" GATT_SERVICE_IFACE "'>" PROPERTY("UUID", "s") PROPERTY("Primary", "b")
	"</interface><interface name='" GATT_CHAR_IFACE "'>" VALUE_METHODS "<method name='StartNotify'/>"
	"<method name='StopNotify'/><method name='Confirm'/>" PROPERTY("UUID", "s") PROPERTY("Service", "o")
	PROPERTY("Flags", "as")
	"</interface><interface name='" GATT_DESC_IFACE "'>" VALUE_METHODS PROPERTY("UUID", "s")
	PROPERTY("Characteristic", "o") PROPERTY("Flags", "as")
	"</interface><interface name='org.freedesktop.DBus.ObjectManager'><method name='GetManagedObjects'>"
	"<arg name='objects' type='a{oa{sa{sv}}}' direction='out'/></method></interface></node>";

static void thing_free(void *data)
{
	Thing *thing = data;

	g_variant_unref(thing->properties);
	g_free(thing->path);
	g_free(thing->iface);
	g_free(thing->value);
	g_free(thing->error);
	g_free(thing);
}

static void note_call(const Thing *thing, const char *method, GVariant *args)
{
	GString *text = g_string_new(thing->path);
	g_autoptr(GVariant) options = NULL;
	size_t n = g_variant_n_children(args);
	uint16_t offset;

	g_string_append_printf(text, " %s", method);
	if (n == 2) {
		g_autoptr(GVariant) value = g_variant_get_child_value(args, 0);
		g_autofree char *hex = hex_of(value);

		g_string_append_printf(text, " %s", hex);
	}
	if (n > 0) {
		options = g_variant_get_child_value(args, n - 1);
		if (g_variant_lookup(options, "offset", "q", &offset))
			g_string_append_printf(text, " offset=%u", offset);
	}
	g_async_queue_push(thing->served->calls, g_string_free(text, FALSE));
}

static void on_call(GDBusConnection *connection, const char *sender, const char *path, const char *iface,
		    const char *method, GVariant *args, GDBusMethodInvocation *call, void *data)
{
	g_auto(GStrv) error = NULL;
	Thing *thing = data;

	(void)connection;
	(void)sender;
	(void)path;
	(void)iface;
	g_mutex_lock(&thing->served->lock);
	note_call(thing, method, args);
	if (thing->error)
		error = g_strsplit(thing->error, " ", 2);
	if (error && !error[0])
		g_object_unref(call); /* never answered */
	else if (error)
		g_dbus_method_invocation_return_dbus_error(call, error[0], error[1] ? error[1] : "");
	else
		g_dbus_method_invocation_return_value(call,
						      g_str_equal(method, "ReadValue")
							      ? g_variant_new("(@ay)", bytes_of(thing->value))
							      : NULL);
	g_mutex_unlock(&thing->served->lock);
}

static GVariant *on_get(GDBusConnection *connection, const char *sender, const char *path, const char *iface,
			const char *property, GError **error, void *data)
{
	const Thing *thing = data;
	GVariant *value;

	g_mutex_lock(&thing->served->lock);
	value = g_variant_lookup_value(thing->properties, property, NULL);
	g_mutex_unlock(&thing->served->lock);

	(void)connection;
	(void)sender;
	(void)path;
	(void)iface;
	if (!value)
		g_set_error(error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS, "not there");
	return value;
}

static void on_get_managed(GDBusConnection *connection, const char *sender, const char *path,
			   const char *iface, const char *method, GVariant *args, GDBusMethodInvocation *call,
			   void *data)
{
	g_autofree char *below = g_strconcat(path, "/", NULL);
	GVariantBuilder builder;
	Served *served = data;
	g_autoptr(GList) things = NULL;

	(void)connection;
	(void)sender;
	(void)iface;
	(void)method;
	(void)args;
	g_mutex_lock(&served->lock);
	things = g_list_sort(g_hash_table_get_keys(served->objects), (GCompareFunc)strcmp);
	g_variant_builder_init(&builder, G_VARIANT_TYPE("a{oa{sa{sv}}}"));
	for (GList *at = things; at; at = at->next) {
		const Thing *thing = g_hash_table_lookup(served->objects, at->data);

		if (!g_str_has_prefix(thing->path, below))
			continue;
		g_variant_builder_open(&builder, G_VARIANT_TYPE("{oa{sa{sv}}}"));
		g_variant_builder_add(&builder, "o", thing->path);
		g_variant_builder_open(&builder, G_VARIANT_TYPE("a{sa{sv}}"));
		g_variant_builder_add(&builder, "{s@a{sv}}", thing->iface, thing->properties);
		g_variant_builder_close(&builder);
		g_variant_builder_close(&builder);
	}
	g_mutex_unlock(&served->lock);
	g_dbus_method_invocation_return_value(call, g_variant_new("(a{oa{sa{sv}}})", &builder));
}

static void *served_thread(void *data)
{
	Served *served = data;

	g_main_context_push_thread_default(served->context);
	g_main_loop_run(served->loop);
	g_main_context_pop_thread_default(served->context);
	return NULL;
}

Served *served_new(const char *address)
{
	Served *served = g_new0(Served, 1);
	g_autoptr(GError) error = NULL;

	g_mutex_init(&served->lock);
	served->objects = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, thing_free);
	served->calls = g_async_queue_new_full(g_free);
	served->context = g_main_context_new();
	served->loop = g_main_loop_new(served->context, FALSE);
	served->connection =
		g_dbus_connection_new_for_address_sync(address,
						       G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
							       G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
						       NULL, NULL, &error);
	ck_assert_msg(served->connection != NULL, "%s", error ? error->message : "");
	served->thread = g_thread_new("served", served_thread, served);
	return served;
}

Served *served_free(Served *served)
{
	if (!served)
		return NULL;

	(void)g_dbus_connection_close_sync(served->connection, NULL, NULL);
	g_main_loop_quit(served->loop);
	g_thread_join(served->thread);
	g_object_unref(served->connection);
	g_hash_table_unref(served->objects);
	g_async_queue_unref(served->calls);
	g_main_loop_unref(served->loop);
	g_main_context_unref(served->context);
	g_mutex_clear(&served->lock);
	g_free(served);
	return NULL;
}

typedef struct Registration {
	Served *served;
	const char *path, *iface;
	void *data;
	const GDBusInterfaceVTable *vtable;
	GMutex lock;
	GCond cond;
	bool done;
} Registration;

static int on_register(void *data)
{
	g_autoptr(GDBusNodeInfo) node = g_dbus_node_info_new_for_xml(introspection, NULL);
	Registration *wanted = data;
	g_autoptr(GError) error = NULL;
	guint id = g_dbus_connection_register_object(wanted->served->connection, wanted->path,
						     g_dbus_node_info_lookup_interface(node, wanted->iface),
						     wanted->vtable, wanted->data, NULL, &error);

	ck_assert_msg(id > 0, "%s: %s", wanted->path, error ? error->message : "");
	g_mutex_lock(&wanted->lock);
	wanted->done = true;
	g_cond_signal(&wanted->cond);
	g_mutex_unlock(&wanted->lock);
	return G_SOURCE_REMOVE;
}

/* In the thread, whose calls it will get. */
static void served_register(Served *served, const char *path, const char *iface,
			    const GDBusInterfaceVTable *vtable, void *data)
{
	Registration wanted = {
		.served = served, .path = path, .iface = iface, .vtable = vtable, .data = data
	};

	g_mutex_init(&wanted.lock);
	g_cond_init(&wanted.cond);
	g_main_context_invoke(served->context, on_register, &wanted);
	g_mutex_lock(&wanted.lock);
	while (!wanted.done)
		g_cond_wait(&wanted.cond, &wanted.lock);
	g_mutex_unlock(&wanted.lock);
	g_mutex_clear(&wanted.lock);
	g_cond_clear(&wanted.cond);
}

void served_add(Served *served, const char *path, const char *iface, const char *properties)
{
	static const GDBusInterfaceVTable vtable = { .method_call = on_call, .get_property = on_get };
	Thing *thing = g_new0(Thing, 1);

	thing->served = served;
	thing->path = g_strdup(path);
	thing->iface = g_strdup(iface);
	thing->value = g_strdup("-");
	thing->properties = options(properties);
	g_mutex_lock(&served->lock);
	g_hash_table_insert(served->objects, thing->path, thing);
	g_mutex_unlock(&served->lock);
	served_register(served, path, iface, &vtable, thing);
}

void served_add_root(Served *served, const char *root)
{
	static const GDBusInterfaceVTable vtable = { .method_call = on_get_managed };

	served_register(served, root, "org.freedesktop.DBus.ObjectManager", &vtable, served);
}

static void served_set(Served *served, const char *path, const char *text, bool error)
{
	Thing *thing = g_hash_table_lookup(served->objects, path);
	char **at = error ? &thing->error : &thing->value;

	g_mutex_lock(&served->lock);
	g_free(*at);
	*at = g_strdup(text);
	g_mutex_unlock(&served->lock);
}

void served_set_value(Served *served, const char *path, const char *hex)
{
	served_set(served, path, hex, false);
}

void served_set_error(Served *served, const char *path, const char *error)
{
	served_set(served, path, error, true);
}

/* What the object answers from now on, too. */
static void note_change(Served *served, const char *path, GVariant *changed)
{
	Thing *thing = g_hash_table_lookup(served->objects, path);
	GVariantDict all;
	GVariantIter iter;
	const char *name;
	GVariant *value;

	g_mutex_lock(&served->lock);
	g_variant_dict_init(&all, thing->properties);
	g_variant_iter_init(&iter, changed);
	while (g_variant_iter_loop(&iter, "{&sv}", &name, &value))
		g_variant_dict_insert_value(&all, name, value);
	g_variant_unref(thing->properties);
	thing->properties = g_variant_ref_sink(g_variant_dict_end(&all));
	g_mutex_unlock(&served->lock);
}

void served_change(Served *served, const char *path, const char *iface, const char *changed)
{
	g_autoptr(GVariant) dict = options(changed);

	note_change(served, path, dict);
	ck_assert(g_dbus_connection_emit_signal(served->connection, NULL, path,
						"org.freedesktop.DBus.Properties", "PropertiesChanged",
						g_variant_new("(s@a{sv}as)", iface, dict, NULL), NULL));
	ck_assert(g_dbus_connection_flush_sync(served->connection, NULL, NULL));
}

char *served_call(Served *served, const char *iface, const char *method, const char *path)
{
	bool registers = g_str_has_prefix(method, "Register");
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
		served->connection, "org.bluez", "/org/bluez/hci0", iface, method,
		registers ? g_variant_new("(oa{sv})", path, NULL) : g_variant_new("(o)", path), NULL,
		G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
	g_autofree char *name = reply ? NULL : g_dbus_error_get_remote_error(error);

	if (reply)
		return NULL;
	(void)g_dbus_error_strip_remote_error(error);
	return g_strdup_printf("%s: %s", name ? name : "", error->message);
}

char *served_next(Served *served, unsigned int timeout_ms)
{
	return g_async_queue_timeout_pop(served->calls, (uint64_t)timeout_ms * 1000);
}
