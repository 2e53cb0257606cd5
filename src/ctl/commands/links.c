/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluebrokerctl links: the open links; bluebrokerctl disconnect: the user session's hold on one. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "build-config.h"
#include "client/bus.h"
#include "client/device.h"
#include "client/fact.h"
#include "client/fail.h"
#include "client/linked.h"
#include "client/output.h"
#include "client/text.h"
#include "ctl/commands.h"
#include "meaning/addr.h"
#include "meaning/constants.h"
#include "meaning/number.h"

#define CONNECTION "com.example.Bluetooth.Connection1"

static const char *row_state(const LinkedRow *row)
{
	if (row->holders == 0)	/* nobody holds it: closing down, or being opened */
		return row->connected ? "closing" : "opening";
	if (!row->connected)
		return "reconnecting";
	return row->paired ? "paired" : "connected";
}

static void append_row(GString *out, const LinkedRow *row, const Options *options)
{
	const char *colour = !options->colour ? "" : row->connected ? "\033[32m" : "\033[31m";
	FactLine line;
	const FactWriter *writer = fact_line_begin(&line, out, options->json);

	fact_string(writer, "address", "%s ", row->address, -1);
	fact_string(writer, "address_type", NULL, row->address_type ? row->address_type : "", -1);
	if (writer->text)
		text_append_cells(out, row->address_type ? row->address_type : "?", 6);
	fact_int(writer, "adapter", " hci%-3lld ", row->adapter);
	fact_words(writer, "%s%-13s%s", colour, row_state(row), options->colour ? "\033[0m" : "");
	fact_bool(writer, "connected", NULL, row->connected);
	fact_bool(writer, "paired", NULL, row->paired);
	fact_int(writer, "holders", row->holders == 1 ? "%4lld holder  " : "%4lld holders ", row->holders);
	if (row->rssi == RSSI_UNKNOWN)
		fact_null(writer, "rssi", "   ? dBm");
	else
		fact_int(writer, "rssi", "%4lld dBm", row->rssi);
	fact_name(writer, "name", " \"%s\"", row->name);
	fact_line_end(&line, out);
}

/* Looks for the daemon and the radio first, for a better error if they are missing. */
static BrokerManager1 *reach_daemon(const Options *options, ExitCode *ret_exit)
{
	g_autoptr(GDBusConnection) connection = bus_connect(options->session.bus, ret_exit);
	g_autoptr(BrokerManager1) manager = connection ? bus_manager(connection, ret_exit) : NULL;
	g_autoptr(BrokerAdapter1) adapter = NULL;

	if (manager && options->session.adapter >= 0) {
		adapter = bus_adapter(manager, options->session.adapter, ret_exit);
		if (!adapter)
			return NULL;
	}
	return g_steal_pointer(&manager);
}

/* All links, or those of the chosen radio. */
static GArray *get_rows(BrokerManager1 *manager, const Options *options, ExitCode *ret_exit)
{
	return linked_rows(g_dbus_proxy_get_connection(G_DBUS_PROXY(manager)), options->session.adapter,
			   ret_exit);
}

ExitCode command_links(const Options *options)
{
	ExitCode code = EXIT_FAILED;
	g_autoptr(BrokerManager1) manager = reach_daemon(options, &code);
	g_autoptr(GArray) rows = manager ? get_rows(manager, options, &code) : NULL;
	g_autoptr(GString) out = g_string_new(NULL);

	if (!rows)
		return code;
	for (guint i = 0; i < rows->len; i++)
		append_row(out, &g_array_index(rows, LinkedRow, i), options);
	output_puts(out->str);
	return rows->len > 0 ? EXIT_DONE : fail_nothing("no link is open");
}

static ExitCode disconnect(BrokerManager1 *manager, const LinkedRow *row)
{
	GDBusConnection *connection = g_dbus_proxy_get_connection(G_DBUS_PROXY(manager));
	g_autoptr(GVariant) reply = NULL;
	g_autoptr(GError) error = NULL;
	g_autofree char *name = NULL;

	reply = g_dbus_connection_call_sync(connection, BUS_NAME, row->path, CONNECTION, "Disconnect", NULL,
					    NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
	if (reply)
		return EXIT_DONE;
	name = g_dbus_error_get_remote_error(error);
	if (g_strcmp0(name, "com.example.Bluetooth.Error.AccessDenied") != 0)
		return fail_call(error, "letting go of the link");
	fail_line("%s on hci%d is linked, but your user's session does not hold it (holders: %u)",
		  row->address, row->adapter, row->holders);
	return EXIT_NOTHING;
}

ExitCode command_disconnect(const Options *options)
{
	ExitCode code = EXIT_FAILED, first = EXIT_NOTHING;
	const DeviceQuery query = { .word = options->arguments[0], .adapter = options->session.adapter };
	g_autoptr(BrokerManager1) manager = reach_daemon(options, &code);
	g_autoptr(GArray) rows = NULL;
	unsigned found = 0;
	Device device;

	if (!manager || !device_find(manager, &query, &device, &code))
		return code;
	rows = get_rows(manager, options, &code);
	if (!rows)
		return code;
	for (guint i = 0; i < rows->len; i++) {
		const LinkedRow *row = &g_array_index(rows, LinkedRow, i);

		if (!linked_is_to(row, device.address))
			continue;
		code = disconnect(manager, row);
		first = found++ == 0 || code == EXIT_DONE ? code : first;
	}
	if (found == 0)
		fail_line("there is no link to %s; bluebrokerctl links lists them", device.address);
	return first;
}
