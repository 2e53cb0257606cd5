/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluebrokerctl clients: the centrals that are connected to us. */
#include <stdio.h>

#include "client/bus.h"
#include "client/fact.h"
#include "client/fail.h"
#include "client/output.h"
#include "ctl/commands.h"

typedef struct Row {
	const char *adapter;	/* hciN */
	const char *address;
	uint16_t mtu;		/* 0: not known */
	uint32_t sessions;
} Row;

static void append_row(GString *out, const Row *row, const Options *options)
{
	FactLine line;
	const FactWriter *writer = fact_line_begin(&line, out, options->json);

	fact_string(writer, "address", "%s", row->address, -1);
	fact_string(writer, "radio", " %s", row->adapter, -1);
	fact_int(writer, "sessions", row->sessions == 1 ? " %lld session" : " %lld sessions", row->sessions);
	if (row->mtu > 0)
		fact_int(writer, "mtu", " MTU %lld", row->mtu);
	else
		fact_null(writer, "mtu", NULL);
	fact_line_end(&line, out);
}

static unsigned append_rows(GString *out, GVariant *clients, const Options *options)
{
	g_autofree char *only = g_strdup_printf("hci%d", options->session.adapter);
	size_t n = g_variant_n_children(clients);
	unsigned shown = 0;

	for (size_t i = 0; i < n; i++) {
		g_autoptr(GVariant) dict = g_variant_get_child_value(clients, i);
		const char *path;
		Row row = { 0 };

		if (!g_variant_lookup(dict, "Adapter", "&o", &path) ||
		    !g_variant_lookup(dict, "Address", "&s", &row.address) ||
		    !g_str_has_prefix(path, BROKER_PATH "/"))
			continue;
		row.adapter = path + sizeof(BROKER_PATH);
		g_variant_lookup(dict, "MTU", "q", &row.mtu);
		g_variant_lookup(dict, "Sessions", "u", &row.sessions);
		if (options->session.adapter >= 0 && g_strcmp0(only, row.adapter) != 0)
			continue;
		append_row(out, &row, options);
		shown++;
	}
	return shown;
}

ExitCode command_clients(const Options *options)
{
	ExitCode code = EXIT_FAILED;
	g_autoptr(GDBusConnection) connection = bus_connect(options->session.bus, &code);
	g_autoptr(BrokerManager1) manager = connection ? bus_manager(connection, &code) : NULL;
	g_autoptr(BrokerAdapter1) adapter = NULL;
	g_autoptr(GString) out = g_string_new(NULL);
	g_autoptr(GVariant) stats = NULL, clients = NULL;
	g_autoptr(GError) error = NULL;
	unsigned shown;

	if (!manager)
		return code;
	if (options->session.adapter >= 0) {
		adapter = bus_adapter(manager, options->session.adapter, &code);
		if (!adapter)
			return code;
	}
	if (!broker_manager1_call_get_stats_sync(manager, &stats, NULL, &error))
		return fail_call(error, "asking for the clients");
	clients = g_variant_lookup_value(stats, "Clients", G_VARIANT_TYPE("aa{sv}"));
	shown = clients ? append_rows(out, clients, options) : 0;
	output_puts(out->str);
	return shown > 0 ? EXIT_DONE : fail_nothing("no central uses a service of yours");
}
