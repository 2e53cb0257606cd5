/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stats.h"

#include "daemon-fixture.h"

GVariant *stats(Client *by)
{
	g_autoptr(GVariant) reply = client_expect(by, NULL, "Manager1", "GetStats", NULL, "(a{sv})");

	return g_variant_get_child_value(reply, 0);
}

static uint64_t number_in(GVariant *table, const char *key)
{
	g_autoptr(GVariant) value = g_variant_lookup_value(table, key, NULL);

	ck_assert_msg(value != NULL, "GetStats has no %s", key);
	switch (g_variant_classify(value)) {
	case G_VARIANT_CLASS_BOOLEAN:
		return g_variant_get_boolean(value) ? 1 : 0;
	case G_VARIANT_CLASS_UINT32:
		return g_variant_get_uint32(value);
	case G_VARIANT_CLASS_UINT64:
		return g_variant_get_uint64(value);
	default:
		ck_abort_msg("GetStats: %s is no number", key);
	}
}

uint64_t stats_total(Client *by, const char *key)
{
	g_autoptr(GVariant) table = stats(by);

	return number_in(table, key);
}

uint64_t stats_dropped(const char *cause)
{
	g_autoptr(GVariant) table = stats(client);
	g_autoptr(GVariant) causes = g_variant_lookup_value(table, "Dropped", G_VARIANT_TYPE("a{st}"));
	uint64_t dropped = 0;

	ck_assert_ptr_nonnull(causes);
	ck_assert_msg(g_variant_lookup(causes, cause, "t", &dropped), "no such cause: %s", cause);
	return dropped;
}

static GVariant *find_row(Client *by, const char *path)
{
	g_autofree char *full =
		path[0] == '/' ? g_strdup(path) : g_strconcat("/com/example/Bluetooth/", path, NULL);
	g_autoptr(GVariant) table = stats(by);
	g_autoptr(GVariant) rows = g_variant_lookup_value(table, "Sessions", G_VARIANT_TYPE("aa{sv}"));

	ck_assert_ptr_nonnull(rows);
	for (size_t i = 0; i < g_variant_n_children(rows); i++) {
		GVariant *row = g_variant_get_child_value(rows, i);
		const char *name = "";

		ck_assert(g_variant_lookup(row, "Path", "&o", &name));
		if (g_str_equal(name, full))
			return row;
		g_variant_unref(row);
	}
	return NULL;
}

bool has_row(Client *by, const char *path)
{
	g_autoptr(GVariant) row = find_row(by, path);

	return row != NULL;
}

uint64_t stats_of(Client *by, const char *path, const char *key)
{
	g_autoptr(GVariant) row = find_row(by, path);

	ck_assert_msg(row != NULL, "GetStats has no row for %s", path);
	return number_in(row, key);
}
