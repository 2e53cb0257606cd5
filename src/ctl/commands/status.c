/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluebrokerctl status: the daemon and its radios. */
#include <stdio.h>
#include <unistd.h>

#include "client/bus.h"
#include "client/json.h"
#include "client/output.h"
#include "client/terminal.h"
#include "client/text.h"
#include "ctl/commands.h"

/* A limit on a terminal: two blanks, the key, a blank, and ten digits. */
#define LIMIT_KEY_CELLS 20
#define LIMIT_CELLS (2 + LIMIT_KEY_CELLS + 1 + 10)

static void append_adapter(GString *out, int number, BrokerAdapter1 *adapter, bool colour)
{
	bool powered = broker_adapter1_get_powered(adapter);
	const char *name = broker_adapter1_get_name(adapter);
	const char *address = broker_adapter1_get_address(adapter);
	const char *address_type = broker_adapter1_get_address_type(adapter);
	const char *source = broker_adapter1_get_source(adapter);
	const char *mode = broker_adapter1_get_scan_mode(adapter);

	g_string_append_printf(out, "%shci%d%s  ", colour ? "\033[1m" : "", number, colour ? "\033[0m" : "");
	text_append(out, address ? address : "?", -1);
	g_string_append_c(out, ' ');
	text_append(out, address_type ? address_type : "?", -1);
	g_string_append(out, "  \"");
	text_append(out, name ? name : "", -1);
	g_string_append_printf(out, "\"\n      %s%s%s, %s, advertisements from: ",
			       colour ? (powered ? "\033[32m" : "\033[31m") : "", powered ? "on" : "off",
			       colour ? "\033[0m" : "",
			       broker_adapter1_get_scanning(adapter) ? "scanning" : "not scanning");
	text_append(out, source ? source : "?", -1);
	if (mode && !g_str_equal(mode, "off")) {
		g_string_append(out, ", scan: ");
		text_append(out, mode, -1);
	}
	g_string_append_printf(out, "\n      links: %u of %u, advertising instances: %u of %u free\n",
			       broker_adapter1_get_active_links(adapter),
			       broker_adapter1_get_link_slots(adapter),
			       broker_adapter1_get_advertising_instances_free(adapter),
			       broker_adapter1_get_advertising_instances(adapter));
}

static void write_adapter(Json *json, int number, BrokerAdapter1 *adapter)
{
	g_auto(GStrv) names = g_dbus_proxy_get_cached_property_names(G_DBUS_PROXY(adapter));
	g_autofree char *path = g_strdup_printf("hci%d", number);

	json_begin_object(json);
	json_key(json, "Adapter");
	json_string(json, path, -1);
	for (char **name = names; name && *name; name++) {
		g_autoptr(GVariant) value = g_dbus_proxy_get_cached_property(G_DBUS_PROXY(adapter), *name);

		json_key(json, *name);
		json_variant(json, value);
	}
	json_end_object(json);
}

/* In a pipe a line each. On a terminal a table of as many columns as have room. */
static void append_limits(GString *out, GVariant *limits)
{
	unsigned columns = 80, rows, across;
	GVariantIter iter;
	const char *key;
	uint32_t value;

	if (isatty(STDOUT_FILENO))
		terminal_size(&columns, &rows);
	else
		columns = 0;
	across = MAX(1, columns / LIMIT_CELLS);
	if (columns > 0)
		g_string_append(out, "limits:\n");
	g_variant_iter_init(&iter, limits);
	for (unsigned i = 1; g_variant_iter_next(&iter, "{&su}", &key, &value); i++) {
		g_autofree char *clean = text_clean(key, -1);

		if (columns == 0) {
			g_string_append_printf(out, "limit %s %u\n", clean, value);
			continue;
		}
		g_string_append(out, "  ");
		text_append_cells(out, clean, LIMIT_KEY_CELLS);
		g_string_append_printf(out, " %10u", value);
		if (i % across == 0 || i == g_variant_n_children(limits))
			g_string_append_c(out, '\n');
	}
}

/* Appends each radio, as text to out or, if json is not NULL, as an object to json. */
static ExitCode each_adapter(BrokerManager1 *manager, GString *out, Json *json, bool colour)
{
	g_autoptr(GArray) numbers = bus_adapters(manager);

	for (unsigned i = 0; i < numbers->len; i++) {
		int number = g_array_index(numbers, int, i);
		ExitCode code = EXIT_DONE;
		g_autoptr(BrokerAdapter1) adapter = bus_adapter(manager, number, &code);

		if (!adapter)
			return code;
		if (json)
			write_adapter(json, number, adapter);
		else
			append_adapter(out, number, adapter, colour);
	}
	if (!json && numbers->len == 0)
		g_string_append(out, "no radio (is one plugged in, and does bluetoothd run?)\n");
	return EXIT_DONE;
}

static ExitCode append_status(GString *out, BrokerManager1 *manager, bool colour)
{
	const char *socket = broker_manager1_get_blue_zsocket(manager);
	GVariant *limits = broker_manager1_get_limits(manager);
	ExitCode code;

	g_string_append(out, "bluebrokerd ");
	text_append(out, broker_manager1_get_version(manager), -1);
	g_string_append_c(out, '\n');
	code = each_adapter(manager, out, NULL, colour);
	g_string_append(out, "socket for BlueZ's programs: ");
	text_append(out, socket && *socket ? socket : "none", -1);
	g_string_append_c(out, '\n');
	if (limits)
		append_limits(out, limits);
	return code;
}

static ExitCode append_status_json(GString *out, BrokerManager1 *manager)
{
	const char *socket = broker_manager1_get_blue_zsocket(manager);
	GVariant *limits = broker_manager1_get_limits(manager);
	ExitCode code;
	Json json;

	json_init(&json, out);
	json_begin_object(&json);
	json_key(&json, "Version");
	json_string(&json, broker_manager1_get_version(manager), -1);
	json_key(&json, "Adapters");
	json_begin_array(&json);
	code = each_adapter(manager, out, &json, false);
	json_end_array(&json);
	if (socket) {
		json_key(&json, "BlueZSocket");
		json_string(&json, socket, -1);
	}
	if (limits) {
		json_key(&json, "Limits");
		json_variant(&json, limits);
	}
	json_end_object(&json);
	g_string_append_c(out, '\n');
	return code;
}

ExitCode command_status(const Options *options)
{
	ExitCode code = EXIT_FAILED;
	g_autoptr(GString) out = g_string_new(NULL);
	g_autoptr(GDBusConnection) connection = bus_connect(options->session.bus, &code);
	g_autoptr(BrokerManager1) manager = connection ? bus_manager(connection, &code) : NULL;

	if (!manager)
		return code;
	code = options->json ? append_status_json(out, manager)
			     : append_status(out, manager, options->colour);
	if (code == EXIT_DONE)
		output_puts(out->str);
	return code;
}
