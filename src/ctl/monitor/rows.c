/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/monitor/rows.h"

#include <string.h>

#include "ctl/monitor/objects.h"

/* Lists: by the daemon's numbers in RowChanged, and their keys in GetStats. */
static const struct {
	const char *key;	/* NULL: it is none of GetStats' lists */
	uint32_t number;
	ThingKind kind;
} lists[] = {
	{ "Sessions", 1, THING_SESSION },
	{ "Clients", 2, THING_CLIENT },
	{ "BlueZPrograms", 4, THING_PROGRAM },
	{ NULL, 8, THING_BOND },
	{ NULL, 16, THING_BLUETOOTHD },
};

/* What tells a row from others of its kind: a radio or none, and an id or none. */
typedef struct RowName {
	char *radio;
	char *id;
} RowName;

static void row_name_clear(RowName *name)
{
	g_free(name->radio);
	g_free(name->id);
}

/* Of the row's path of that key: the radio, and of a session's path also the session. */
static void name_of_path(GVariant *row, const char *key, RowName *name)
{
	const char *path, *rest = NULL;

	if (!g_variant_lookup(row, key, "&o", &path))
		return;
	g_free(name->radio);
	name->radio = objects_radio(path, &rest);
	if (name->radio && g_str_has_prefix(rest, "/session/"))
		name->id = g_strdup(rest + strlen("/session/"));
}

/* False: the row lacks something. */
static bool name_row(ThingKind kind, GVariant *row, RowName *name)
{
	uint32_t pid;

	switch (kind) {
	case THING_SESSION:
		name_of_path(row, "Path", name);
		return name->radio && name->id;
	case THING_CLIENT:
	case THING_BOND:	/* in GetBonds' answer it has no path: the caller knows the radio */
		name_of_path(row, "Adapter", name);
		return g_variant_lookup(row, "Address", "s", &name->id) && name->radio;
	case THING_PROGRAM:
		if (g_variant_lookup(row, "Pid", "u", &pid))
			name->id = g_strdup_printf("%u", pid);
		return name->id;
	default:
		return true;
	}
}

static void show_row(Tracker *tracker, ThingKind kind, const char *radio, GVariant *row, bool first)
{
	CLEANUP(row_name_clear) RowName name = { .radio = g_strdup(radio) };

	if (name_row(kind, row, &name))
		tracker_update(tracker, kind, name.radio, name.id, row, first);
}

static void show_rows(Tracker *tracker, ThingKind kind, const char *radio, GVariant *rows, bool first)
{
	const size_t n = rows ? g_variant_n_children(rows) : 0;

	tracker_begin_list(tracker, kind, radio);
	for (size_t i = 0; i < n; i++) {
		g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);

		show_row(tracker, kind, radio, row, first);
	}
	tracker_end_list(tracker, kind, radio);
}

void rows_take_stats(Tracker *tracker, GVariant *reply, bool first)
{
	g_autoptr(GVariant) stats = g_variant_get_child_value(reply, 0);

	tracker_update(tracker, THING_BLUETOOTHD, NULL, NULL, stats, first);
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		g_autoptr(GVariant) rows = NULL;

		if (!lists[i].key)
			continue;
		rows = g_variant_lookup_value(stats, lists[i].key, G_VARIANT_TYPE("aa{sv}"));
		show_rows(tracker, lists[i].kind, NULL, rows, first);
	}
}

void rows_take_bonds(Tracker *tracker, const char *radio, GVariant *reply, bool first)
{
	g_autoptr(GVariant) rows = g_variant_get_child_value(reply, 0);

	show_rows(tracker, THING_BOND, radio, rows, first);
}

void rows_change(Tracker *tracker, GVariant *body)
{
	CLEANUP(row_name_clear) RowName name = { 0 };
	g_autoptr(GVariant) row = NULL;
	uint32_t number;
	gboolean there;
	size_t i = 0;

	g_variant_get(body, "(ub@a{sv})", &number, &there, &row);
	while (i < ARRAY_SIZE(lists) && lists[i].number != number)
		i++;
	if (i == ARRAY_SIZE(lists))
		return;
	if (there)
		show_row(tracker, lists[i].kind, NULL, row, false);
	else if (name_row(lists[i].kind, row, &name))
		tracker_remove(tracker, lists[i].kind, name.radio, name.id);
}
