/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluebrokerctl clients: the centrals that are connected to us. */
#include <stdio.h>

#include "client/bus.h"
#include "client/fail.h"
#include "client/json.h"
#include "client/output.h"
#include "client/text.h"
#include "ctl/commands.h"

typedef struct Row {
	const char *adapter;	/* hciN */
	const char *address;
	uint16_t mtu;		/* 0: not known */
	uint32_t sessions;
} Row;

static void append_row(GString *out, const Row *row)
{
	text_append(out, row->address, -1);
	g_string_append_printf(out, " %s %u session%s", row->adapter, row->sessions, row->sessions == 1 ? "" : "s");
	if (row->mtu > 0)
		g_string_append_printf(out, " MTU %u", row->mtu);
	g_string_append_c(out, '\n');
}

static void append_row_json(GString *out, const Row *row)
{
	Json json;

	json_init(&json, out);
	json_begin_object(&json);
	json_key(&json, "address");
	json_string(&json, row->address, -1);
	json_key(&json, "radio");
	json_string(&json, row->adapter, -1);
	json_key(&json, "sessions");
	json_uint(&json, row->sessions);
	json_key(&json, "mtu");
	if (row->mtu > 0)
		json_uint(&json, row->mtu);
	else
		json_null(&json);
	json_end_object(&json);
	g_string_append_c(out, '\n');
}

static unsigned append_rows(GString *out, GVariant *clients, const Options *options)
{
	g_autofree char *only = g_strdup_printf("hci%d", options->request.adapter);
	unsigned shown = 0;
	GVariantIter iter;
	GVariant *dict;

	g_variant_iter_init(&iter, clients);
	while (g_variant_iter_next(&iter, "@a{sv}", &dict)) {
		g_autoptr(GVariant) owned = dict;
		const char *path;
		Row row = { 0 };

		if (!g_variant_lookup(dict, "Adapter", "&o", &path) || !g_variant_lookup(dict, "Address", "&s", &row.address) ||
		    !g_str_has_prefix(path, BROKER_PATH "/"))
			continue;
		row.adapter = path + sizeof(BROKER_PATH);
		g_variant_lookup(dict, "MTU", "q", &row.mtu);
		g_variant_lookup(dict, "Sessions", "u", &row.sessions);
		if (options->request.adapter >= 0 && g_strcmp0(only, row.adapter) != 0)
			continue;
		if (options->json)
			append_row_json(out, &row);
		else
			append_row(out, &row);
		shown++;
	}
	return shown;
}

ExitCode command_clients(const Options *options)
{
	ExitCode code = EXIT_FAILED;
	g_autoptr(GDBusConnection) connection = bus_connect(options->request.bus, &code);
	g_autoptr(BrokerManager1) manager = connection ? bus_manager(connection, &code) : NULL;
	g_autoptr(BrokerAdapter1) adapter = NULL;
	g_autoptr(GString) out = g_string_new(NULL);
	g_autoptr(GVariant) stats = NULL, clients = NULL;
	g_autoptr(GError) error = NULL;
	unsigned shown;

	if (!manager)
		return code;
	if (options->request.adapter >= 0) {
		adapter = bus_adapter(manager, options->request.adapter, &code);
		if (!adapter)
			return code;
	}
	if (!broker_manager1_call_get_stats_sync(manager, &stats, NULL, &error))
		return fail_call(error, "asking for the clients");
	clients = g_variant_lookup_value(stats, "Clients", G_VARIANT_TYPE("aa{sv}"));
	shown = clients ? append_rows(out, clients, options) : 0;
	output_puts(out->str);
	return shown > 0 ? EXIT_DONE : EXIT_NOTHING;
}
