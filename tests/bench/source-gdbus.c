/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program that scans without the daemon, as GDBus makes it easy: source-gdbus hciN ADDRESS. Every signal of
 * bluetoothd that tells of an advertisement counts. At SIGTERM it says what came of it, as words NAME=VALUE. */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <gio/gio.h>
#include <glib-unix.h>

#define BLUEZ "org.bluez"
#define DEVICE "org.bluez.Device1"
#define PROPERTIES "org.freedesktop.DBus.Properties"

/* What of a device comes from an advertisement, and changes. */
static void take(GVariant *properties, uint64_t *reports)
{
	g_autoptr(GVariant) rssi = g_variant_lookup_value(properties, "RSSI", G_VARIANT_TYPE_INT16);
	g_autoptr(GVariant) data = g_variant_lookup_value(properties, "ManufacturerData", G_VARIANT_TYPE("a{qv}"));

	if (rssi || data)
		(*reports)++;
}

static void on_changed(GDBusConnection *connection, const char *sender, const char *path, const char *interface,
		       const char *signal, GVariant *body, void *reports)
{
	g_autoptr(GVariant) properties = NULL;

	(void)connection;
	(void)sender;
	(void)path;
	(void)interface;
	(void)signal;
	g_variant_get(body, "(&s@a{sv}@as)", NULL, &properties, NULL);
	take(properties, reports);
}

static void on_added(GDBusConnection *connection, const char *sender, const char *path, const char *interface,
		     const char *signal, GVariant *body, void *reports)
{
	g_autoptr(GVariant) interfaces = NULL, properties = NULL;

	(void)connection;
	(void)sender;
	(void)path;
	(void)interface;
	(void)signal;
	g_variant_get(body, "(&o@a{sa{sv}})", NULL, &interfaces);
	properties = g_variant_lookup_value(interfaces, DEVICE, G_VARIANT_TYPE_VARDICT);
	if (properties)
		take(properties, reports);
}

static void call(GDBusConnection *connection, const char *path, const char *method, GVariant *args)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
		connection, BLUEZ, path, "org.bluez.Adapter1", method, args, NULL, G_DBUS_CALL_FLAGS_NONE, -1,
		NULL, &error);

	if (reply)
		return;
	fprintf(stderr, "%s: %s\n", method, error->message);
	exit(1);
}

static void start(GDBusConnection *connection, const char *adapter, uint64_t *reports)
{
	g_autofree char *path = g_strconcat("/org/bluez/", adapter, NULL);
	GVariantDict filter;

	g_dbus_connection_signal_subscribe(connection, BLUEZ, PROPERTIES, "PropertiesChanged", NULL, DEVICE,
					   G_DBUS_SIGNAL_FLAGS_NONE, on_changed, reports, NULL);
	g_dbus_connection_signal_subscribe(connection, BLUEZ, "org.freedesktop.DBus.ObjectManager", "InterfacesAdded",
					   "/", NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_added, reports, NULL);
	g_variant_dict_init(&filter, NULL);
	g_variant_dict_insert(&filter, "Transport", "s", "le");
	g_variant_dict_insert(&filter, "DuplicateData", "b", TRUE);
	call(connection, path, "SetDiscoveryFilter", g_variant_new("(@a{sv})", g_variant_dict_end(&filter)));
	call(connection, path, "StartDiscovery", NULL);
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
	GDBusConnection *connection;
	uint64_t reports = 0;

	if (argc != 3) {
		fprintf(stderr, "Usage: source-gdbus hciN ADDRESS\n");
		return 2;
	}
	connection = g_dbus_connection_new_for_address_sync(argv[2],
							    G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
								    G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
							    NULL, NULL, &error);
	if (!connection) {
		fprintf(stderr, "%s: %s\n", argv[2], error->message);
		return 1;
	}
	g_unix_signal_add(SIGTERM, on_term, loop);
	start(connection, argv[1], &reports);
	printf("ready\n");
	fflush(stdout);
	g_main_loop_run(loop);
	printf("reports=%" PRIu64 "\n", reports);
	g_object_unref(connection);
	return 0;
}
