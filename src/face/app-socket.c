/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sockets of applications. */
#include "face/app-socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "bus/pipe.h"
#include "face/program.h"
#include "meaning/constants.h"

void app_socket_init(AppSocket *sock, sd_event *event, AppSocketValue on_value, AppSocketReady on_ready,
		     void *userdata)
{
	*sock = (AppSocket){ .fd = -1, .event = event, .on_value = on_value, .on_ready = on_ready,
			     .userdata = userdata };
}

void app_socket_close(AppSocket *sock)
{
	sock->call = sd_bus_slot_unref(sock->call);
	sock->io = sd_event_source_disable_unref(sock->io);
	if (sock->fd >= 0)
		(void)close(sock->fd);
	sock->fd = -1;
	charge_end(&sock->charge);
}

void app_socket_pause(AppSocket *sock, bool paused)
{
	sock->paused = paused;
	if (sock->io)
		(void)sd_event_source_set_enabled(sock->io, paused ? SD_EVENT_OFF : SD_EVENT_ON);
}

static int on_io(sd_event_source *source UNUSED, int fd, uint32_t events UNUSED, void *userdata)
{
	uint8_t bytes[ATTR_VALUE_MAX];
	AppSocket *sock = userdata;
	g_autoptr(GBytes) value = NULL;
	ssize_t n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0 || !sock->on_value) {
		app_socket_close(sock);
		if (sock->on_value)
			sock->on_value(sock->userdata, NULL);
		return 0;
	}
	value = g_bytes_new(bytes, (gsize)n);
	sock->on_value(sock->userdata, value);
	return 0;
}

/* A program may hand out any descriptor: only one end of a pair of sockets is taken, and it is never waited
 * for. With a name, the other end may be ours, of the program's connection: that would not end with the
 * program. */
static bool is_of_pair(int fd)
{
	struct sockaddr_un peer;
	socklen_t size = sizeof(peer);

	return getpeername(fd, (struct sockaddr *)&peer, &size) == 0 && peer.sun_family == AF_UNIX &&
	       size == offsetof(struct sockaddr_un, sun_path);
}

static int take_fd(AppSocket *sock, sd_bus_message *m)
{
	int fd, r;

	r = sd_bus_message_read(m, "h", &fd);
	if (r < 0)
		return r;
	if (!is_of_pair(fd))
		return -ENOTSOCK;
	fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return -errno;
	sock->fd = fd;
	r = sd_event_add_io(sock->event, &sock->io, fd,
			    sock->on_value ? EPOLLIN | EPOLLRDHUP : EPOLLRDHUP, on_io, sock);
	if (r >= 0)
		r = sd_event_source_set_priority(sock->io, WIRE_PRIORITY);
	app_socket_pause(sock, sock->paused);
	return r;
}

static int on_acquired(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	AppSocket *sock = userdata;

	sock->call = sd_bus_slot_unref(sock->call);
	if (sd_bus_message_is_method_error(m, NULL) || take_fd(sock, m) < 0)
		app_socket_close(sock);
	sock->on_ready(sock->userdata);
	return 0;
}

int app_socket_acquire(AppSocket *sock, Connection *connection, sd_bus_message *m, uint64_t timeout)
{
	int r = charge_init(&sock->charge, connection->program->user, QUOTA_STREAMS, 1);

	if (r < 0)
		return r;
	r = connection_call(connection, &sock->call, m, on_acquired, sock, timeout);
	if (r < 0)
		charge_end(&sock->charge);
	return r;
}

int app_socket_send(AppSocket *sock, GBytes *value)
{
	gsize length;
	const void *bytes = g_bytes_get_data(value, &length);

	return sock->fd < 0 ? -ENOTCONN : pipe_send(sock->fd, bytes, length);
}
