/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluebrokerctl power: the radio's switch; bluebrokerctl name: what it is called. */
#include <string.h>

#include "client/bus.h"
#include "client/fact.h"
#include "client/fail.h"
#include "client/output.h"
#include "ctl/commands.h"

#define SWITCH_TIMEOUT_MS (310 * 1000)	/* the daemon waits for the radio, 300 s at most */

static void print_power(BrokerAdapter1 *adapter, bool on, const Options *options)
{
	g_autoptr(GString) out = g_string_new(NULL);
	FactLine line;
	const FactWriter *writer = fact_line_begin(&line, out, options->json);

	fact_string(writer, "radio", "%s", bus_adapter_name(adapter), -1);
	fact_bool(writer, "powered", on ? " is on" : " is off", on);
	fact_line_end(&line, out);
	output_puts(out->str);
}

static ExitCode fail_power(const GError *error, const char *radio, bool on)
{
	g_autofree char *doing = g_strdup_printf("powering %s %s", radio, on ? "on" : "off");
	g_autofree char *name = g_dbus_error_get_remote_error(error);
	ExitCode code = fail_call(error, doing);

	if (g_strcmp0(name, "com.example.Bluetooth.Error.Busy") == 0)
		fail_line("bluebrokerctl stats shows your sessions, and to root those of all users; "
			  "--force powers it off all the same");
	return code;
}

ExitCode command_power(const Options *options)
{
	const char *word = options->arguments[0];
	bool on = word && strcmp(word, "on") == 0;
	g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);
	g_autoptr(BrokerAdapter1) adapter = NULL;
	g_autoptr(GError) error = NULL;
	ExitCode code = EXIT_FAILED;

	if (word && !on && strcmp(word, "off") != 0) {
		fail_line("power: \"%s\" is neither on nor off", word);
		return EXIT_USAGE;
	}
	if (options->force && (!word || on)) {
		fail_line("--force: only with power off");
		return EXIT_USAGE;
	}
	adapter = bus_open_adapter(options->session.bus, options->session.adapter, &code);
	if (!adapter)
		return code;
	if (!word) {
		print_power(adapter, broker_adapter1_get_powered(adapter), options);
		return EXIT_DONE;
	}
	if (options->force)
		g_variant_dict_insert(&dict, "force", "b", TRUE);
	g_dbus_proxy_set_default_timeout(G_DBUS_PROXY(adapter), SWITCH_TIMEOUT_MS);
	if (!broker_adapter1_call_set_power_sync(adapter, on, g_variant_dict_end(&dict), NULL, &error))
		return fail_power(error, bus_adapter_name(adapter), on);
	print_power(adapter, on, options);
	return EXIT_DONE;
}

/* --- the name --- */

/* NULL: error is set. */
static GVariant *call_properties(BrokerAdapter1 *adapter, const char *method, GVariant *arguments,
				 GError **error)
{
	GDBusProxy *proxy = G_DBUS_PROXY(adapter);

	return g_dbus_connection_call_sync(g_dbus_proxy_get_connection(proxy), g_dbus_proxy_get_name(proxy),
					   g_dbus_proxy_get_object_path(proxy),
					   "org.freedesktop.DBus.Properties", method, arguments, NULL,
					   G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, error);
}

static ExitCode print_name(BrokerAdapter1 *adapter, const Options *options)
{
	const char *interface = g_dbus_proxy_get_interface_name(G_DBUS_PROXY(adapter));
	g_autoptr(GString) out = g_string_new(NULL);
	g_autoptr(GVariant) reply = NULL, value = NULL;
	g_autoptr(GError) error = NULL;
	const FactWriter *writer;
	FactLine line;

	/* asked anew: the change may not have been signalled yet */
	reply = call_properties(adapter, "Get", g_variant_new("(ss)", interface, "Name"), &error);
	if (!reply)
		return fail_call(error, "asking for the name");
	g_variant_get(reply, "(v)", &value);
	writer = fact_line_begin(&line, out, options->json);
	fact_string(writer, "radio", NULL, bus_adapter_name(adapter), -1);
	fact_string(writer, "name", "%s", g_variant_get_string(value, NULL), -1);
	fact_line_end(&line, out);
	output_puts(out->str);
	return EXIT_DONE;
}

ExitCode command_name(const Options *options)
{
	const char *name = options->arguments[0];
	g_autoptr(BrokerAdapter1) adapter = NULL;
	g_autoptr(GVariant) reply = NULL;
	g_autoptr(GError) error = NULL;
	const char *interface;
	ExitCode code = EXIT_FAILED;

	if (name && !g_utf8_validate(name, -1, NULL)) {
		fail_line("name: \"%s\" is not UTF-8", name);
		return EXIT_USAGE;
	}
	adapter = bus_open_adapter(options->session.bus, options->session.adapter, &code);
	if (!adapter)
		return code;
	if (name) {
		interface = g_dbus_proxy_get_interface_name(G_DBUS_PROXY(adapter));
		reply = call_properties(adapter, "Set",
					g_variant_new("(ssv)", interface, "Name", g_variant_new_string(name)),
					&error);
		if (!reply)
			return fail_call(error, "naming the radio");
	}
	return print_name(adapter, options);
}
