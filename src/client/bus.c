/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connecting, and finding the daemon's objects. */
#include "client/bus.h"

#include <stdlib.h>
#include <string.h>

#include "build-config.h"
#include "client/fail.h"
#include "meaning/number.h"

static GDBusConnection *connect_to(const char *bus, GError **error)
{
	if (strcmp(bus, "system") == 0)
		return g_bus_get_sync(G_BUS_TYPE_SYSTEM, NULL, error);
	if (strcmp(bus, "session") == 0)
		return g_bus_get_sync(G_BUS_TYPE_SESSION, NULL, error);
	return g_dbus_connection_new_for_address_sync(bus,
			G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
			G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL, NULL, error);
}

GDBusConnection *bus_try(const char *bus, GError **error)
{
	GDBusConnection *connection = connect_to(bus, error);

	/* otherwise GDBus would kill us before we can say that the bus went away */
	if (connection)
		g_dbus_connection_set_exit_on_close(connection, FALSE);
	return connection;
}

GDBusConnection *bus_connect(const char *bus, ExitCode *ret_exit)
{
	g_autoptr(GError) error = NULL;
	GDBusConnection *connection = bus_try(bus, &error);

	if (!connection) {
		fail_line("--bus %s: %s (is dbus-daemon running?)", bus, error->message);
		*ret_exit = EXIT_NO_DAEMON;
		return NULL;
	}
	return connection;
}

/* GDBus makes a proxy even if nobody answers, and drops the error. Asks once more to learn it. */
static ExitCode explain_silence(GDBusConnection *connection, const char *path)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply = NULL;

	reply = g_dbus_connection_call_sync(connection, BUS_NAME, path, "org.freedesktop.DBus.Properties",
					    "GetAll", g_variant_new("(s)", "com.example.Bluetooth.Manager1"),
					    NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
	if (!reply)
		return fail_call(error, "asking the daemon for its state");
	fail_line("bluebrokerd went away while it was asked; see: systemctl status bluebrokerd");
	return EXIT_NO_DAEMON;
}

BrokerManager1 *bus_manager(GDBusConnection *connection, ExitCode *ret_exit)
{
	g_autoptr(BrokerManager1) manager = NULL;
	g_autoptr(GError) error = NULL;

	manager = broker_manager1_proxy_new_sync(connection, G_DBUS_PROXY_FLAGS_NONE, BUS_NAME, BROKER_PATH,
						 NULL, &error);
	if (!manager) {
		*ret_exit = fail_call(error, "looking for the daemon");
		return NULL;
	}
	if (!broker_manager1_get_version(manager)) {
		*ret_exit = explain_silence(connection, BROKER_PATH);
		return NULL;
	}
	return g_steal_pointer(&manager);
}

static int compare_numbers(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

GArray *bus_adapters(BrokerManager1 *manager)
{
	const char *const *paths = broker_manager1_get_adapters(manager);
	GArray *numbers = g_array_new(FALSE, FALSE, sizeof(int));

	for (; paths && *paths; paths++) {
		const char *last = strrchr(*paths, '/');
		int64_t number;
		int value;

		if (!last || !g_str_has_prefix(last, "/hci") || !number_parse(last + 4, 0, 65535, &number))
			continue;
		value = (int)number;
		g_array_append_val(numbers, value);
	}
	g_array_sort(numbers, compare_numbers);
	return numbers;
}

int bus_choose_adapter(BrokerManager1 *manager, int wanted, ExitCode *ret_exit)
{
	g_autoptr(GArray) numbers = NULL;

	if (wanted >= 0)
		return wanted;	/* if there is no such radio, the daemon will say so */
	numbers = bus_adapters(manager);
	if (numbers->len > 0)
		return g_array_index(numbers, int, 0);

	fail_line("there is no radio: plug one in, and see that bluetoothd runs (systemctl start bluetooth)");
	*ret_exit = EXIT_NO_RADIO;
	return -1;
}

BrokerAdapter1 *bus_adapter(BrokerManager1 *manager, int number, ExitCode *ret_exit)
{
	GDBusConnection *connection = g_dbus_proxy_get_connection(G_DBUS_PROXY(manager));
	g_autofree char *path = g_strdup_printf(BROKER_PATH "/hci%d", number);
	g_autoptr(GArray) numbers = bus_adapters(manager);
	g_autoptr(GError) error = NULL;
	BrokerAdapter1 *adapter;
	bool found = false;

	for (unsigned i = 0; i < numbers->len; i++)
		found |= g_array_index(numbers, int, i) == number;
	if (!found) {
		fail_line("hci%d: there is no such radio (bluebrokerctl status lists them)", number);
		*ret_exit = EXIT_NO_RADIO;
		return NULL;
	}
	adapter = broker_adapter1_proxy_new_sync(connection, G_DBUS_PROXY_FLAGS_NONE, BUS_NAME, path, NULL,
						 &error);
	if (!adapter)
		*ret_exit = fail_call(error, "looking at the radio");
	return adapter;
}

BrokerAdapter1 *bus_open_adapter(const char *bus, int wanted, ExitCode *ret_exit)
{
	g_autoptr(GDBusConnection) connection = bus_connect(bus, ret_exit);
	g_autoptr(BrokerManager1) manager = connection ? bus_manager(connection, ret_exit) : NULL;
	int number = manager ? bus_choose_adapter(manager, wanted, ret_exit) : -1;

	return number >= 0 ? bus_adapter(manager, number, ret_exit) : NULL;
}

const char *bus_adapter_name(BrokerAdapter1 *adapter)
{
	return strrchr(g_dbus_proxy_get_object_path(G_DBUS_PROXY(adapter)), '/') + 1;
}

uint32_t bus_limit(BrokerManager1 *manager, const char *key, uint32_t fallback)
{
	GVariant *limits = broker_manager1_get_limits(manager);
	uint32_t value;

	return limits && g_variant_lookup(limits, key, "u", &value) ? value : fallback;
}

GVariant *bus_objects(GDBusConnection *connection, int timeout_ms, ExitCode *ret_exit)
{
	g_autoptr(GError) error = NULL;
	GVariant *reply;

	reply = g_dbus_connection_call_sync(connection, BUS_NAME, BROKER_PATH,
					    "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", NULL,
					    G_VARIANT_TYPE("(a{oa{sa{sv}}})"), G_DBUS_CALL_FLAGS_NONE,
					    timeout_ms, NULL, &error);
	if (!reply)
		*ret_exit = fail_call(error, "asking for the links and their attributes");
	return reply;
}
