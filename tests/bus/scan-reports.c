/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the scanning cases share: looking at reports, and at the daemon's counters. */
#include "scan-fixture.h"

/* --- reports --- */

GVariant *read_reports(Client *by, const char *path, unsigned int max, uint64_t *ret_dropped)
{
	g_autoptr(GVariant) reply = client_expect(by, path, SESSION, "ReadAdvertisements",
						  g_variant_new("(u)", max), "(a(tsyynaya{sv})t)");

	if (ret_dropped)
		g_variant_get_child(reply, 1, "t", ret_dropped);
	return g_variant_get_child_value(reply, 0);
}

/* The data: the last field of the documented ones, the last but one of the rich ones. */
static GVariant *data_value(GVariant *reports, size_t index)
{
	g_autoptr(GVariant) report = NULL;

	ck_assert_uint_lt(index, g_variant_n_children(reports));
	report = g_variant_get_child_value(reports, index);
	return g_variant_get_child_value(report, g_variant_n_children(report) == 5 ? 4 : 5);
}

char *data_of(GVariant *reports, size_t index)
{
	g_autoptr(GVariant) value = data_value(reports, index);

	return hex_of(value);
}

GVariant *extra_of(GVariant *reports, size_t index, const char *key)
{
	g_autoptr(GVariant) report = g_variant_get_child_value(reports, index);
	g_autoptr(GVariant) extras = g_variant_get_child_value(report, 6);

	return g_variant_lookup_value(extras, key, NULL);
}

char *counts_of(GVariant *reports)
{
	GString *text = g_string_new(NULL);

	for (size_t i = 0; i < g_variant_n_children(reports); i++) {
		g_autoptr(GVariant) value = data_value(reports, i);
		gsize length;
		const uint8_t *data = g_variant_get_fixed_array(value, &length, 1);

		ck_assert_uint_gt(length, 0);
		g_string_append_printf(text, "%s%u", i > 0 ? " " : "", data[length - 1]);
	}
	return g_string_free(text, FALSE);
}

void expect_counts(GVariant *reports, const char *counts)
{
	g_autofree char *got = counts_of(reports);

	ck_assert_str_eq(got, counts);
	g_variant_unref(reports);
}

void expect_read(Client *by, const char *path, const char *counts, uint64_t dropped)
{
	uint64_t got;

	expect_counts(read_reports(by, path, 0, &got), counts);
	ck_assert_uint_eq(got, dropped);
}

void expect_empty(Client *by, const char *path)
{
	g_autoptr(GVariant) one = client_expect(by, path, SESSION, "GetAdv", NULL, "(a(syynay))");
	g_autoptr(GVariant) all = client_expect(by, path, SESSION, "GetAdvertisements", NULL, "(a(syynay))");
	g_autoptr(GVariant) none = g_variant_ref_sink(g_variant_new("(a(syynay))", NULL));

	ck_assert(g_variant_equal(one, none));
	ck_assert(g_variant_equal(all, none));
	expect_counts(read_reports(by, path, 1, NULL), "");
}
