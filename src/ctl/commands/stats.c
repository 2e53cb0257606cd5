/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluebrokerctl stats: the daemon's counters. Keys are shown as the daemon names them, so new ones need no
 * change. */
#include <stdio.h>

#include "client/bus.h"
#include "client/fail.h"
#include "client/json.h"
#include "client/output.h"
#include "client/text.h"
#include "ctl/commands.h"

#define KEY_CELLS 26

static void append_value(GString *out, GVariant *value, unsigned depth);

static GVariant *unwrap(GVariant *value)
{
	while (g_variant_is_of_type(value, G_VARIANT_TYPE_VARIANT)) {
		GVariant *inner = g_variant_get_variant(value);

		g_variant_unref(value);
		value = inner;
	}
	return value;
}

static void append_indent(GString *out, unsigned depth)
{
	for (unsigned i = 0; i < depth; i++)
		g_string_append(out, "  ");
}

static void append_scalar(GString *out, GVariant *value)
{
	g_autofree char *printed = NULL;

	if (g_variant_is_of_type(value, G_VARIANT_TYPE_STRING) ||
	    g_variant_is_of_type(value, G_VARIANT_TYPE_OBJECT_PATH)) {
		text_append(out, g_variant_get_string(value, NULL), -1);
		return;
	}
	printed = g_variant_print(value, FALSE);
	text_append(out, printed, -1);
}

static bool is_nested(GVariant *value)
{
	return g_variant_is_of_type(value, G_VARIANT_TYPE_ARRAY) &&
	       !g_variant_is_of_type(value, G_VARIANT_TYPE_BYTESTRING);
}

static void append_dictionary(GString *out, GVariant *dict, unsigned depth)
{
	size_t n = g_variant_n_children(dict);

	for (size_t i = 0; i < n; i++) {
		g_autoptr(GVariant) entry = g_variant_get_child_value(dict, i);
		g_autoptr(GVariant) key = g_variant_get_child_value(entry, 0);
		g_autoptr(GVariant) value = unwrap(g_variant_get_child_value(entry, 1));
		g_autoptr(GString) left = g_string_new(NULL);

		append_scalar(left, key);
		append_indent(out, depth);
		if (is_nested(value)) {
			g_string_append_printf(out, "%s:%s\n", left->str,
					       g_variant_n_children(value) ? "" : " none");
			append_value(out, value, depth + 1);
		} else {
			text_append_cells(out, left->str, MAX(KEY_CELLS - 2 * depth, text_width(left->str)));
			g_string_append_c(out, ' ');
			append_scalar(out, value);
			g_string_append_c(out, '\n');
		}
	}
}

static void append_value(GString *out, GVariant *value, unsigned depth)
{
	size_t n;

	if (g_variant_is_of_type(value, G_VARIANT_TYPE_DICTIONARY)) {
		append_dictionary(out, value, depth);
		return;
	}
	n = g_variant_n_children(value);
	for (size_t i = 0; i < n; i++) {
		g_autoptr(GVariant) item = unwrap(g_variant_get_child_value(value, i));

		append_indent(out, depth);
		g_string_append(out, "- ");
		if (is_nested(item)) {
			g_string_append_printf(out, "%zu\n", i + 1);
			append_value(out, item, depth + 1);
		} else {
			append_scalar(out, item);
			g_string_append_c(out, '\n');
		}
	}
}

ExitCode command_stats(const Options *options)
{
	ExitCode code = EXIT_FAILED;
	g_autoptr(GDBusConnection) connection = bus_connect(options->session.bus, &code);
	g_autoptr(BrokerManager1) manager = connection ? bus_manager(connection, &code) : NULL;
	g_autoptr(GString) out = g_string_new(NULL);
	g_autoptr(GVariant) stats = NULL;
	g_autoptr(GError) error = NULL;

	if (!manager)
		return code;
	if (!broker_manager1_call_get_stats_sync(manager, &stats, NULL, &error))
		return fail_call(error, "asking for the counters");
	if (options->json) {
		Json json;

		json_init(&json, out);
		json_variant(&json, stats);
		g_string_append_c(out, '\n');
	} else {
		append_value(out, stats, 0);
	}
	output_puts(out->str);
	return EXIT_DONE;
}
