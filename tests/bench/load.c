/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many programs that scan at once. */
#include "load.h"

#include <inttypes.h>

#include <check.h>

#define SETTLE_MS 1000

typedef enum LoadKind {
	LOAD_FEW, /* reads now and then the little that passes its filter */
	LOAD_READ,
	LOAD_SIGNAL,
	LOAD_OVERFLOW,
} LoadKind;

typedef struct Program {
	LoadKind kind;
	bool drops_newest;
	Client *client;
	char *path;
	guint timer;
	guint subscription;
	GCancellable *ended;
	bool asking;
	uint64_t received;
	uint64_t messages;
} Program;

struct Load {
	World *world;
	Client *watcher;
	GPtrArray *programs;
	uint64_t heard_before;
};

/* Of 16 programs, 8 are of the first kind, 3, 3 and 2 of the others. */
static const LoadKind kinds[] = {
	LOAD_FEW, LOAD_READ,   LOAD_FEW, LOAD_SIGNAL,	LOAD_FEW, LOAD_OVERFLOW,
	LOAD_FEW, LOAD_READ,   LOAD_FEW, LOAD_SIGNAL,	LOAD_FEW, LOAD_READ,
	LOAD_FEW, LOAD_SIGNAL, LOAD_FEW, LOAD_OVERFLOW,
};

#define PLACE_DEDUP 11
#define PLACE_DROPS_NEWEST 15

static const char *const init_options[] = {
	[LOAD_FEW] = "({'fifo': <uint32 256>},)",
	[LOAD_READ] = "({'fifo': <uint32 1024>},)",
	[LOAD_SIGNAL] = "({'fifo': <uint32 256>},)",
	[LOAD_OVERFLOW] = "({'fifo': <uint32 16>},)",
};

/* Of those who read. */
static const unsigned int period_ms[] = {
	[LOAD_FEW] = 1000,
	[LOAD_READ] = 200,
	[LOAD_SIGNAL] = 0,
	[LOAD_OVERFLOW] = 0,
};

/* Of a storm's reports (flags and manufacturer data 0xffff: index, number; RSSI -40 to -89), one in
 * 500, none, one in 25, one in 256, and none. */
static const char *const few_filters[] = {
	"({'addresses': <['C0:00:00:00:00:07', 'c00000000011']>},)",
	"({'name': <'Thermo*'>},)",
	"({'rssi': <int16 -41>, 'manufacturers': <[uint16 0xffff, uint16 0x004c]>},)",
	"({'patterns': <[(byte 2, byte 0xff, [byte 0x2a])]>},)",
	"({'uuids': <[<'180d'>, <uint16 0x180f>, <'6e400001-b5a3-f393-e0a9-e50e24dcca9e'>]>},)",
};

static const char signal_filter[] =
	"({'delivery': <'signal'>, 'batch_ms': <uint32 20>, 'batch_max': <uint32 64>},)";

static GVariant *parse(const char *text)
{
	g_autoptr(GError) error = NULL;
	GVariant *value = g_variant_parse(G_VARIANT_TYPE("(a{sv})"), text, NULL, NULL, &error);

	if (!value)
		ck_abort_msg("%s: %s", text, error->message);
	return value;
}

/* Where the oldest report goes first, everything before the last one that was read has been either
 * delivered or dropped. */
static void program_check_sequence(const Program *program, GVariant *reports, uint64_t dropped)
{
	g_autoptr(GVariant) last =
		g_variant_get_child_value(reports, g_variant_n_children(reports) - 1);
	g_autoptr(GVariant) extras = g_variant_get_child_value(last, 6);
	uint64_t sequence;

	ck_assert_msg(g_variant_lookup(extras, "Sequence", "t", &sequence),
		      "a report without Sequence");
	if (!program->drops_newest)
		ck_assert_uint_eq(sequence + 1, program->received + dropped);
}

static void program_take(Program *program, GVariant *body)
{
	g_autoptr(GVariant) reports = g_variant_get_child_value(body, 0);
	uint64_t dropped;

	g_variant_get_child(body, 1, "t", &dropped);
	program->received += g_variant_n_children(reports);
	program->messages++;
	if (g_variant_n_children(reports) > 0)
		program_check_sequence(program, reports, dropped);
}

static void on_read(GObject *source, GAsyncResult *result, void *data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply =
		g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
	Program *program = data;

	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		return;
	if (!reply)
		ck_abort_msg("ReadAdvertisements on %s: %s", program->path, error->message);
	program->asking = false;
	program_take(program, reply);
}

static int on_period(void *data)
{
	Program *program = data;

	if (program->asking)
		return G_SOURCE_CONTINUE;
	program->asking = true;
	g_dbus_connection_call(client_connection(program->client), WORLD_NAME, program->path,
			       WORLD_NAME ".Session1", "ReadAdvertisements",
			       g_variant_new("(u)", 0), G_VARIANT_TYPE("(a(tsyynaya{sv})t)"),
			       G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, program->ended, on_read,
			       program);
	return G_SOURCE_CONTINUE;
}

static void on_advertisements(GDBusConnection *connection, const char *sender, const char *path,
			      const char *interface, const char *signal, GVariant *body, void *data)
{
	(void)connection;
	(void)sender;
	(void)path;
	(void)interface;
	(void)signal;
	program_take(data, body);
}

static void program_want_signals(Program *program)
{
	program->subscription = g_dbus_connection_signal_subscribe(
		client_connection(program->client), WORLD_NAME, WORLD_NAME ".Session1",
		"Advertisements", program->path, NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_advertisements,
		program, NULL);
	client_do(program->client, program->path, "Session1", "Callback",
		  g_variant_new("(u)", 0x01));
}

static void program_open(Program *program)
{
	g_autoptr(GVariant) options = parse(init_options[program->kind]);
	g_autoptr(GVariant) dict = g_variant_get_child_value(options, 0);
	g_autoptr(GVariant) reply = NULL;
	GVariantDict builder;

	g_variant_dict_init(&builder, dict);
	if (program->drops_newest)
		g_variant_dict_insert(&builder, "overflow", "s", "drop-newest");
	reply = client_expect(program->client, NULL, "Manager1", "OpenSession",
			      g_variant_new("(u@a{sv})", 0, g_variant_dict_end(&builder)), "(o)");
	g_variant_get(reply, "(o)", &program->path);
}

static void program_set_filter(Program *program, const char *text)
{
	g_autoptr(GVariant) filter = parse(text);

	client_do(program->client, program->path, "Session1", "SetScanFilter", filter);
}

static Program *program_new(World *world, unsigned int index, LoadMix mix)
{
	unsigned int place = mix == LOAD_FILTERED ? 0 : index % G_N_ELEMENTS(kinds);
	Program *program = g_new0(Program, 1);

	program->kind = kinds[place];
	program->drops_newest = place == PLACE_DROPS_NEWEST;
	program->ended = g_cancellable_new();
	program->client = client_new(world_address(world));
	program_open(program);

	if (program->kind == LOAD_FEW)
		program_set_filter(program, few_filters[index / 2 % G_N_ELEMENTS(few_filters)]);
	if (place == PLACE_DEDUP)
		program_set_filter(program, "({'dedup': <uint32 1000>},)");
	if (program->kind == LOAD_SIGNAL) {
		program_set_filter(program, signal_filter);
		program_want_signals(program);
	}
	client_do(program->client, program->path, "Session1", "StartScan",
		  g_variant_new("(i)", -1));
	if (period_ms[program->kind] > 0)
		program->timer = g_timeout_add(period_ms[program->kind], on_period, program);
	return program;
}

static void program_free(void *data)
{
	Program *program = data;

	if (program->timer)
		g_source_remove(program->timer);
	if (program->subscription)
		g_dbus_connection_signal_unsubscribe(client_connection(program->client),
						     program->subscription);
	g_cancellable_cancel(program->ended);
	wait_ms(0);
	client_free(program->client);
	g_object_unref(program->ended);
	g_free(program->path);
	g_free(program);
}

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

	for (unsigned int i = 0; i < load->programs->len; i++) {
		Program *program = load->programs->pdata[i];

		if (program->timer) {
			g_source_remove(program->timer);
			program->timer = 0;
			(void)on_period(program);
		}
	}
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
