/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program beside the load, in a process of its own so that what it measures, and what is measured
 * of it, is its own. At SIGTERM it says what came of it, as words NAME=VALUE.
 *
 * load-peer probe ADDRESS: calls the daemon every few milliseconds and times the answers.
 *
 * load-peer small ADDRESS: the same without the table of all devices.
 *
 * load-peer listen ADDRESS: plain GDBus, takes what org.bluez signals of devices, as a program
 * would that does without the daemon. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <gio/gio.h>
#include <glib-unix.h>

#define BLUETOOTH "com.example.Bluetooth"
#define BUS "org.freedesktop.DBus"
#define ROOT "/com/example/Bluetooth"
#define PROPERTIES "org.freedesktop.DBus.Properties"
#define PERIOD_MS 10
#define TABLE_EVERY 100 /* so many small calls, one for the table of all devices */
#define BUS_EVERY 4	/* and one to the bus itself, for comparison */

typedef struct Peer {
	GDBusConnection *connection;
	uint64_t reports;
	int64_t rssi_sum; /* so that what was read is used */
	bool only_small;
	unsigned int turn;
	unsigned int failed;
	GArray *small, *table, *bus; /* of double: milliseconds */
} Peer;

/* --- probe --- */

static void probe_call(Peer *peer, const char *name, const char *path, const char *interface,
		       const char *method, GVariant *args, GArray *times)
{
	int64_t start = g_get_monotonic_time();
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
		peer->connection, name, path, interface, method, args, NULL,
		G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, &error);
	double ms = (double)(g_get_monotonic_time() - start) / 1000.0;

	if (reply) {
		g_array_append_val(times, ms);
		return;
	}
	fprintf(stderr, "%s.%s: %s\n", interface, method, error->message);
	peer->failed++;
}

static int on_probe(void *data)
{
	static const char *const session_methods[] = { "IsScanning", "GetAdv", "Events" };
	Peer *peer = data;
	unsigned int turn = peer->turn++;

	if (turn % 4 < 3)
		probe_call(peer, BLUETOOTH, ROOT "/hci0", BLUETOOTH ".Session1",
			   session_methods[turn % 4], NULL, peer->small);
	else
		probe_call(peer, BLUETOOTH, ROOT, PROPERTIES, "Get",
			   g_variant_new("(ss)", BLUETOOTH ".Manager1", "Version"), peer->small);
	if (!peer->only_small && turn % TABLE_EVERY == TABLE_EVERY / 2)
		probe_call(peer, BLUETOOTH, ROOT "/hci0", BLUETOOTH ".Adapter1", "GetDevices",
			   g_variant_new("(a{sv})", NULL), peer->table);
	if (turn % BUS_EVERY == 0)
		probe_call(peer, BUS, "/org/freedesktop/DBus", BUS, "GetId", NULL, peer->bus);
	return G_SOURCE_CONTINUE;
}

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return left < right ? -1 : left > right;
}

static void print_times(const char *name, GArray *times)
{
	const double *at = (const double *)(const void *)times->data;

	g_array_sort(times, compare);
	printf("%s-calls=%u ", name, times->len);
	if (times->len > 0)
		printf("%s-p50=%.3f %s-p99=%.3f %s-max=%.3f ", name, at[times->len / 2], name,
		       at[times->len * 99 / 100], name, at[times->len - 1]);
}

static void probe_start(Peer *peer)
{
	peer->small = g_array_new(FALSE, FALSE, sizeof(double));
	peer->table = g_array_new(FALSE, FALSE, sizeof(double));
	peer->bus = g_array_new(FALSE, FALSE, sizeof(double));
	g_timeout_add(PERIOD_MS, on_probe, peer);
}

static void probe_end(Peer *peer)
{
	printf("failed=%u ", peer->failed);
	print_times("small", peer->small);
	print_times("table", peer->table);
	print_times("bus", peer->bus);
	g_array_unref(peer->small);
	g_array_unref(peer->table);
	g_array_unref(peer->bus);
}

/* --- listen --- */

/* What a program that shows devices would look at. */
static void listen_take(Peer *peer, GVariant *properties)
{
	g_autoptr(GVariant) data = NULL;
	int16_t rssi;

	if (!g_variant_lookup(properties, "RSSI", "n", &rssi))
		return;
	peer->reports++;
	peer->rssi_sum += rssi;

	data = g_variant_lookup_value(properties, "ManufacturerData", G_VARIANT_TYPE("a{qv}"));
	for (size_t i = 0; data && i < g_variant_n_children(data); i++) {
		g_autoptr(GVariant) bytes = NULL;
		uint16_t company;
		size_t length;

		g_variant_get_child(data, i, "{qv}", &company, &bytes);
		(void)g_variant_get_fixed_array(bytes, &length, 1);
		peer->rssi_sum += (int64_t)length;
	}
}

static void on_changed(GDBusConnection *connection, const char *sender, const char *path,
		       const char *interface, const char *signal, GVariant *body, void *peer)
{
	g_autoptr(GVariant) properties = NULL;
	const char *name;

	(void)connection;
	(void)sender;
	(void)path;
	(void)interface;
	(void)signal;
	g_variant_get(body, "(&s@a{sv}@as)", &name, &properties, NULL);
	if (g_str_equal(name, "org.bluez.Device1"))
		listen_take(peer, properties);
}

static void on_added(GDBusConnection *connection, const char *sender, const char *path,
		     const char *interface, const char *signal, GVariant *body, void *peer)
{
	g_autoptr(GVariant) interfaces = NULL, properties = NULL;

	(void)connection;
	(void)sender;
	(void)path;
	(void)interface;
	(void)signal;
	g_variant_get(body, "(&o@a{sa{sv}})", NULL, &interfaces);
	properties =
		g_variant_lookup_value(interfaces, "org.bluez.Device1", G_VARIANT_TYPE_VARDICT);
	if (properties)
		listen_take(peer, properties);
}

static void listen_start(Peer *peer)
{
	g_dbus_connection_signal_subscribe(peer->connection, "org.bluez", PROPERTIES,
					   "PropertiesChanged", NULL, NULL,
					   G_DBUS_SIGNAL_FLAGS_NONE, on_changed, peer, NULL);
	g_dbus_connection_signal_subscribe(
		peer->connection, "org.bluez", "org.freedesktop.DBus.ObjectManager",
		"InterfacesAdded", "/", NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_added, peer, NULL);
}

static void listen_end(Peer *peer)
{
	printf("reports=%" PRIu64 " sum=%" PRId64 " ", peer->reports, peer->rssi_sum);
}

/* --- both --- */

static int on_term(void *loop)
{
	g_main_loop_quit(loop);
	return G_SOURCE_REMOVE;
}

static void wait_for_bus(GDBusConnection *connection)
{
	g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
		connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
		"GetId", NULL, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);

	(void)reply;
}

int main(int argc, char *argv[])
{
	g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
	g_autoptr(GError) error = NULL;
	Peer peer = { 0 };
	bool probe;

	if (argc != 3 || (strcmp(argv[1], "probe") != 0 && strcmp(argv[1], "small") != 0 && strcmp(argv[1], "listen") != 0)) {
		fprintf(stderr, "Usage: load-peer probe|small|listen ADDRESS\n");
		return 2;
	}
	probe = strcmp(argv[1], "listen") != 0;
	peer.only_small = strcmp(argv[1], "small") == 0;
	peer.connection = g_dbus_connection_new_for_address_sync(
		argv[2],
		G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
			G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
		NULL, NULL, &error);
	if (!peer.connection) {
		fprintf(stderr, "%s: %s\n", argv[2], error->message);
		return 1;
	}

	g_unix_signal_add(SIGTERM, on_term, loop);
	if (probe)
		probe_start(&peer);
	else
		listen_start(&peer);
	wait_for_bus(peer.connection);
	printf("ready\n");
	fflush(stdout);
	g_main_loop_run(loop);

	if (probe)
		probe_end(&peer);
	else
		listen_end(&peer);
	printf("\n");
	g_object_unref(peer.connection);
	return 0;
}
