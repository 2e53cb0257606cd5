/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program on the daemon's socket, byte by byte. */
#include "raw-program.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon-fixture.h"

#define FDS_MAX 16

struct RawProgram {
	int fd;
	guint32 serial;
	GByteArray *in;
};

RawProgram *raw_connect(uid_t uid)
{
	RawProgram *program = g_new0(RawProgram, 1);

	program->fd = client_socket_as(world_face(world), uid);
	program->in = g_byte_array_new();
	return program;
}

RawProgram *raw_free(RawProgram *program)
{
	if (!program)
		return NULL;
	if (program->fd >= 0)
		close(program->fd);
	g_byte_array_unref(program->in);
	g_free(program);
	return NULL;
}

int raw_fd(const RawProgram *program)
{
	return program->fd;
}

/* --- bytes --- */

static bool wait_for(const RawProgram *program, short events)
{
	struct pollfd at = { .fd = program->fd, .events = events };

	return poll(&at, 1, (int)world_patience(world)) > 0;
}

static bool send_all(RawProgram *program, const void *bytes, size_t length, unsigned int fds, int fd)
{
	union {
		char bytes[CMSG_SPACE(FDS_MAX * sizeof(int))];
		struct cmsghdr align;
	} control = { { 0 } };
	struct iovec part = { (void *)(uintptr_t)bytes, length };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };

	ck_assert_uint_le(fds, FDS_MAX);
	if (fds > 0) {
		m.msg_control = &control;
		m.msg_controllen = CMSG_SPACE(fds * sizeof(int));
		CMSG_FIRSTHDR(&m)->cmsg_level = SOL_SOCKET;
		CMSG_FIRSTHDR(&m)->cmsg_type = SCM_RIGHTS;
		CMSG_FIRSTHDR(&m)->cmsg_len = CMSG_LEN(fds * sizeof(int));
		for (unsigned int i = 0; i < fds; i++)
			memcpy(CMSG_DATA(CMSG_FIRSTHDR(&m)) + i * sizeof(int), &fd, sizeof(int));
	}
	while (part.iov_len > 0) {
		ssize_t sent = sendmsg(program->fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent < 0 && errno == EAGAIN) {
			ck_assert_msg(wait_for(program, POLLOUT), "the daemon does not read");
			continue;
		}
		if (sent < 0) {
			ck_assert_msg(errno == EPIPE || errno == ECONNRESET, "%s", strerror(errno));
			return false;
		}
		part.iov_base = (char *)part.iov_base + sent;
		part.iov_len -= (size_t)sent;
		m.msg_control = NULL;
		m.msg_controllen = 0;
	}
	return true;
}

bool raw_bytes_with_fds(RawProgram *program, const void *bytes, size_t length, unsigned int fds)
{
	return send_all(program, bytes, length, fds, STDERR_FILENO);
}

bool raw_bytes_with_fd(RawProgram *program, const void *bytes, size_t length, int fd)
{
	return send_all(program, bytes, length, 1, fd);
}

bool raw_bytes(RawProgram *program, const void *bytes, size_t length)
{
	return send_all(program, bytes, length, 0, -1);
}

/* Waits for bytes; false: none come any more. */
static bool take(RawProgram *program)
{
	guint8 bytes[65536];
	ssize_t n;

	if (!wait_for(program, POLLIN))
		return false;
	n = recv(program->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	if (n <= 0)
		return false;
	g_byte_array_append(program->in, bytes, (guint)n);
	return true;
}

bool raw_is_closed(RawProgram *program)
{
	guint8 byte;

	while (take(program))
		g_byte_array_set_size(program->in, 0);
	return recv(program->fd, &byte, 1, MSG_DONTWAIT) == 0 || errno == ECONNRESET || errno == EPIPE;
}

/* --- messages --- */

GDBusMessage *raw_call_new(const char *path, const char *iface, const char *method, const char *args)
{
	GDBusMessage *message = g_dbus_message_new_method_call("org.bluez", path, iface, method);
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) body = args ? g_variant_parse(NULL, args, NULL, NULL, &error) : NULL;

	if (error)
		ck_abort_msg("%s: %s", args, error->message);
	if (body)
		g_dbus_message_set_body(message, body);
	return message;
}

GDBusMessage *raw_driver_call_new(const char *method, const char *args)
{
	GDBusMessage *message = raw_call_new("/org/freedesktop/DBus", "org.freedesktop.DBus", method, args);

	g_dbus_message_set_destination(message, "org.freedesktop.DBus");
	return message;
}

GByteArray *raw_blob(RawProgram *program, GDBusMessage *message)
{
	g_autoptr(GError) error = NULL;
	guchar *bytes;
	gsize size;

	g_dbus_message_set_serial(message, ++program->serial);
	bytes = g_dbus_message_to_blob(message, &size, G_DBUS_CAPABILITY_FLAGS_UNIX_FD_PASSING, &error);
	if (!bytes)
		ck_abort_msg("%s", error->message);
	return g_byte_array_new_take(bytes, size);
}

bool raw_send(RawProgram *program, GDBusMessage *message)
{
	g_autoptr(GByteArray) blob = raw_blob(program, message);

	g_object_unref(message);
	return raw_bytes(program, blob->data, blob->len);
}

GDBusMessage *raw_next(RawProgram *program)
{
	GDBusMessage *message;

	for (;;) {
		gssize needed = program->in->len >= 16
			? g_dbus_message_bytes_needed(program->in->data, program->in->len, NULL) : 16;

		ck_assert_int_gt(needed, 0);
		if ((gsize)needed <= program->in->len) {
			message = g_dbus_message_new_from_blob(program->in->data, (gsize)needed,
							       G_DBUS_CAPABILITY_FLAGS_UNIX_FD_PASSING,
							       NULL);
			ck_assert_ptr_nonnull(message);
			g_byte_array_remove_range(program->in, 0, (guint)needed);
			return message;
		}
		if (!take(program))
			return NULL;
	}
}

GDBusMessage *raw_answer(RawProgram *program)
{
	for (;;) {
		g_autoptr(GDBusMessage) message = raw_next(program);

		ck_assert_msg(message != NULL, "no answer");
		if (g_dbus_message_get_reply_serial(message) == program->serial)
			return g_steal_pointer(&message);
	}
}

GDBusMessage *raw_call(RawProgram *program, GDBusMessage *call)
{
	ck_assert(raw_send(program, call));
	return raw_answer(program);
}

void raw_ok(RawProgram *program, GDBusMessage *call)
{
	g_autoptr(GDBusMessage) answer = raw_call(program, call);

	if (g_dbus_message_get_message_type(answer) == G_DBUS_MESSAGE_TYPE_ERROR)
		ck_abort_msg("%s", g_dbus_message_get_error_name(answer));
}

void raw_fails(RawProgram *program, GDBusMessage *call, const char *error)
{
	g_autoptr(GDBusMessage) answer = raw_call(program, call);

	ck_assert_str_eq(g_dbus_message_get_error_name(answer), error);
}

GDBusMessage *raw_called(RawProgram *program, const char *method)
{
	for (;;) {
		g_autoptr(GDBusMessage) message = raw_next(program);

		ck_assert_msg(message != NULL, "no call of %s", method);
		if (g_dbus_message_get_message_type(message) == G_DBUS_MESSAGE_TYPE_METHOD_CALL &&
		    g_str_equal(g_dbus_message_get_member(message), method))
			return g_steal_pointer(&message);
	}
}

/* --- life --- */

char *raw_greet(RawProgram *program, const char *identity)
{
	g_autofree char *text = g_strdup_printf("AUTH EXTERNAL%s%s\r\n%sNEGOTIATE_UNIX_FD\r\nBEGIN\r\n",
						identity ? " " : "", identity ? identity : "",
						identity ? "" : "DATA\r\n");
	static const char last[] = "AGREE_UNIX_FD\r\n";
	g_autoptr(GDBusMessage) answer = NULL;
	const char *end = NULL;
	char *name;

	ck_assert(raw_bytes(program, "", 1) && raw_bytes(program, text, strlen(text)));
	while (!end) {
		ck_assert_msg(take(program), "it is not greeted");
		end = g_strstr_len((const char *)program->in->data, program->in->len, last);
	}
	g_byte_array_remove_range(program->in, 0,
				  (guint)(end + strlen(last) - (const char *)program->in->data));
	answer = raw_call(program, raw_driver_call_new("Hello", NULL));
	g_variant_get(g_dbus_message_get_body(answer), "(s)", &name);
	return name;
}

RawProgram *raw_new(uid_t uid)
{
	RawProgram *program = raw_connect(uid);

	g_free(raw_greet(program, NULL));
	return program;
}
