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

	if (!tree || (options->read && !link_read_all(link, tree, NULL, &code)))
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
