/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of AcquireNotify and AcquireWrite share. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gio/gunixfdlist.h>

#include "link-sockets.h"

int socket_try(Client *by, const char *link, const char *attr, const char *method, uint16_t *ret_mtu,
		GError **error)
{
	g_autofree char *path = attr_path(link, attr);
	g_autoptr(GUnixFDList) fds = NULL;
	g_autoptr(GVariant) reply = NULL;
	int handle, fd;

	reply = g_dbus_connection_call_with_unix_fd_list_sync(
		client_connection(by), WORLD_NAME, path, WORLD_NAME "." CHARACTERISTIC, method, no_options(),
		G_VARIANT_TYPE("(hq)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, &fds, NULL, error);
	if (!reply)
		return -1;
	g_variant_get(reply, "(hq)", &handle, ret_mtu);
	fd = g_unix_fd_list_get(fds, handle, error);
	ck_assert_int_ge(fd, 0);
	return fd;
}

int socket_acquire(Client *by, const char *link, const char *attr, const char *method)
{
	g_autoptr(GError) error = NULL;
	uint16_t mtu = 0;
	int fd = socket_try(by, link, attr, method, &mtu, &error), type;
	socklen_t size = sizeof(type);

	if (fd < 0)
		ck_abort_msg("%s: %s", method, error->message);
	ck_assert_int_eq(getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size), 0);
	ck_assert_int_eq(type, SOCK_SEQPACKET);
	ck_assert_uint_ge(mtu, MTU_MIN);
	return fd;
}

bool has_arrived(void *data)
{
	Arrival *arrival = data;

	arrival->length = recv(arrival->fd, arrival->bytes, sizeof(arrival->bytes), MSG_DONTWAIT);
	if (arrival->length < 0 && errno == ECONNRESET)
		arrival->length = 0;
	return arrival->length >= 0;
}

/* In hex, "" for the end, NULL: none comes. */
static char *next_datagram(int fd, unsigned int timeout_ms)
{
	GString *hex = g_string_new(NULL);
	Arrival arrival = { .fd = fd };

	if (!wait_until(has_arrived, &arrival, timeout_ms)) {
		g_string_free(hex, TRUE);
		return NULL;
	}
	for (ssize_t i = 0; i < arrival.length; i++)
		g_string_append_printf(hex, "%02x", arrival.bytes[i]);
	return g_string_free(hex, FALSE);
}

void expect_datagram(int fd, const char *wanted)
{
	g_autofree char *hex = next_datagram(fd, world_patience(world));

	ck_assert_msg(g_strcmp0(hex, wanted) == 0, "the datagram is not \"%s\", but %s", wanted,
		      hex ? hex : "none");
}

void expect_end(int fd)
{
	expect_datagram(fd, "");
	close(fd);
}

void expect_counted(int fd, unsigned int first, unsigned int before)
{
	for (unsigned int i = first; i < before; i++) {
		g_autofree char *hex = next_datagram(fd, world_patience(world));
		g_autofree char *tail = g_strdup_printf("%08x", GUINT32_SWAP_LE_BE(i));

		ck_assert_msg(hex != NULL, "datagram %u of %u does not come", i, before);
		ck_assert_msg(g_str_has_suffix(hex, tail), "instead of datagram %u came %s", i, hex);
	}
}

void expect_nothing(int fd)
{
	g_autofree char *hex = next_datagram(fd, 300);

	ck_assert_msg(!hex, "there is more than was sent: %s", hex);
}

void put(int fd, const void *bytes, size_t length)
{
	ck_assert_int_eq(send(fd, bytes, length, MSG_NOSIGNAL), (ssize_t)length);
}

void expect_refused(Client *by, const char *link, const char *attr, const char *method, const char *wanted)
{
	g_autofree char *full = g_strconcat(WORLD_NAME ".Error.", wanted, NULL), *name = NULL;
	g_autoptr(GError) error = NULL;
	uint16_t mtu;

	ck_assert_msg(socket_try(by, link, attr, method, &mtu, &error) < 0, "%s of %s is granted", method,
		      attr);
	name = g_dbus_error_get_remote_error(error);
	ck_assert_msg(g_strcmp0(name, full) == 0, "%s of %s: not %s, but %s", method, attr, full,
		      error->message);
}

typedef struct Commands {
	const char *handle;
	unsigned int count;
} Commands;

static bool commands_arrived(void *data)
{
	const Commands *commands = data;

	return peer_count(0, commands->handle, "commands") >= commands->count;
}

void expect_commands(unsigned int count)
{
	Commands commands = { COMMAND_HANDLE, count };

	(void)wait_until(commands_arrived, &commands, world_patience(world));
	ck_assert_uint_eq(peer_count(0, COMMAND_HANDLE, "commands"), count);
}
