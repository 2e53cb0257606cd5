/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program with a service, with GDBus; see serve-program.h. */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gio/gio.h>
#include <glib-unix.h>

#include "serve-program.h"

#define APPLICATION "/bench"
#define SERVICE_PATH APPLICATION "/service"
#define CHAR_PATH SERVICE_PATH "/char"
#define SERVICE_IFACE "org.bluez.GattService1"
#define CHAR_IFACE "org.bluez.GattCharacteristic1"
#define PROPERTIES "org.freedesktop.DBus.Properties"
#define LOCAL_CHAR SERVE_DAEMON ".LocalCharacteristic1"

static GDBusConnection *connection;
static char *path; /* of the characteristic at the daemon */
static uint8_t value[512] = { 0 };
static gsize value_length = SERVE_LENGTH;
static uint32_t number; /* of the next notification */
static unsigned int left; /* of a burst through the daemon */

static void fail(const char *what, const GError *error)
{
	fprintf(stderr, "serve-gdbus: %s: %s\n", what, error->message);
	exit(1);
}

static void say_ready(void)
{
	printf("ready\n");
	fflush(stdout);
}

/* The next number goes into the value. */
static void value_count(void)
{
	for (unsigned int i = 0; i < sizeof(number); i++)
		value[SERVE_LENGTH - sizeof(number) + i] = (uint8_t)(number >> 8 * i);
	value_length = SERVE_LENGTH;
	number++;
}

static GVariant *value_bytes(void)
{
	return g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, value, value_length, 1);
}

static void take_value(GVariant *body, gsize place)
{
	g_autoptr(GVariant) bytes = g_variant_get_child_value(body, place);
	gsize length;
	const void *at = g_variant_get_fixed_array(bytes, &length, 1);

	if (length <= sizeof(value)) {
		memcpy(value, at, length);
		value_length = length;
	}
}

/* --- straight to BlueZ --- */

static const char introspection[] =
	"<node>"
	"<interface name='org.freedesktop.DBus.ObjectManager'>"
	"<method name='GetManagedObjects'><arg name='objects' type='a{oa{sa{sv}}}' direction='out'/></method>"
	"</interface>"
	"<interface name='" SERVICE_IFACE "'>"
	"<property name='UUID' type='s' access='read'/><property name='Primary' type='b' access='read'/>"
	"</interface>"
	"<interface name='" CHAR_IFACE "'>"
	"<method name='ReadValue'><arg name='options' type='a{sv}' direction='in'/>"
	"<arg name='value' type='ay' direction='out'/></method>"
	"<method name='WriteValue'><arg name='value' type='ay' direction='in'/>"
	"<arg name='options' type='a{sv}' direction='in'/></method>"
	"<method name='StartNotify'/><method name='StopNotify'/>"
	"<property name='UUID' type='s' access='read'/><property name='Service' type='o' access='read'/>"
	"<property name='Flags' type='as' access='read'/><property name='Value' type='ay' access='read'/>"
	"</interface>"
	"</node>";

static GVariant *make_objects(void)
{
	static const char *const flags[] = { "read", "write", "notify", NULL };
	GVariantBuilder service, characteristic;

	g_variant_builder_init(&service, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&service, "{sv}", "UUID", g_variant_new_string(SERVE_SERVICE));
	g_variant_builder_add(&service, "{sv}", "Primary", g_variant_new_boolean(TRUE));
	g_variant_builder_init(&characteristic, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&characteristic, "{sv}", "UUID", g_variant_new_string(SERVE_STRAIGHT_GDBUS));
	g_variant_builder_add(&characteristic, "{sv}", "Service", g_variant_new_object_path(SERVICE_PATH));
	g_variant_builder_add(&characteristic, "{sv}", "Flags", g_variant_new_strv(flags, -1));
	return g_variant_new_parsed("({objectpath '" SERVICE_PATH "': {'" SERVICE_IFACE "': %@a{sv}}, "
				    "objectpath '" CHAR_PATH "': {'" CHAR_IFACE "': %@a{sv}}},)",
				    g_variant_builder_end(&service), g_variant_builder_end(&characteristic));
}

static void on_call(GDBusConnection *from, const char *sender, const char *object, const char *interface,
		    const char *method, GVariant *args, GDBusMethodInvocation *invocation, void *data)
{
	GVariant *answer = NULL;

	(void)from, (void)sender, (void)object, (void)interface, (void)data;
	if (g_str_equal(method, "ReadValue"))
		answer = g_variant_new("(@ay)", value_bytes());
	else if (g_str_equal(method, "WriteValue"))
		take_value(args, 0);
	else if (g_str_equal(method, "GetManagedObjects"))
		answer = make_objects();
	g_dbus_method_invocation_return_value(invocation, answer);
}

static void on_registered(GObject *source, GAsyncResult *result, void *data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);

	(void)data;
	if (!reply)
		fail("RegisterApplication", error);
	say_ready();
}

static void serve_straight(void)
{
	static const GDBusInterfaceVTable vtable = { .method_call = on_call };
	static const char *const paths[] = { APPLICATION, SERVICE_PATH, CHAR_PATH };
	g_autoptr(GDBusNodeInfo) node = g_dbus_node_info_new_for_xml(introspection, NULL);
	g_autoptr(GError) error = NULL;

	for (gsize i = 0; i < G_N_ELEMENTS(paths); i++)
		if (!g_dbus_connection_register_object(connection, paths[i], node->interfaces[i], &vtable, NULL, NULL,
						       &error))
			fail(paths[i], error);
	g_dbus_connection_call(connection, "org.bluez", "/org/bluez/hci0", "org.bluez.GattManager1",
			       "RegisterApplication", g_variant_new("(oa{sv})", APPLICATION, NULL), NULL,
			       G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_registered, NULL);
}

static void emit_value(void)
{
	g_autoptr(GError) error = NULL;
	GVariantBuilder changed;

	g_variant_builder_init(&changed, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&changed, "{sv}", "Value", value_bytes());
	if (!g_dbus_connection_emit_signal(connection, NULL, CHAR_PATH, PROPERTIES, "PropertiesChanged",
					   g_variant_new("(sa{sv}as)", CHAR_IFACE, &changed, NULL), &error))
		fail("a notification", error);
}

/* --- through the daemon --- */

/* Returns the path in the answer, if there is one. */
static char *call(const char *object, const char *interface, const char *method, GVariant *args)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply =
		g_dbus_connection_call_sync(connection, SERVE_DAEMON, object, interface, method, args, NULL,
					    G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
	char *result = NULL;

	if (!reply)
		fail(method, error);
	if (g_variant_is_of_type(reply, G_VARIANT_TYPE("(o)")))
		g_variant_get(reply, "(o)", &result);
	return result;
}

static void send_value(const char *method, GVariant *args, GAsyncReadyCallback callback)
{
	g_dbus_connection_call(connection, SERVE_DAEMON, path, LOCAL_CHAR, method, args, NULL, G_DBUS_CALL_FLAGS_NONE,
			       -1, NULL, callback, NULL);
}

static void on_answer(GObject *source, GAsyncResult *result, void *data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);

	(void)data;
	if (!reply)
		fail("RespondRead", error);
}

static void on_value_set(GObject *source, GAsyncResult *result, void *data)
{
	on_answer(source, result, data);
	if (left > 0) {
		left--;
		value_count();
		send_value("SetValue", g_variant_new("(v)", value_bytes()), on_value_set);
	}
}

static void on_signal(GDBusConnection *from, const char *sender, const char *object, const char *interface,
		      const char *signal, GVariant *body, void *data)
{
	uint32_t id;

	(void)from, (void)sender, (void)object, (void)interface, (void)data;
	if (g_str_equal(signal, "WriteRequest")) {
		take_value(body, 1);
	} else if (g_str_equal(signal, "ReadRequest")) {
		g_variant_get_child(body, 0, "u", &id);
		send_value("RespondRead", g_variant_new("(uv)", id, value_bytes()), on_answer);
	}
}

static void serve_broker(void)
{
	g_autofree char *session = call(SERVE_ROOT, SERVE_DAEMON ".Manager1", "OpenSession",
					g_variant_new("(ua{sv})", 0, NULL));
	g_autofree char *service = call(session, SERVE_DAEMON ".Session1", "Service",
					g_variant_new("(va{sv})", g_variant_new_string(SERVE_SERVICE), NULL));

	path = call(service, SERVE_DAEMON ".LocalService1", "Characteristic",
		    g_variant_new_parsed("(<%s>, {'read_timeout': <%u>})", SERVE_BROKER_GDBUS, SERVE_READ_TIMEOUT_MS));
	g_dbus_connection_signal_subscribe(connection, SERVE_DAEMON, LOCAL_CHAR, NULL, path, NULL,
					   G_DBUS_SIGNAL_FLAGS_NONE, on_signal, NULL, NULL);
	call(path, LOCAL_CHAR, "Callback", g_variant_new("(u)", SERVE_CHAR_READ_EVENT | SERVE_CHAR_WRITE_EVENT));
	say_ready();
}

/* --- both --- */

static int on_burst(void *data)
{
	(void)data;
	for (unsigned int i = 0; i < (path ? SERVE_WINDOW : SERVE_BURST); i++) {
		value_count();
		if (path)
			send_value("SetValue", g_variant_new("(v)", value_bytes()), on_value_set);
		else
			emit_value();
	}
	left = path ? SERVE_BURST - SERVE_WINDOW : 0;
	return G_SOURCE_CONTINUE;
}

static int on_term(void *loop)
{
	g_main_loop_quit(loop);
	return G_SOURCE_REMOVE;
}

int main(int argc, char *argv[])
{
	g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
	g_autoptr(GError) error = NULL;

	if (argc != 3 || (strcmp(argv[1], "straight") != 0 && strcmp(argv[1], "broker") != 0)) {
		fprintf(stderr, "Usage: serve-gdbus straight|broker ADDRESS\n");
		return 2;
	}
	connection = g_dbus_connection_new_for_address_sync(
		argv[2],
		G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL,
		NULL, &error);
	if (!connection)
		fail(argv[2], error);
	g_unix_signal_add(SIGTERM, on_term, loop);
	g_unix_signal_add(SIGUSR1, on_burst, NULL);
	if (strcmp(argv[1], "straight") == 0)
		serve_straight();
	else
		serve_broker();
	g_main_loop_run(loop);
	g_object_unref(connection);
	g_free(path);
	return 0;
}
