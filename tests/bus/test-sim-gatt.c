/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The simulated BlueZ's remote services, seen by a plain GDBus program: the tree, reads and writes,
 * notifications, acquired sockets. */
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <check.h>
#include <gio/gunixfdlist.h>

#include "gatt-fixture.h"

START_TEST(tree)
{
	connect_peer();
	expect_get(SERVICE_PATH, SERVICE_IFACE, "UUID", "'0000180d-0000-1000-8000-00805f9b34fb'");
	expect_get(SERVICE_PATH, SERVICE_IFACE, "Primary", "true");
	expect_get(SERVICE_PATH, SERVICE_IFACE, "Device", "'" PEER_PATH "'");
	expect_get(SERVICE_PATH, SERVICE_IFACE, "Includes", "[]");
	expect_get(WRITABLE, CHAR_IFACE, "UUID", "'00002a39-0000-1000-8000-00805f9b34fb'");
	expect_get(WRITABLE, CHAR_IFACE, "Service", "'" SERVICE_PATH "'");
	expect_get(WRITABLE, CHAR_IFACE, "Flags", "['read', 'write-without-response', 'write']");
	expect_get(WRITABLE, CHAR_IFACE, "Value", "[]");
	expect_get(WRITABLE, CHAR_IFACE, "MTU", "517");
	expect_get(WRITABLE, CHAR_IFACE, "Notifying", "none");
	expect_get(WRITABLE, CHAR_IFACE, "WriteAcquired", "false");
	expect_get(WRITABLE, CHAR_IFACE, "NotifyAcquired", "none");
	expect_get(NOTIFIES, CHAR_IFACE, "Notifying", "false");
	expect_get(NOTIFIES, CHAR_IFACE, "NotifyAcquired", "false");
	expect_get(NOTIFIES_CCC, DESC_IFACE, "UUID", "'00002902-0000-1000-8000-00805f9b34fb'");
	expect_get(NOTIFIES_CCC, DESC_IFACE, "Characteristic", "'" NOTIFIES "'");
	expect_get(SECRET, CHAR_IFACE, "Flags", "['read', 'write']");
}
END_TEST

START_TEST(reading)
{
	g_autofree char *value = NULL, *long_value = g_strnfill(1024, '5');
	ClientCall *first, *second, *other;

	connect_peer();
	read_is(READABLE, "{}", "01");
	value = next_value(client, READABLE); /* a read signals the value, too */
	ck_assert_str_eq(value, "01");
	expect_get(READABLE, CHAR_IFACE, "Value", "[0x01]");
	read_is(WRITABLE_DESC, "{}", "4142");
	read_is(WRITABLE_DESC, "{'offset': <uint16 1>}", "42");
	call_fails(read_begin(client, WRITABLE, "{'offset': <uint16 9>}"), "InvalidArguments",
		   "Invalid offset");
	call_fails(read_begin(client, WRITABLE, BAD_OPTIONS), "InvalidArguments", NULL);
	call_fails(read_begin(client, NOTIFIES, "{}"), "NotPermitted", "Read not permitted");

	/* 512 bytes fit one answer */
	air_do(air, "value heart 000E %s", long_value);
	air_do(air, "latency heart 20000");
	air_do(air, "atterror heart 0010 read 80");
	first = read_begin(client, READABLE, "{}");
	second = read_begin(client, READABLE, "{}"); /* shares the first one's */
	other = read_begin(client, READABLE, "{'offset': <uint16 500>}");
	if (!is_face())
		call_fails(g_steal_pointer(&other), "InProgress", "In Progress");
	expect_get(READABLE, CHAR_IFACE, "Notifying", "none"); /* answered behind them: it has all three */
	air_do(air, "latency heart 0");
	read_gives(first, long_value);
	read_gives(second, long_value);
	if (other) /* the face shares it all the same */
		read_gives(other, long_value + 1000);
	ck_assert_uint_eq(count("000E", "reads"), 2);
	call_fails(read_begin(client, WRITABLE, "{}"), "Failed",
		   "Operation failed with ATT error: 0x80");
}
END_TEST

/* bluetoothd gives, behind a part that it reads, what it knew before. The face gives what the device has, and
 * shows what was read as a whole. */
START_TEST(reading_parts)
{
	static const struct {
		const char *is, *options, *gives, *shows;
		const char *face;
	} steps[] = {
		{ "0011223344556677", "{}", "0011223344556677", "0011223344556677", "0011223344556677" },
		{ "a0a1a2a3a4", "{'offset': <uint16 4>}", "a4556677", "00112233a4556677", "a4" },
		{ "b0b1b2b3b4", "{'offset': <uint16 5>}", "556677", "00112233a4556677", "" },
		{ "c0c1c2", "{}", "c0c1c2", "c0c1c2", "c0c1c2" },
		{ "d0d1d2d3", "{'offset': <uint16 2>}", "d2d3", "c0c1d2d3", "d2d3" },
	};

	connect_peer();
	for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
		g_autofree char *value = NULL;

		air_do(air, "value heart 000E %s", steps[i].is);
		read_is(READABLE, steps[i].options, is_face() ? steps[i].face : steps[i].gives);
		if (is_face() && !g_str_equal(steps[i].options, "{}")) {
			expect_quiet();
			continue;
		}
		value = next_value(client, READABLE);
		ck_assert_msg(g_strcmp0(value, steps[i].shows) == 0, "after %s: %s", steps[i].is, value);
	}
}
END_TEST

START_TEST(small_mtu)
{
	g_autofree char *value = g_strnfill(100, '7');

	air_do(air, "mtu heart 23");
	air_do(air, "value heart 000E %s", value);
	connect_peer();
	expect_get(READABLE, CHAR_IFACE, "MTU", "23");
	read_is(READABLE, "{}", value);
	ck_assert_uint_eq(count("000E", "reads"), 3); /* 22 + 22 + 6 bytes */
	write_ok(WRITABLE, value, "{}"); /* 18 bytes with each prepared write */
	ck_assert_uint_eq(count("0010", "writes"), 3);
	read_is(WRITABLE, "{}", value);
	call_fails(write_begin(client, WRITABLE, value, "{'type': <'command'>}"), "Failed",
		   "Failed to initiate write");
}
END_TEST

static bool command_has_arrived(void *data)
{
	g_autofree char *stored = air_cmd(air, "value heart 0010");

	return g_str_equal(stored, data);
}

/* A command's answer does not wait for the peripheral. */
static void expect_arrival(const char *hex)
{
	g_autofree char *wanted = g_strdup(hex);

	ck_assert_msg(wait_until(command_has_arrived, wanted, SOON), "%s does not arrive", hex);
}

START_TEST(writing)
{
	g_autofree char *long_value = g_strnfill(1024, '3'), *too_long = g_strnfill(1026, '3');
	ClientCall *slow, *next;

	connect_peer();
	write_ok(WRITABLE, "0102", "{}");
	write_ok(WRITABLE, "03", "{'offset': <uint16 2>}");
	write_ok(WRITABLE, "04", "{'offset': <uint16 3>, 'type': <'reliable'>}");
	read_is(WRITABLE, "{}", "01020304");
	write_ok(WRITABLE, "0A", "{'type': <'command'>}");
	expect_arrival("0a");
	ck_assert_uint_eq(count("0010", "commands"), 1);
	ck_assert_uint_eq(count("0010", "writes"), 3);
	write_ok(WRITABLE, long_value, "{}");
	read_is(WRITABLE, "{}", long_value);
	call_fails(write_begin(client, WRITABLE, too_long, "{}"), "InvalidArguments",
		   "Invalid Length");
	call_fails(write_begin(client, WRITABLE, "00", "{'type': <'other'>}"), "NotSupported", NULL);
	call_fails(write_begin(client, READABLE, "00", "{}"), "NotSupported", NULL);
	call_fails(write_begin(client, READABLE, "00", "{'type': <'request'>}"), "NotPermitted",
		   "Write not permitted");
	write_ok(WRITABLE_DESC, "4344", "{}");
	read_is(WRITABLE_DESC, "{}", "4344");
	call_fails(write_begin(client, NOTIFIES_CCC, "0100", "{}"), "NotPermitted",
		   "Write not permitted");

	air_do(air, "latency heart 20000");
	slow = write_begin(client, WRITABLE, "01", "{}");
	next = write_begin(client, WRITABLE, "02", "{}");
	if (!is_face())
		call_fails(g_steal_pointer(&next), "InProgress", "In Progress");
	air_do(air, "latency heart 0");
	call_ok(slow);
	if (next) { /* on the face they stand in line */
		call_ok(next);
		read_is(WRITABLE, "{}", "02");
	}
	air_do(air, "atterror heart 0010 write 0E");
	call_fails(write_begin(client, WRITABLE, "02", "{}"), "Failed",
		   "Operation failed with ATT error: 0x0e");
	air_do(air, "atterror heart 0010 write 0");
	write_ok(WRITABLE, "03", "{}");
}
END_TEST

static void expect_values(Client *of, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		g_autofree char *value = next_value(of, NOTIFIES);
		g_autofree char *wanted = g_strdup_printf("00%02x%02x0000", i & 0xff, i >> 8);

		ck_assert_msg(value != NULL, "notification %u is missing", i);
		ck_assert_str_eq(value, wanted);
	}
}

START_TEST(notifications)
{
	Client *other = client_new(bluez_address());
	g_autofree char *twice = NULL, *again = NULL;

	client_direct(other, "org.bluez");
	connect_peer();
	client_do(client, NOTIFIES, CHAR_IFACE, "StartNotify", NULL);
	ck_assert(link_has("000b"));
	expect_change(NOTIFIES, "{'Notifying': <true>} []");
	client_do(client, NOTIFIES, CHAR_IFACE, "StartNotify", NULL); /* one session all the same */
	ck_assert_uint_eq(count("000D", "writes"), 1);
	air_do(air, "notify heart 000B 0000000000 1000");
	expect_values(client, 1000);
	air_do(air, "notify heart 000B 0000000000 3 20");
	expect_values(client, 3);

	/* A second program: each value is signalled once a session, to all who listen. On the face, once. */
	client_do(other, NOTIFIES, CHAR_IFACE, "StartNotify", NULL);
	air_do(air, "notify heart 000B 77");
	twice = next_value(client, NOTIFIES);
	ck_assert_str_eq(twice, "77");
	if (!is_face()) {
		again = next_value(client, NOTIFIES);
		ck_assert_str_eq(again, "77");
	}
	expect_quiet();
	client_do(client, NOTIFIES, CHAR_IFACE, "StopNotify", NULL);
	ck_assert(link_has("000b"));
	client_free(other); /* leaving is as good as StopNotify */
	expect_change(NOTIFIES, "{'Notifying': <false>} []");
	expect_link("000b", false);
	client_expect_error(client, NOTIFIES, CHAR_IFACE, "StopNotify", NULL,
			    "org.bluez.Error.Failed");
	client_expect_error(client, READABLE, CHAR_IFACE, "StartNotify", NULL,
			    "org.bluez.Error.NotSupported");
	air_do(air, "notify heart 000B 78");
	expect_quiet();
}
END_TEST

static int acquire(const char *path, const char *method)
{
	g_autoptr(GUnixFDList) fds = NULL;
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply = g_dbus_connection_call_with_unix_fd_list_sync(
		client_connection(client), "org.bluez", path, CHAR_IFACE, method,
		g_variant_new("(a{sv})", NULL), G_VARIANT_TYPE("(hq)"), G_DBUS_CALL_FLAGS_NONE, -1,
		NULL, &fds, NULL, &error);
	uint16_t mtu;
	int32_t index;

	ck_assert_msg(reply != NULL, "%s", error ? error->message : "");
	g_variant_get(reply, "(hq)", &index, &mtu);
	ck_assert_uint_eq(mtu, 517);
	return g_unix_fd_list_get(fds, index, NULL);
}

static void acquire_fails(const char *path, const char *method, const char *error)
{
	client_expect_error(client, path, CHAR_IFACE, method, g_variant_new("(a{sv})", NULL), error);
}

/* The next datagram, in hex; "": the other end is closed. */
static void expect_datagram(int fd, const char *hex)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	g_autoptr(GString) text = g_string_new(NULL);
	uint8_t value[16];
	ssize_t n;

	ck_assert_int_eq(poll(&ready, 1, SOON), 1);
	n = recv(fd, value, sizeof(value), 0);
	ck_assert_int_ge(n, 0);
	for (ssize_t i = 0; i < n; i++)
		g_string_append_printf(text, "%02x", value[i]);
	ck_assert_str_eq(text->str, hex);
}

START_TEST(acquired_notifications)
{
	int fd;

	connect_peer();
	fd = acquire(NOTIFIES, "AcquireNotify");
	expect_change(NOTIFIES, "{'NotifyAcquired': <true>} []");
	acquire_fails(NOTIFIES, "AcquireNotify", "org.bluez.Error.NotPermitted");
	client_expect_error(client, NOTIFIES, CHAR_IFACE, "StartNotify", NULL,
			    "org.bluez.Error.NotPermitted");
	air_do(air, "notify heart 000B 0102");
	air_do(air, "notify heart 000B 03");
	expect_datagram(fd, "0102");
	expect_datagram(fd, "03");
	expect_quiet(); /* these do not go over the bus */
	close(fd);
	expect_change(NOTIFIES, "{'NotifyAcquired': <false>} []");
	expect_link("000b", false);

	client_do(client, NOTIFIES, CHAR_IFACE, "StartNotify", NULL);
	acquire_fails(NOTIFIES, "AcquireNotify", "org.bluez.Error.InProgress");
	client_do(client, NOTIFIES, CHAR_IFACE, "StopNotify", NULL);
	fd = acquire(NOTIFIES, "AcquireNotify");
	air_do(air, "drop heart");
	expect_datagram(fd, ""); /* the link is gone */
	close(fd);
}
END_TEST

START_TEST(acquired_writing)
{
	int fd;

	connect_peer();
	fd = acquire(WRITABLE, "AcquireWrite");
	expect_change(WRITABLE, "{'WriteAcquired': <true>} []");
	call_fails(write_begin(client, WRITABLE, "00", "{}"), "NotPermitted", "Write acquired");
	acquire_fails(WRITABLE, "AcquireWrite", "org.bluez.Error.NotPermitted");
	acquire_fails(READABLE, "AcquireWrite", "org.bluez.Error.NotSupported");
	ck_assert_int_eq(send(fd, "\1\2", 2, MSG_NOSIGNAL), 2);
	ck_assert_int_eq(send(fd, "\3", 1, MSG_NOSIGNAL), 1);
	expect_arrival("03");
	ck_assert_uint_eq(count("0010", "commands"), 2);
	close(fd);
	expect_change(WRITABLE, "{'WriteAcquired': <false>} []");
	write_ok(WRITABLE, "00", "{}");
}
END_TEST

START_TEST(services_change)
{
	g_autoptr(GVariant) added = NULL;

	connect_peer();
	ck_assert(link_has("subscribed=0007")); /* BlueZ wants to know */
	air_do(air, "service heart 0020 181A primary");
	air_do(air, "char heart 0021 2A6E read 64");
	air_do(air, "unservice heart 000A");
	air_do(air, "changed heart");
	expect_removed(NOTIFIES_CCC);
	added = next_added(PEER_PATH "/service0020", SERVICE_IFACE);
	g_variant_unref(next_added(PEER_PATH "/service0020/char0021", CHAR_IFACE));
	read_is(PEER_PATH "/service0020/char0021", "{}", "64");
	ck_assert_ptr_null(client_get(client, READABLE, CHAR_IFACE, "UUID"));
	ck_assert_ptr_null(client_get(client, SERVICE_PATH, SERVICE_IFACE, "UUID"));
	expect_property(added, "UUID", "'0000181a-0000-1000-8000-00805f9b34fb'");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		tree, reading, reading_parts, small_mtu, writing, notifications, acquired_notifications,
		acquired_writing, services_change, NULL
	};

	return run_tests("sim-gatt", tests, setup_peer, teardown, 30);
}
