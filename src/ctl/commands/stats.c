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

/* --- the names of programs --- */

/* What the kernel calls the process, or NULL. */
static char *command_of(uint32_t pid)
{
	g_autofree char *path = g_strdup_printf("/proc/%u/comm", pid);
	g_autofree char *text = NULL;
	size_t length;

	if (!g_file_get_contents(path, &text, &length, NULL))
		return NULL;
	if (length > 0 && text[length - 1] == '\n')
		text[--length] = '\0';
	return g_utf8_make_valid(text, (gssize)length);
}

/* The same dictionary, in the same order, with another value for the key. Takes the value over. */
static GVariant *replace(GVariant *dict, const char *key, GVariant *value)
{
	g_autoptr(GVariant) kept = g_variant_ref_sink(value);
	GVariantBuilder builder;
	GVariantIter iter;
	GVariant *old;
	const char *name;

	g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
	g_variant_iter_init(&iter, dict);
	while (g_variant_iter_loop(&iter, "{&sv}", &name, &old))
		g_variant_builder_add(&builder, "{sv}", name, g_str_equal(name, key) ? kept : old);
	return g_variant_ref_sink(g_variant_builder_end(&builder));
}

/* A row of BlueZPrograms, with the name if that is empty. */
static GVariant *name_program(GVariant *row)
{
	g_autofree char *found = NULL;
	const char *command;
	uint32_t pid;

	if (g_variant_lookup(row, "Command", "&s", &command) && !*command &&
	    g_variant_lookup(row, "Pid", "u", &pid))
		found = command_of(pid);
	return found ? replace(row, "Command", g_variant_new_string(found)) : g_variant_ref(row);
}

/* The daemon's service hides the processes of other users from it. Whoever may see the rows, their user or
 * root, may see the processes, too. */
static GVariant *name_programs(GVariant *stats)
{
	g_autoptr(GVariant) rows = g_variant_lookup_value(stats, "BlueZPrograms", G_VARIANT_TYPE("aa{sv}"));
	GVariantBuilder named;

	if (!rows)
		return g_variant_ref(stats);
	g_variant_builder_init(&named, G_VARIANT_TYPE("aa{sv}"));
	for (size_t i = 0; i < g_variant_n_children(rows); i++) {
		g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);
		g_autoptr(GVariant) whole = name_program(row);

		g_variant_builder_add_value(&named, whole);
	}
	return replace(stats, "BlueZPrograms", g_variant_builder_end(&named));
}

ExitCode command_stats(const Options *options)
{
	ExitCode code = EXIT_FAILED;
	g_autoptr(GDBusConnection) connection = bus_connect(options->session.bus, &code);
	g_autoptr(BrokerManager1) manager = connection ? bus_manager(connection, &code) : NULL;
	g_autoptr(GString) out = g_string_new(NULL);
	g_autoptr(GVariant) told = NULL, stats = NULL;
	g_autoptr(GError) error = NULL;

	if (!manager)
		return code;
	if (!broker_manager1_call_get_stats_sync(manager, &told, NULL, &error))
		return fail_call(error, "asking for the counters");
	stats = name_programs(told);
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
