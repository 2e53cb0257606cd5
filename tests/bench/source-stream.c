/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program that reads every report from a socket of the daemon's: source-stream FIFO ADDRESS. FIFO is how deep it
 * asks its session's to be. At SIGTERM it says what came of it, as words NAME=VALUE. */
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#include <bluebroker-stream.h>
#include <gio/gio.h>
#include <gio/gunixfdlist.h>

#define BLUETOOTH "com.example.Bluetooth"

static GVariant *call(GDBusConnection *connection, const char *path, const char *interface, const char *method,
		      GVariant *args, GUnixFDList **fds)
{
	g_autoptr(GError) error = NULL;
	GVariant *reply = g_dbus_connection_call_with_unix_fd_list_sync(
		connection, BLUETOOTH, path, interface, method, args, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, fds, NULL,
		&error);

	if (!reply) {
		fprintf(stderr, "%s: %s\n", method, error->message);
		exit(1);
	}
	return reply;
}

static int open_stream(GDBusConnection *connection, unsigned int fifo)
{
	g_autoptr(GVariant) opened = NULL, stream = NULL, started = NULL;
	g_autoptr(GUnixFDList) fds = NULL;
	GVariantDict options;
	const char *session;

	g_variant_dict_init(&options, NULL);
	g_variant_dict_insert(&options, "fifo", "u", fifo);
	opened = call(connection, "/com/example/Bluetooth", BLUETOOTH ".Manager1", "OpenSession",
		      g_variant_new("(u@a{sv})", 0, g_variant_dict_end(&options)), NULL);
	g_variant_get(opened, "(&o)", &session);
	stream = call(connection, session, BLUETOOTH ".Session1", "AcquireAdvertisements",
		      g_variant_new("(a{sv})", NULL), &fds);
	started = call(connection, session, BLUETOOTH ".Session1", "StartScan", g_variant_new("(i)", -1), NULL);
	return g_unix_fd_list_get(fds, 0, NULL);
}

/* False at the stream's end. */
static bool take(int fd, uint64_t *reports, uint64_t *lost)
{
	static uint8_t bytes[BB_STREAM_DATAGRAM_MAX];
	const ssize_t length = recv(fd, bytes, sizeof(bytes), 0);
	bb_stream_report report;
	bb_stream_iter iter;

	if (length <= 0 || bb_stream_open(bytes, (size_t)length, &iter) != 0)
		return false;
	*lost = iter.lost;
	while (bb_stream_next(&iter, &report) > 0)
		(*reports)++;
	return true;
}

int main(int argc, char *argv[])
{
	g_autoptr(GError) error = NULL;
	uint64_t reports = 0, lost = 0;
	GDBusConnection *connection;
	struct pollfd fds[2] = { 0 };
	sigset_t mask;

	if (argc != 3) {
		fprintf(stderr, "Usage: source-stream FIFO ADDRESS\n");
		return 2;
	}
	/* before GDBus has its thread */
	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	connection = g_dbus_connection_new_for_address_sync(argv[2],
							    G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
								    G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
							    NULL, NULL, &error);
	if (!connection) {
		fprintf(stderr, "%s: %s\n", argv[2], error->message);
		return 1;
	}
	fds[0].fd = open_stream(connection, (unsigned int)strtoul(argv[1], NULL, 10));
	fds[0].events = POLLIN;
	fds[1].fd = signalfd(-1, &mask, SFD_CLOEXEC);
	fds[1].events = POLLIN;
	printf("ready\n");
	fflush(stdout);

	do {
		if (poll(fds, G_N_ELEMENTS(fds), -1) < 0) {
			perror("poll");
			return 1;
		}
		if (fds[0].revents && !take(fds[0].fd, &reports, &lost)) {
			fprintf(stderr, "the stream has ended\n");
			return 1;
		}
	} while (!fds[1].revents);
	printf("reports=%" PRIu64 " lost=%" PRIu64 "\n", reports, lost);
	g_object_unref(connection);
	return 0;
}
