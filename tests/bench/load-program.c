/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One program of a load. */
#include "load-program.h"

#include <bluebroker-stream.h>
#include <gio/gunixfdlist.h>
#include <glib-unix.h>
#include <sys/socket.h>
#include <unistd.h>

#include <check.h>

#include "values.h"

/* Of 16 programs, 8 are of the first kind, 3, 3 and 2 of the others. */
static const LoadKind kinds[] = {
	LOAD_FEW, LOAD_READ,   LOAD_FEW, LOAD_SIGNAL,	LOAD_FEW, LOAD_OVERFLOW,
	LOAD_FEW, LOAD_READ,   LOAD_FEW, LOAD_SIGNAL,	LOAD_FEW, LOAD_READ,
	LOAD_FEW, LOAD_SIGNAL, LOAD_FEW, LOAD_OVERFLOW,
};

#define PLACE_DEDUP 11
#define PLACE_DROPS_NEWEST 15

static const char *const init_options[] = {
	[LOAD_FEW] = "{'fifo': <uint32 256>}",
	[LOAD_READ] = "{'fifo': <uint32 1024>}",
	[LOAD_SIGNAL] = "{'fifo': <uint32 256>}",
	[LOAD_OVERFLOW] = "{'fifo': <uint32 16>}",
	[LOAD_STREAM] = "{'fifo': <uint32 256>}",
};

/* Of those who read. */
static const unsigned int period_ms[] = {
	[LOAD_FEW] = 1000,
	[LOAD_READ] = 200,
	[LOAD_SIGNAL] = 0,
	[LOAD_OVERFLOW] = 0,
	[LOAD_STREAM] = 0,
};

/* Of a storm's reports (flags and manufacturer data 0xffff: index, number; RSSI -40 to -89), one in
 * 500, none, one in 25, one in 256, and none. */
static const char *const few_filters[] = {
	"{'addresses': <['C0:00:00:00:00:07', 'c00000000011']>}",
	"{'name': <'Thermo*'>}",
	"{'rssi': <int16 -41>, 'manufacturers': <[uint16 0xffff, uint16 0x004c]>}",
	"{'patterns': <[(byte 2, byte 0xff, [byte 0x2a])]>}",
	"{'uuids': <[<'180d'>, <uint16 0x180f>, <'6e400001-b5a3-f393-e0a9-e50e24dcca9e'>]>}",
};

static const char signal_filter[] =
	"{'delivery': <'signal'>, 'batch_ms': <uint32 20>, 'batch_max': <uint32 64>}";

static const char stream_options[] = "{'batch_ms': <uint32 20>, 'batch_max': <uint32 64>}";

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

static int on_datagram(int fd, GIOCondition condition, void *data)
{
	static uint8_t bytes[BB_STREAM_DATAGRAM_MAX];
	Program *program = data;
	ssize_t length = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	bb_stream_report report = { 0 };
	bb_stream_iter iter;

	(void)condition;
	ck_assert_msg(length > 0 && bb_stream_open(bytes, (size_t)length, &iter) == 0,
		      "no datagram on %s", program->path);
	while (bb_stream_next(&iter, &report) > 0)
		program->received++;
	program->messages++;
	ck_assert_uint_eq(report.sequence + 1, program->received + iter.lost);
	return G_SOURCE_CONTINUE;
}

static void program_want_stream(Program *program)
{
	g_autoptr(GUnixFDList) fds = NULL;
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply = g_dbus_connection_call_with_unix_fd_list_sync(
		client_connection(program->client), WORLD_NAME, program->path,
		WORLD_NAME ".Session1", "AcquireAdvertisements", dictionary(stream_options), G_VARIANT_TYPE("(hu)"),
		G_DBUS_CALL_FLAGS_NONE, -1, NULL, &fds, NULL, &error);

	if (!reply)
		ck_abort_msg("AcquireAdvertisements on %s: %s", program->path, error->message);
	program->fd = g_unix_fd_list_get(fds, 0, NULL);
	program->watch = g_unix_fd_add(program->fd, G_IO_IN, on_datagram, program);
}

static void program_open(Program *program)
{
	g_autoptr(GVariant) dict = options(init_options[program->kind]);
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
	client_do(program->client, program->path, "Session1", "SetScanFilter", dictionary(text));
}

Program *program_new(World *world, unsigned int index, LoadMix mix)
{
	unsigned int place = mix != LOAD_MIXED ? 0 : index % G_N_ELEMENTS(kinds);
	Program *program = g_new0(Program, 1);

	program->kind = mix == LOAD_SIGNALLED ? LOAD_SIGNAL :
			mix == LOAD_STREAMED  ? LOAD_STREAM :
						kinds[place];
	program->drops_newest = place == PLACE_DROPS_NEWEST;
	program->ended = g_cancellable_new();
	program->client = client_new(world_address(world));
	program_open(program);

	if (program->kind == LOAD_FEW)
		program_set_filter(program, few_filters[index / 2 % G_N_ELEMENTS(few_filters)]);
	if (place == PLACE_DEDUP)
		program_set_filter(program, "{'dedup': <uint32 1000>}");
	if (program->kind == LOAD_SIGNAL) {
		program_set_filter(program, signal_filter);
		program_want_signals(program);
	}
	if (program->kind == LOAD_STREAM)
		program_want_stream(program);
	client_do(program->client, program->path, "Session1", "StartScan",
		  g_variant_new("(i)", -1));
	if (period_ms[program->kind] > 0)
		program->timer = g_timeout_add(period_ms[program->kind], on_period, program);
	return program;
}

void program_free(void *data)
{
	Program *program = data;

	if (program->timer)
		g_source_remove(program->timer);
	if (program->subscription)
		g_dbus_connection_signal_unsubscribe(client_connection(program->client),
						     program->subscription);
	if (program->watch) {
		g_source_remove(program->watch);
		close(program->fd);
	}
	g_cancellable_cancel(program->ended);
	wait_ms(0);
	client_free(program->client);
	g_object_unref(program->ended);
	g_free(program->path);
	g_free(program);
}

void program_read_last(Program *program)
{
	if (!program->timer)
		return;
	g_source_remove(program->timer);
	program->timer = 0;
	(void)on_period(program);
}
