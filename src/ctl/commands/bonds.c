/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluebrokerctl devices --bonded, and forget. */
#include "ctl/commands/bonds.h"

#include "build-config.h"
#include "client/boottime.h"
#include "client/bus.h"
#include "client/device.h"
#include "client/fact.h"
#include "client/fail.h"
#include "client/json.h"
#include "client/output.h"
#include "client/text.h"
#include "ctl/commands.h"
#include "ctl/marks.h"

/* Removing a device that is connected takes bluetoothd two seconds. */
#define FORGET_TIMEOUT_MS 60000
#define CLOSING_SECONDS 5
#define CLOSING_LOOK_MS 100

/* Number of the radio; -1: the error has been printed, and *ret_exit is set. */
static int choose_radio(const Options *options, BrokerManager1 **ret_manager, ExitCode *ret_exit)
{
	g_autoptr(GDBusConnection) connection = bus_connect(options->session.bus, ret_exit);

	*ret_manager = connection ? bus_manager(connection, ret_exit) : NULL;
	return *ret_manager ? bus_choose_adapter(*ret_manager, options->session.adapter, ret_exit) : -1;
}

static void append_bond(GString *out, GVariant *dict, const Marks *marks)
{
	const char *address = "?", *type = "?", *name = NULL;
	g_autofree char *clean = NULL;
	gboolean mine = FALSE;

	g_variant_lookup(dict, "Address", "&s", &address);
	g_variant_lookup(dict, "AddressType", "&s", &type);
	g_variant_lookup(dict, "Name", "&s", &name);
	g_variant_lookup(dict, "Mine", "b", &mine);
	text_append(out, address, -1);
	g_string_append_c(out, ' ');
	text_append_cells(out, type, 6);
	g_string_append(out, mine ? " mine    " : " other's ");
	text_append_cells(out, marks_of(marks, dict).linked ? "linked" : "-", 7);
	clean = name ? text_clean(name, -1) : NULL;
	if (clean && *clean)
		g_string_append_printf(out, "\"%s\"\n", clean);
	else
		g_string_append(out, "-\n");
}

static void append_bond_json(GString *out, GVariant *dict, const Marks *marks)
{
	Json json;

	json_init(&json, out);
	json_begin_object(&json);
	json_members(&json, dict);
	json_key(&json, "Linked");
	json_bool(&json, marks_of(marks, dict).linked);
	json_end_object(&json);
	g_string_append_c(out, '\n');
}

ExitCode bonds_list(const Options *options)
{
	g_autoptr(BrokerManager1) manager = NULL;
	g_autoptr(BrokerAdapter1) adapter = NULL;
	g_autoptr(GString) out = g_string_new(NULL);
	CLEANUP(marks_clear) Marks marks = { 0 };
	ExitCode code = EXIT_FAILED;
	int number = choose_radio(options, &manager, &code);
	size_t n;

	adapter = number >= 0 ? bus_adapter(manager, number, &code) : NULL;
	if (!adapter || !marks_ask(&marks, adapter, number, &code))
		return code;
	n = g_variant_n_children(marks.bonds);
	if (options->count > 0)
		n = MIN(n, options->count);
	for (size_t i = 0; i < n; i++) {
		g_autoptr(GVariant) dict = g_variant_get_child_value(marks.bonds, i);

		if (options->json)
			append_bond_json(out, dict, &marks);
		else
			append_bond(out, dict, &marks);
	}
	output_puts(out->str);
	return n > 0 ? EXIT_DONE : fail_nothing("no device is bonded; bluebrokerctl pair does that");
}

/* Whether nobody is seen to hold the link to the device, so that it is only being closed. It may be gone by
 * now, or be that of another of the device's addresses. */
static bool is_closing(GDBusConnection *connection, int number, const char *address)
{
	g_autofree char *name = g_strdelimit(g_strdup(address), ":", '_');
	g_autofree char *path = g_strdup_printf(BROKER_PATH "/hci%d/device/%s", number, name);
	g_autoptr(GVariant) reply = NULL, value = NULL;

	reply = g_dbus_connection_call_sync(connection, BUS_NAME, path, "org.freedesktop.DBus.Properties",
					    "Get", g_variant_new("(ss)", "com.example.Bluetooth.Connection1",
								 "Holders"),
					    G_VARIANT_TYPE("(v)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
	if (reply)
		g_variant_get(reply, "(v)", &value);
	return !value || !g_variant_is_of_type(value, G_VARIANT_TYPE_UINT32) ||
	       g_variant_get_uint32(value) == 0;
}

/* BlueZ takes two seconds to close a link that nobody holds any more: who has just used the device need not
 * try again himself. */
static bool forget(BrokerSession1 *session, int number, const char *address, GError **error)
{
	GDBusConnection *connection = g_dbus_proxy_get_connection(G_DBUS_PROXY(session));
	const uint64_t end = boottime_now() + CLOSING_SECONDS * USEC_PER_SEC;

	while (!broker_session1_call_forget_sync(session, address, NULL, error)) {
		g_autofree char *name = g_dbus_error_get_remote_error(*error);

		if (g_strcmp0(name, "com.example.Bluetooth.Error.Busy") != 0 || boottime_now() > end ||
		    !is_closing(connection, number, address))
			return false;
		g_clear_error(error);
		g_usleep(CLOSING_LOOK_MS * USEC_PER_MSEC);
	}
	return true;
}

static ExitCode fail_forget(const GError *error, int number, const char *address)
{
	g_autofree char *name = g_dbus_error_get_remote_error(error);

	if (g_strcmp0(name, "com.example.Bluetooth.Error.DoesNotExist") != 0)
		return fail_call(error, "forgetting the device");
	fail_line("hci%d has no bond with %s; bluebrokerctl devices --bonded lists those that it has", number,
		  address);
	return EXIT_NOTHING;
}

ExitCode command_forget(const Options *options)
{
	g_autoptr(BrokerManager1) manager = NULL;
	g_autoptr(BrokerSession1) session = NULL;
	g_autoptr(GString) out = g_string_new(NULL);
	g_autofree char *path = NULL;
	g_autoptr(GError) error = NULL;
	ExitCode code = EXIT_FAILED;
	const FactWriter *writer;
	Device device;
	FactLine line;
	int number = choose_radio(options, &manager, &code);
	const DeviceQuery query = { .word = options->arguments[0], .adapter = number };

	if (number < 0 || !device_find(manager, &query, &device, &code))
		return code;
	path = g_strdup_printf(BROKER_PATH "/hci%d", number);
	session = broker_session1_proxy_new_sync(g_dbus_proxy_get_connection(G_DBUS_PROXY(manager)),
						 G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES |
							 G_DBUS_PROXY_FLAGS_DO_NOT_CONNECT_SIGNALS,
						 BUS_NAME, path, NULL, &error);
	if (!session)
		return fail_call(error, "reaching the daemon");
	g_dbus_proxy_set_default_timeout(G_DBUS_PROXY(session), FORGET_TIMEOUT_MS);
	if (!forget(session, number, device.address, &error))
		return fail_forget(error, number, device.address);
	writer = fact_line_begin(&line, out, options->json);
	fact_string(writer, "address", "%s is forgotten", device.address, -1);
	fact_bool(writer, "forgotten", NULL, true);
	fact_line_end(&line, out);
	output_puts(out->str);
	return EXIT_DONE;
}
