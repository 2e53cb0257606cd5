/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluebrokerctl connect: opens a link and lists the device's attributes. */
#include <stdio.h>
#include <unistd.h>

#include "client/fact.h"
#include "client/fail.h"
#include "client/gatt-print.h"
#include "client/link.h"
#include "client/output.h"
#include "client/text.h"
#include "ctl/commands.h"
#include "meaning/constants.h"

/* Whether reading on is useless: the link or the daemon is gone, or the time is up. */
static bool is_over(const GError *error)
{
	g_autofree char *name = g_dbus_error_get_remote_error(error);

	return !name || g_str_has_suffix(name, ".NotConnected") || g_str_has_suffix(name, ".AccessDenied") ||
	       g_str_has_prefix(name, "org.freedesktop.");
}

static bool is_readable(const GattAttr *attr)
{
	/* BlueZ does not tell whether a descriptor can be read: try it */
	return attr->kind == GATT_DESCRIPTOR ||
	       (attr->kind == GATT_CHARACTERISTIC && attr->properties & PROP_READ);
}

/* Reads all values that can be read. A value that fails is noted in its attribute, and the others are
 * still read. */
static bool read_values(Link *link, const GPtrArray *tree, ExitCode *ret_exit)
{
	for (guint i = 0; i < tree->len; i++) {
		GattAttr *attr = tree->pdata[i];
		g_autoptr(GError) error = NULL;

		if (!is_readable(attr))
			continue;
		attr->value = link_read(link, attr, 0, &error);
		if (attr->value)
			continue;
		if (is_over(error)) {
			*ret_exit = session_fail(link_session(link), error, "reading the values");
			return false;
		}
		g_dbus_error_strip_remote_error(error);
		attr->failure = g_strdup(error->message);
	}
	return true;
}

static void append_text(GString *out, Link *link, BrokerConnection1 *proxy, const GPtrArray *tree,
			bool colour)
{
	unsigned mtu = link_mtu(link);

	g_string_append(out, link_address(link));
	if (proxy) {
		const char *type = broker_connection1_get_address_type(proxy);
		int rssi = broker_connection1_get_rssi(proxy);

		g_string_append_c(out, ' ');
		text_append(out, type ? type : "?", -1);
		g_string_append_printf(out, "  hci%d", session_adapter(link_session(link)));
		if (rssi != RSSI_UNKNOWN)
			g_string_append_printf(out, "  %d dBm", rssi);
		g_string_append(out, broker_connection1_get_paired(proxy) ? "  paired" : "");
	}
	if (mtu > 0)
		g_string_append_printf(out, "  MTU %u", mtu);
	g_string_append_c(out, '\n');
	gatt_print(out, tree, colour);
}

static void append_json(GString *out, Link *link, BrokerConnection1 *proxy, const GPtrArray *tree)
{
	FactLine line;
	const FactWriter *writer = fact_line_begin(&line, out, true);

	fact_string(writer, "address", NULL, link_address(link), -1);
	fact_int(writer, "adapter", NULL, session_adapter(link_session(link)));
	if (proxy) {
		const char *type = broker_connection1_get_address_type(proxy);
		int rssi = broker_connection1_get_rssi(proxy);

		fact_string(writer, "address_type", NULL, type ? type : "", -1);
		fact_bool(writer, "paired", NULL, broker_connection1_get_paired(proxy));
		if (rssi == RSSI_UNKNOWN)
			fact_null(writer, "rssi", NULL);
		else
			fact_int(writer, "rssi", NULL, rssi);
	}
	fact_int(writer, "mtu", NULL, link_mtu(link));
	json_key(writer->json, "services");
	gatt_print_json(writer->json, tree);
	fact_line_end(&line, out);
}

static ExitCode show(Link *link, const Options *options)
{
	ExitCode code = EXIT_DONE;
	g_autoptr(GPtrArray) tree = link_tree(link, &code);
	g_autoptr(BrokerConnection1) proxy = NULL;
	g_autoptr(GString) out = g_string_new(NULL);

	if (!tree || (options->read && !read_values(link, tree, &code)))
		return code;
	proxy = link_proxy(link);
	if (options->json)
		append_json(out, link, proxy, tree);
	else
		append_text(out, link, proxy, tree, options->colour);
	output_puts(out->str);
	return EXIT_DONE;
}

/* Somebody is there who ends it. */
static bool is_for_people(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

ExitCode command_connect(const Options *options)
{
	ExitCode code = EXIT_FAILED;
	g_autoptr(Link) link = link_open(&options->session, &options->link, options->arguments[0], &code);

	if (!link)
		return code;
	code = show(link, options);
	if (code == EXIT_DONE && (options->stay || is_for_people())) {
		session_watch(link_session(link), false, false);
		fail_line("connected to %s; Ctrl-C lets go", link_address(link));
		code = session_run(link_session(link));
	}
	return code;
}
