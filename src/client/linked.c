/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/linked.h"

#include <string.h>

#include "client/bus.h"
#include "meaning/constants.h"
#include "meaning/number.h"

#define CONNECTION "com.example.Bluetooth.Connection1"

static void row_clear(void *pointer)
{
	LinkedRow *row = pointer;

	g_free(row->path);
	g_free(row->address);
	g_free(row->identity);
	g_free(row->address_type);
	g_free(row->name);
}

static int compare_rows(const void *a, const void *b)
{
	const LinkedRow *first = a, *second = b;

	if (first->adapter != second->adapter)
		return first->adapter - second->adapter;
	return strcmp(first->address, second->address);
}

/* N of /com/example/Bluetooth/hciN/device/…; -1 for other paths. */
static int adapter_of(const char *path)
{
	const char *number = BROKER_PATH "/hci";
	g_autofree char *digits = NULL;
	const char *end;
	int64_t value;

	if (!g_str_has_prefix(path, number))
		return -1;
	path += strlen(number);
	end = strchr(path, '/');
	digits = end ? g_strndup(path, (size_t)(end - path)) : NULL;
	return digits && number_parse(digits, 0, 65535, &value) ? (int)value : -1;
}

/* An empty string is none. */
static char *lookup_text(GVariant *properties, const char *key)
{
	const char *text;

	return g_variant_lookup(properties, key, "&s", &text) && *text ? g_strdup(text) : NULL;
}

/* False: the object is no link. */
static bool read_row(LinkedRow *row, const char *path, GVariant *interfaces)
{
	g_autoptr(GVariant) properties =
		g_variant_lookup_value(interfaces, CONNECTION, G_VARIANT_TYPE_VARDICT);

	*row = (LinkedRow){ .adapter = adapter_of(path), .rssi = RSSI_UNKNOWN };
	row->address = properties ? lookup_text(properties, "Address") : NULL;
	if (!row->address)
		return false;
	row->path = g_strdup(path);
	row->identity = lookup_text(properties, "IdentityAddress");
	if (!row->identity)
		row->identity = g_strdup(row->address);
	row->address_type = lookup_text(properties, "AddressType");
	row->name = lookup_text(properties, "Name");
	g_variant_lookup(properties, "Connected", "b", &row->connected);
	g_variant_lookup(properties, "Paired", "b", &row->paired);
	g_variant_lookup(properties, "Holders", "u", &row->holders);
	g_variant_lookup(properties, "RSSI", "n", &row->rssi);
	return true;
}

GArray *linked_rows(GDBusConnection *connection, int adapter, ExitCode *ret_exit)
{
	g_autoptr(GVariant) objects = bus_objects(connection, -1, ret_exit);
	g_autoptr(GVariant) dict = objects ? g_variant_get_child_value(objects, 0) : NULL;
	const size_t n = dict ? g_variant_n_children(dict) : 0;
	GArray *rows;

	if (!objects)
		return NULL;
	rows = g_array_new(FALSE, FALSE, sizeof(LinkedRow));
	g_array_set_clear_func(rows, row_clear);
	for (size_t i = 0; i < n; i++) {
		g_autoptr(GVariant) interfaces = NULL;
		const char *path;
		LinkedRow row;

		g_variant_get_child(dict, i, "{&o@a{sa{sv}}}", &path, &interfaces);
		if ((adapter < 0 || adapter == adapter_of(path)) && read_row(&row, path, interfaces))
			g_array_append_val(rows, row);
	}
	g_array_sort(rows, compare_rows);
	return rows;
}

bool linked_is_to(const LinkedRow *row, const char *address)
{
	return strcmp(row->identity, address) == 0 || strcmp(row->address, address) == 0;
}
