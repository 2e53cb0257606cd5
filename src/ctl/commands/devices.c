/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluebrokerctl devices: a radio's last-seen table. */
#include <stdio.h>

#include "client/boottime.h"
#include "client/bus.h"
#include "client/describe.h"
#include "client/fail.h"
#include "client/heard.h"
#include "client/output.h"
#include "client/text.h"
#include "ctl/commands.h"
#include "ctl/commands/bonds.h"
#include "ctl/marks.h"
#include "meaning/constants.h"

#define MARK_CELLS 13	/* "bonded,linked" */

/* A row of Adapter1.GetDevices. The strings belong to the dictionary; NULL: not known. */
typedef struct Row {
	const char *address;
	const char *address_type;
	const char *name;
	int16_t rssi;
	uint64_t last_seen;
	uint64_t reports;
	GVariant *data;
	GVariant *response;
} Row;

static void read_row(Row *row, GVariant *dict)
{
	*row = (Row){ .rssi = RSSI_UNKNOWN };
	g_variant_lookup(dict, "Address", "&s", &row->address);
	g_variant_lookup(dict, "AddressType", "&s", &row->address_type);
	g_variant_lookup(dict, "Name", "&s", &row->name);
	g_variant_lookup(dict, "RSSI", "n", &row->rssi);
	g_variant_lookup(dict, "LastSeen", "t", &row->last_seen);
	g_variant_lookup(dict, "Reports", "t", &row->reports);
	row->data = g_variant_lookup_value(dict, "Data", G_VARIANT_TYPE_BYTESTRING);
	row->response = g_variant_lookup_value(dict, "ScanResponse", G_VARIANT_TYPE_BYTESTRING);
}

static void clear_row(Row *row)
{
	g_clear_pointer(&row->data, g_variant_unref);
	g_clear_pointer(&row->response, g_variant_unref);
}

static void append_data(GString *out, GVariant *bytes, bool raw)
{
	size_t length;
	const uint8_t *data;

	if (!bytes)
		return;
	data = g_variant_get_fixed_array(bytes, &length, 1);
	if (raw)
		text_append_hex(out, data, length);
	else
		describe_summary(out, data, length);
}

static void append_both(GString *out, const Row *row, bool raw)
{
	size_t before = out->len;
	g_autoptr(GString) response = g_string_new(NULL);

	append_data(out, row->data, raw);
	append_data(response, row->response, raw);
	if (out->len > before && response->len > 0)
		g_string_append(out, raw ? " + " : "; ");
	g_string_append(out, response->str);
	if (out->len == before)
		g_string_append_c(out, '-');
}

static const char *mark_text(Mark mark)
{
	return mark.bonded ? (mark.linked ? "bonded,linked" : "bonded") : mark.linked ? "linked" : "-";
}

static void append_row(GString *out, GVariant *dict, Mark mark, bool raw, uint64_t now)
{
	g_autofree char *name = NULL;
	CLEANUP(clear_row) Row row = { 0 };

	read_row(&row, dict);
	text_append(out, row.address ? row.address : "?", -1);
	g_string_append_c(out, ' ');
	text_append_cells(out, row.address_type ? row.address_type : "?", 6);
	if (row.rssi == RSSI_UNKNOWN)
		g_string_append(out, "    ? dBm ");
	else
		g_string_append_printf(out, " %4d dBm ", row.rssi);
	g_string_append_printf(out, "%6.1f s ago %7" G_GUINT64_FORMAT " ",
			       now > row.last_seen ? (double)(now - row.last_seen) / USEC_PER_SEC : 0.0,
			       row.reports);
	text_append_cells(out, mark_text(mark), MARK_CELLS);
	g_string_append_c(out, ' ');
	name = row.name ? text_clean(row.name, -1) : NULL;
	if (name && *name)
		g_string_append_printf(out, "\"%s\" ", name);
	else
		g_string_append(out, "- ");
	append_both(out, &row, raw);
	g_string_append_c(out, '\n');
}

static void append_fields(Json *json, const char *key, GVariant *bytes)
{
	size_t length;
	const uint8_t *data;

	if (!bytes)
		return;
	data = g_variant_get_fixed_array(bytes, &length, 1);
	json_key(json, key);
	describe_json(json, data, length);
}

/* Writes all that the daemon tells, under its own keys, and what the advertising data mean. */
static void append_row_json(GString *out, GVariant *dict, Mark mark, bool raw, int64_t wall_offset)
{
	g_autofree char *utc = NULL;
	CLEANUP(clear_row) Row row = { 0 };
	Json json;

	read_row(&row, dict);
	json_init(&json, out);
	json_begin_object(&json);
	json_members(&json, dict);
	json_key(&json, "Bonded");
	json_bool(&json, mark.bonded);
	json_key(&json, "Linked");
	json_bool(&json, mark.linked);
	utc = boottime_format_utc(row.last_seen, wall_offset);
	json_key(&json, "LastSeenTime");
	json_string(&json, utc, -1);
	if (!raw) {
		append_fields(&json, "Fields", row.data);
		append_fields(&json, "ScanResponseFields", row.response);
	}
	json_end_object(&json);
	g_string_append_c(out, '\n');
}

/* And what is marked of them. */
static GVariant *get_devices(const Options *options, Marks *marks, ExitCode *ret_exit)
{
	g_autoptr(GDBusConnection) connection = bus_connect(options->session.bus, ret_exit);
	g_autoptr(BrokerManager1) manager = connection ? bus_manager(connection, ret_exit) : NULL;
	g_autoptr(BrokerAdapter1) adapter = NULL;
	g_auto(GVariantDict) filter = G_VARIANT_DICT_INIT(NULL);
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) devices = NULL;
	int number;

	if (!manager)
		return NULL;
	number = bus_choose_adapter(manager, options->session.adapter, ret_exit);
	adapter = number >= 0 ? bus_adapter(manager, number, ret_exit) : NULL;
	if (!adapter)
		return NULL;
	wanted_to_dict(&options->wanted, &filter);
	if (!broker_adapter1_call_get_devices_sync(adapter, g_variant_dict_end(&filter), &devices, NULL,
						   &error)) {
		*ret_exit = fail_call(error, "asking for the devices");
		return NULL;
	}
	return marks_ask(marks, adapter, number, ret_exit) ? g_steal_pointer(&devices) : NULL;
}

static ExitCode list_heard(const Options *options)
{
	ExitCode code = EXIT_FAILED;
	CLEANUP(marks_clear) Marks marks = { 0 };
	g_autoptr(GVariant) devices = get_devices(options, &marks, &code);
	g_autoptr(GString) out = g_string_new(NULL);
	int64_t wall_offset = boottime_to_wall();
	size_t n;

	if (!devices)
		return code;
	n = g_variant_n_children(devices);
	if (options->count > 0)
		n = MIN(n, options->count);
	for (size_t i = 0; i < n; i++) {
		g_autoptr(GVariant) dict = g_variant_get_child_value(devices, i);
		const Mark mark = marks_of(&marks, dict);

		if (options->json)
			append_row_json(out, dict, mark, options->raw, wall_offset);
		else
			append_row(out, dict, mark, options->raw, boottime_now());
	}
	output_puts(out->str);
	return n > 0 ? EXIT_DONE : fail_nothing("no such device was heard; bluebrokerctl scan listens");
}

ExitCode command_devices(const Options *options)
{
	return options->bonded ? bonds_list(options) : list_heard(options);
}
