/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluetoothd's end of an acquired socket. */
#include <sys/socket.h>
#include <unistd.h>

#include <glib-unix.h>

#include "pipe.h"

#define VALUE_MAX 512

struct Pipe {
	const PipeOps *ops;
	void *owner;
	int fd;
	guint watch;
};

static gboolean pipe_on_event(int fd, GIOCondition condition, void *data)
{
	uint8_t value[VALUE_MAX];
	Pipe *pipe = data;
	ssize_t len;

	(void)condition;
	len = recv(fd, value, sizeof(value), MSG_DONTWAIT);
	if (len > 0) {
		pipe->ops->heard(pipe->owner, value, (size_t)len);
		return G_SOURCE_CONTINUE;
	}
	pipe->watch = 0;
	pipe->ops->closed(pipe->owner);
	return G_SOURCE_REMOVE;
}

Pipe *pipe_new(const PipeOps *ops, void *owner, int *ret_fd)
{
	Pipe *pipe;
	int fds[2];

	if (socketpair(AF_LOCAL, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) < 0)
		return NULL;

	pipe = g_new0(Pipe, 1);
	pipe->ops = ops;
	pipe->owner = owner;
	pipe->fd = fds[0];
	pipe->watch = g_unix_fd_add(fds[0], G_IO_IN | G_IO_HUP, pipe_on_event, pipe);
	*ret_fd = fds[1];
	return pipe;
}

Pipe *pipe_free(Pipe *pipe)
{
	if (!pipe)
		return NULL;

	if (pipe->watch)
		g_source_remove(pipe->watch);
	(void)close(pipe->fd);
	g_free(pipe);
	return NULL;
}

void pipe_send(Pipe *pipe, const uint8_t *value, size_t len)
{
	(void)send(pipe->fd, value, len, MSG_NOSIGNAL | MSG_DONTWAIT);
}
