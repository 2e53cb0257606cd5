/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many programs that scan at once. */
#include "load.h"

#include <inttypes.h>

#include <check.h>

#include "load-program.h"

#define SETTLE_MS 1000

struct Load {
	World *world;
	Client *watcher;
	GPtrArray *programs;
	uint64_t heard_before;
};

static GVariant *load_get_stats(Load *load)
{
	g_autoptr(GVariant) reply =
		client_expect(load->watcher, NULL, "Manager1", "GetStats", NULL, "(a{sv})");

	return g_variant_get_child_value(reply, 0);
}

static uint64_t field(GVariant *dict, const char *key)
{
	g_autoptr(GVariant) value = g_variant_lookup_value(dict, key, NULL);

	if (value && g_variant_is_of_type(value, G_VARIANT_TYPE_UINT32))
		return g_variant_get_uint32(value);
	if (!value || !g_variant_is_of_type(value, G_VARIANT_TYPE_UINT64))
		ck_abort_msg("GetStats tells no %s", key);
	return g_variant_get_uint64(value);
}

/* All that the daemon has heard so far while somebody scanned. */
static uint64_t load_get_heard(Load *load)
{
	g_autoptr(GVariant) stats = load_get_stats(load);

	return field(stats, "Reports");
}

Load *load_new(World *world, unsigned int sessions, LoadMix mix)
{
	Load *load = g_new0(Load, 1);

	load->world = world;
	load->watcher = client_new(world_address(world));
	load->heard_before = load_get_heard(load);
	load->programs = g_ptr_array_new_with_free_func(program_free);
	for (unsigned int i = 0; i < sessions; i++)
		g_ptr_array_add(load->programs, program_new(world, i, mix));
	return load;
}

Load *load_free(Load *load)
{
	if (!load)
		return NULL;
	g_ptr_array_unref(load->programs);
	client_free(load->watcher);
	g_free(load);
	return NULL;
}

/* --- books --- */

static GVariant *load_find_row(GVariant *stats, const char *path)
{
	g_autoptr(GVariant) rows =
		g_variant_lookup_value(stats, "Sessions", G_VARIANT_TYPE("aa{sv}"));

	for (size_t i = 0; rows && i < g_variant_n_children(rows); i++) {
		GVariant *row = g_variant_get_child_value(rows, i);
		const char *name;

		if (g_variant_lookup(row, "Path", "&o", &name) && g_str_equal(name, path))
			return row;
		g_variant_unref(row);
	}
	ck_abort_msg("GetStats has no row for %s", path);
}

void load_settle(Load *load)
{
	uint64_t before, heard = UINT64_MAX;

	do {
		before = heard;
		wait_ms(SETTLE_MS);
		heard = load_get_heard(load);
	} while (heard != before);

	for (unsigned int i = 0; i < load->programs->len; i++)
		program_read_last(load->programs->pdata[i]);
	for (unsigned int i = 0; i < load->programs->len; i++)
		client_sync(((Program *)load->programs->pdata[i])->client);
}

void load_check(Load *load)
{
	g_autoptr(GVariant) stats = load_get_stats(load);
	uint64_t heard = field(stats, "Reports") - load->heard_before;

	for (unsigned int i = 0; i < load->programs->len; i++) {
		const Program *program = load->programs->pdata[i];
		g_autoptr(GVariant) row = load_find_row(stats, program->path);
		uint64_t passed = field(row, "Reports"), delivered = field(row, "Delivered");
		uint64_t dropped = field(row, "Dropped"), fifo = field(row, "Fifo");

		ck_assert_msg(passed + field(row, "Filtered") + field(row, "Duplicates") == heard,
			      "session %u: %" PRIu64 " reports passed, %" PRIu64
			      " did not, of %" PRIu64,
			      i, passed, field(row, "Filtered") + field(row, "Duplicates"), heard);
		ck_assert_msg(delivered + dropped + fifo == passed,
			      "session %u: %" PRIu64 " delivered, %" PRIu64 " dropped, %" PRIu64
			      " in the FIFO, of %" PRIu64,
			      i, delivered, dropped, fifo, passed);
		ck_assert_msg(program->received == delivered,
			      "session %u: %" PRIu64 " delivered, but %" PRIu64 " received", i,
			      delivered, program->received);
		ck_assert_uint_eq(fifo, program->kind == LOAD_OVERFLOW ? MIN(passed, 16) : 0);
	}
}

LoadTotals load_totals(Load *load)
{
	g_autoptr(GVariant) stats = load_get_stats(load);
	LoadTotals totals = { .heard = field(stats, "Reports") - load->heard_before };

	for (unsigned int i = 0; i < load->programs->len; i++) {
		const Program *program = load->programs->pdata[i];
		g_autoptr(GVariant) row = load_find_row(stats, program->path);

		totals.passed += field(row, "Reports");
		totals.delivered += field(row, "Delivered");
		totals.dropped += field(row, "Dropped");
		totals.in_fifos += field(row, "Fifo");
		totals.received += program->received;
		totals.messages += program->messages;
	}
	return totals;
}
