/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that let the daemon do much for them, and leave: it keeps nothing of it, and others are not held
 * up. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gio/gunixfdlist.h>

#include "link-sockets.h"
#include "memory.h"

#define PROGRAMS 300
#define WRITES 60
#define SWITCHERS 30
#define SLOW "latency peer0 40" /* ms: what stands in line takes a while */

/* What a daemon that forgets nothing would take many times over. A sanitizer puts off the reuse of freed
 * memory. */
#ifdef __SANITIZE_ADDRESS__
#define GROWTH_MAX_KIB (8 * 1024)
#else
#define GROWTH_MAX_KIB 2048
#endif

static char *value_hex(void)
{
	GString *hex = g_string_new(NULL);

	for (int i = 0; i < VALUE_MAX; i++)
		g_string_append(hex, "5a");
	return g_string_free(hex, FALSE);
}

/* The one that runs is done; those behind it are not, and another program's is the next. */
START_TEST(writers_that_leave)
{
	g_autofree char *hex = value_hex();
	unsigned long before = daemon_rss_kib(world);
	unsigned int on_air, most;

	ck_assert_uint_gt(charged_to(getuid()), 0);
	air_do(air, SLOW);
	for (int i = 0; i < PROGRAMS; i++) {
		Client *greedy = new_client_as(SOME_UID);
		g_autofree char *link = connect_anew(greedy, 0);

		for (int w = 0; w < WRITES; w++)
			client_call_forget(begin_write(greedy, link, LONG, hex, "{}"));
		client_sync(greedy);
		client_free(greedy);
	}
	expect_growth(world, before, GROWTH_MAX_KIB);
	/* answered by a daemon that has heard of all who left before */
	ck_assert_uint_gt(charged_to(getuid()), 0);
	on_air = peer_count(0, LONG_HANDLE, "writes");
	write_value(client, link_, LONG, "01", "{}");
	most = peer_count(0, LONG_HANDLE, "writes") - on_air;
	ck_assert_msg(most <= 3, "%u writes of programs that had left came before the one", most - 1);
	expect_paid(SOME_UID);
	expect_growth(world, before, GROWTH_MAX_KIB);
	expect_value(client, link_, LONG, "01");
	/* nor do any come behind it */
	ck_assert_uint_le(peer_count(0, LONG_HANDLE, "writes") - on_air, 3);
}
END_TEST

static ClientCall *begin_write_through_bluez(const char *attr, const char *value)
{
	g_autofree char *device = bluez_path(0), *path = g_strconcat(device, "/", attr, NULL);
	g_autofree char *text = g_strdup_printf("(@ay [%s], @a{sv} {})", value);

	return client_begin(world_bluez(world), path, "org.bluez.GattCharacteristic1", "WriteValue",
			    g_variant_new_parsed(text));
}

/* BlueZ has refused it so far, for another program is at it straight through BlueZ. */
START_TEST(a_writer_that_waits_for_bluez)
{
	Client *greedy = new_client_as(SOME_UID);
	g_autofree char *link = connect_anew(greedy, 0);
	g_autoptr(GVariant) reply = NULL;
	ClientCall *straight;

	air_do(air, "latency peer0 20000");
	straight = begin_write_through_bluez(PLAIN, "0x31");
	client_sync(world_bluez(world));
	client_call_forget(begin_write(greedy, link, PLAIN, "32", "{}"));
	client_sync(greedy);
	wait_ms(300);
	client_free(greedy);
	expect_paid(SOME_UID); /* the daemon has heard that it has left */
	air_do(air, "latency peer0 0");
	reply = client_call_finish(straight, NULL);
	ck_assert_ptr_nonnull(reply);
	write_value(client, link_, PLAIN, "33", "{}");
	ck_assert_uint_eq(peer_count(0, PLAIN_HANDLE, "writes"), 2);
}
END_TEST

/* Those that stay have what is theirs, and no more. */
START_TEST(a_writer_that_stays)
{
	Client *greedy = new_client_as(SOME_UID);
	g_autofree char *link = connect_anew(greedy, 0), *hex = value_hex();
	ClientCall *calls[2 * WRITES];
	unsigned int refused = 0;

	air_do(air, "latency peer0 20000");
	for (int i = 0; i < 2 * WRITES; i++)
		calls[i] = begin_write(greedy, link, LONG, hex, "{}");
	client_do(greedy, NULL, "Manager1", "GetStats", NULL); /* answered after it has seen them all */
	air_do(air, "latency peer0 0");
	for (int i = 0; i < 2 * WRITES; i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GVariant) reply = client_call_finish(calls[i], &error);

		if (!reply)
			ck_assert_ptr_nonnull(strstr(error->message, "LimitReached"));
		refused += !reply;
	}
	ck_assert_uint_eq(refused, 2 * WRITES - 64); /* QueuedCallsPerUser */
	ck_assert_uint_eq(peer_count(0, LONG_HANDLE, "writes"), 64);
	client_free(greedy);
	expect_paid(SOME_UID);
}
END_TEST

#define CARRIED 16 /* what the bus lets a message have */

/* A call whose message has file descriptors beside its arguments. */
static void send_with_fds(Client *by, const char *path, const char *iface, const char *member, GVariant *body)
{
	g_autoptr(GDBusMessage) message = g_dbus_message_new_method_call(WORLD_NAME, path, iface, member);
	g_autoptr(GUnixFDList) fds = g_unix_fd_list_new();
	g_autoptr(GError) error = NULL;

	for (int i = 0; i < CARRIED; i++)
		ck_assert_int_ge(g_unix_fd_list_append(fds, STDIN_FILENO, NULL), 0);
	g_dbus_message_set_unix_fd_list(message, fds);
	if (body)
		g_dbus_message_set_body(message, body);
	ck_assert(g_dbus_connection_send_message(client_connection(by), message,
						 G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, &error));
}

static bool has_few_fds(void *data)
{
	return daemon_fds(world) <= *(const unsigned int *)data;
}

/* Calls that wait: for the caller's credentials, and for a device that is not there. */
START_TEST(messages_that_carry_much)
{
	Client *greedy = new_client_as(SOME_UID);
	unsigned int before = daemon_fds(world) + CARRIED;
	g_autofree char *session = NULL;

	for (int i = 0; i < 20; i++)
		send_with_fds(greedy, "/com/example/Bluetooth", WORLD_NAME ".Manager1", "GetStats", NULL);
	client_sync(greedy);
	session = open_session(greedy, 0);
	for (int i = 0; i < 50; i++)
		send_with_fds(greedy, session, WORLD_NAME ".Session1", "Connect",
			      g_variant_new_parsed("('C0:00:00:00:0F:0F', {'timeout': <uint32 600000>})"));
	client_sync(greedy);
	ck_assert_uint_gt(charged_to(SOME_UID), 50 * 1024);
	ck_assert_msg(wait_until(has_few_fds, &before, world_patience(world)),
		      "%u file descriptors are open, not %u", daemon_fds(world), before);
	client_free(greedy);
	expect_paid(SOME_UID);
}
END_TEST

/* Subscriptions that are made and ended again while the queue waits are not kept either. */
START_TEST(switchers_that_leave)
{
	unsigned long before = daemon_rss_kib(world);
	ClientCall *reading;

	notify_from(client, link_, OTHER_RATE);
	notify_no_more(client, link_, OTHER_RATE);
	air_do(air, "latency peer0 100");
	for (int i = 0; i < SWITCHERS; i++) {
		Client *greedy = new_client_as(SOME_UID);
		g_autofree char *link = connect_anew(greedy, 0), *path = attr_path(link, RATE);

		for (int n = 0; n < 200; n++)
			client_call_forget(client_begin(greedy, path, CHARACTERISTIC, "Callback",
							g_variant_new("(u)", n % 2 ? 0 : CHAR_NOTIFY_EVENT)));
		client_sync(greedy);
		client_free(greedy);
	}
	expect_growth(world, before, GROWTH_MAX_KIB);
	expect_paid(SOME_UID);
	air_do(air, "latency peer0 0");
	reading = begin_read(client, link_, PLACE);
	g_free(finish_read(reading));
	notify_from(client, link_, RATE);
	air_do(air, "notify peer0 " RATE_HANDLE " beef");
	expect_notification(client, "beef");
}
END_TEST

/* What was written into a socket that is closed is sent, and paid for until then. */
START_TEST(sockets_that_are_closed)
{
	Client *greedy = new_client_as(SOME_UID);
	g_autofree char *link = connect_anew(greedy, 0);
	unsigned int sockets = 0;
	ClientCall *reading;
	uint16_t mtu;
	int fd;

	air_do(air, "latency peer0 20000");
	reading = begin_read(client, link_, COMMAND); /* what comes after it waits */
	client_sync(client);
	for (;;) {
		g_autoptr(GError) error = NULL;

		fd = socket_try(greedy, link, COMMAND, "AcquireWrite", &mtu, &error);
		if (fd < 0) {
			ck_assert_ptr_nonnull(strstr(error->message, "StreamsPerUser"));
			break;
		}
		put(fd, "\x42", 1);
		close(fd);
		ck_assert_uint_lt(++sockets, 200);
	}
	ck_assert_uint_eq(sockets, 64);
	air_do(air, "latency peer0 0");
	g_free(finish_read(reading));
	expect_commands(sockets);
	close(socket_acquire(greedy, link, COMMAND, "AcquireWrite"));
	client_free(greedy);
	expect_paid(SOME_UID);
}
END_TEST

/* The program waits where its socket is full, and the daemon does not: blocking is of each end. */
START_TEST(sockets_that_fill)
{
	int fd = socket_acquire(client, link_, COMMAND, "AcquireWrite"), sent = 0;
	int notify = socket_acquire(client, link_, RATE, "AcquireNotify");
	ClientCall *reading;

	ck_assert_int_eq(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	ck_assert_int_eq(fcntl(notify, F_GETFL) & O_NONBLOCK, 0);
	air_do(air, "latency peer0 2000");
	reading = begin_read(client, link_, COMMAND);
	client_sync(client);
	while (send(fd, "\x42", 1, MSG_DONTWAIT | MSG_NOSIGNAL) == 1)
		ck_assert_int_lt(++sent, 100000);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_gt(sent, 4);
	ck_assert(is_connected(client, link_)); /* it answers */
	put(fd, "\x43", 1); /* waits until there is room */
	g_free(finish_read(reading));
	air_do(air, "latency peer0 0");
	expect_commands((unsigned int)sent + 1);
	close(fd);
	close(notify);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		writers_that_leave, a_writer_that_waits_for_bluez, a_writer_that_stays,
		messages_that_carry_much, switchers_that_leave, sockets_that_are_closed, sockets_that_fill,
		NULL,
	};

	limit_quarantine();
	return run_tests("link-hostile", tests, link_setup_up, link_teardown, 120);
}
