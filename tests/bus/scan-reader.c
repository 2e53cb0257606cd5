/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program's end of AcquireAdvertisements, for tests. */
#include <bluebroker-stream.h>
#include <errno.h>
#include <gio/gunixfdlist.h>
#include <sys/socket.h>
#include <unistd.h>

#include "scan-reader.h"

int reader_try(Client *by, const char *path, const char *options, GError **error)
{
	g_autofree char *full =
		path[0] == '/' ? g_strdup(path) : g_strconcat("/com/example/Bluetooth/", path, NULL);
	g_autoptr(GUnixFDList) fds = NULL;
	g_autoptr(GVariant) reply = NULL;
	uint32_t version;
	int handle, fd;

	reply = g_dbus_connection_call_with_unix_fd_list_sync(
		client_connection(by), WORLD_NAME, full, WORLD_NAME "." SESSION, ACQUIRE, dictionary(options),
		G_VARIANT_TYPE("(hu)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, &fds, NULL, error);
	if (!reply)
		return -1;
	g_variant_get(reply, "(hu)", &handle, &version);
	ck_assert_uint_eq(version, BB_STREAM_VERSION);
	fd = g_unix_fd_list_get(fds, handle, error);
	ck_assert_int_ge(fd, 0);
	return fd;
}

Reader reader_acquire(Client *by, const char *path, const char *options)
{
	g_autoptr(GError) error = NULL;
	Reader reader = { .fd = reader_try(by, path, options, &error) };
	socklen_t size = sizeof(int);
	int type;

	if (reader.fd < 0)
		ck_abort_msg("%s", error->message);
	ck_assert_int_eq(getsockopt(reader.fd, SOL_SOCKET, SO_TYPE, &type, &size), 0);
	ck_assert_int_eq(type, SOCK_SEQPACKET);
	g_variant_builder_init(&reader.all, G_VARIANT_TYPE("a(tsyynaya{sv})"));
	return reader;
}

void reader_release(Reader *reader)
{
	g_variant_builder_clear(&reader->all);
	close(reader->fd);
}

/* As ReadAdvertisements would have it. */
static void keep(Reader *reader, const bb_stream_report *report)
{
	const uint8_t *a = report->address;
	g_autofree char *address =
		g_strdup_printf("%02X:%02X:%02X:%02X:%02X:%02X", a[0], a[1], a[2], a[3], a[4], a[5]);
	GVariantBuilder extras;

	g_variant_builder_init(&extras, G_VARIANT_TYPE_VARDICT);
	if (report->tx_power != BB_STREAM_TX_POWER_UNKNOWN)
		g_variant_builder_add(&extras, "{sv}", "TxPower", g_variant_new_int16(report->tx_power));
	if (report->primary_phy != 0)
		g_variant_builder_add(&extras, "{sv}", "PrimaryPhy", g_variant_new_byte(report->primary_phy));
	if (report->secondary_phy != 0)
		g_variant_builder_add(&extras, "{sv}", "SecondaryPhy",
				      g_variant_new_byte(report->secondary_phy));
	if (report->sid != BB_STREAM_SID_NONE)
		g_variant_builder_add(&extras, "{sv}", "Sid", g_variant_new_byte(report->sid));
	if (report->flags & BB_STREAM_EXTENDED)
		g_variant_builder_add(&extras, "{sv}", "Extended", g_variant_new_boolean(TRUE));
	if (report->flags & BB_STREAM_SYNTHESIZED)
		g_variant_builder_add(&extras, "{sv}", "Synthesized", g_variant_new_boolean(TRUE));
	if (report->flags & BB_STREAM_TRUNCATED)
		g_variant_builder_add(&extras, "{sv}", "Truncated", g_variant_new_boolean(TRUE));
	g_variant_builder_add(&extras, "{sv}", "Sequence", g_variant_new_uint64(report->sequence));
	g_variant_builder_add(&reader->all, "(tsyyn@aya{sv})", report->time, address, report->addr_type,
			      report->adv_type, (gint16)report->rssi,
			      g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, report->data, report->length, 1),
			      &extras);
}

bool reader_take(Reader *reader)
{
	static uint8_t bytes[BB_STREAM_DATAGRAM_MAX + 1];
	bb_stream_report report;
	bb_stream_iter iter;
	unsigned int before = reader->reports;
	ssize_t length = recv(reader->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	int r;

	if (length < 0 && errno == EAGAIN)
		return false;
	if (length <= 0) {
		reader->ended = true;
		return false;
	}
	ck_assert_int_le(length, BB_STREAM_DATAGRAM_MAX);
	ck_assert_int_eq(bb_stream_open(bytes, (size_t)length, &iter), 0);
	ck_assert_uint_ge(iter.lost, reader->lost);
	reader->lost = iter.lost;
	while ((r = bb_stream_next(&iter, &report)) > 0) {
		ck_assert_uint_ge(report.sequence, reader->next);
		reader->missed += report.sequence - reader->next;
		reader->next = report.sequence + 1;
		reader->reports++;
		keep(reader, &report);
	}
	ck_assert_int_eq(r, 0);
	ck_assert_uint_eq(iter.left, 0);
	ck_assert_uint_gt(reader->reports, before);
	reader->most = MAX(reader->most, reader->reports - before);
	reader->datagrams++;
	return true;
}

bool reader_has_read(void *data)
{
	Reader *reader = data;

	while (reader->reports < reader->wanted && reader_take(reader))
		;
	return reader->reports >= reader->wanted;
}

void reader_expect(Reader *reader, unsigned int count)
{
	reader->wanted = reader->reports + count;
	ck_assert_msg(wait_until(reader_has_read, reader, world_patience(world)), "%u reports of %u came",
		      reader->reports, reader->wanted);
	ck_assert_uint_eq(reader->reports, reader->wanted);
	ck_assert(!reader_take(reader));
}

bool reader_has_ended(void *data)
{
	Reader *reader = data;

	while (reader_take(reader))
		;
	return reader->ended;
}

void reader_expect_end(Reader *reader)
{
	ck_assert_msg(wait_until(reader_has_ended, reader, world_patience(world)),
		      "the daemon keeps it open");
	reader_release(reader);
}

GVariant *reader_all(Reader *reader)
{
	GVariant *reports = g_variant_ref_sink(g_variant_builder_end(&reader->all));

	g_variant_builder_init(&reader->all, G_VARIANT_TYPE("a(tsyynaya{sv})"));
	return reports;
}

void reader_expect_counts(Reader *reader, unsigned int count, const char *counts)
{
	reader_expect(reader, count);
	expect_counts(reader_all(reader), counts);
}
