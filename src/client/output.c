/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interruptible writing. */
#include "client/output.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "client/fail.h"
#include "client/signals.h"

#define PIECE 4096	/* PIPE_BUF: a pipe that polls writable takes as much without blocking */

static bool failed;

/* Waits until fd is writable. 0, -ECANCELED at a signal to end, or another negative errno. */
static int wait_writable(int fd)
{
	struct pollfd fds[] = {
		{ .fd = fd, .events = POLLOUT },
		{ .fd = signals_fd(), .events = POLLIN },
	};
	int timeout = -1;

	for (;;) {
		if (poll(fds, ARRAY_SIZE(fds), signals_must_end() ? 0 : timeout) < 0 && errno != EINTR)
			return -errno;
		if (fds[0].revents & POLLNVAL)
			return -EBADF;
		if (fds[0].revents & POLLERR)
			return -EPIPE;
		if (fds[0].revents)
			return 0;
		if (signals_must_end())
			return -ECANCELED;
		/* other signals stay in the pipe for the main loop, so stop polling the pipe; a signal to
		 * end may then come in another thread, and not interrupt this poll: look every 200 ms */
		if (fds[1].revents) {
			fds[1].fd = -1;
			timeout = 200;
		}
	}
}

int output_write_to(int fd, const void *bytes, size_t length)
{
	const uint8_t *at = bytes;

	while (length > 0) {
		int r = wait_writable(fd);
		ssize_t n;

		if (r < 0)
			return r;
		n = write(fd, at, MIN(length, PIECE));
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return -errno;
		if (n > 0) {
			at += n;
			length -= (size_t)n;
		}
	}
	return 0;
}

bool output_write(const char *text, size_t length)
{
	int r = output_write_to(STDOUT_FILENO, text, length);

	if (r < 0 && r != -EPIPE && r != -ECANCELED) {
		if (!failed)
			fail_line("standard output: %s", g_strerror(-r));
		failed = true;
	}
	return r == 0;
}

bool output_puts(const char *text)
{
	return output_write(text, strlen(text));
}

bool output_event(const char *text, size_t length)
{
	return output_write(text, length) || failed;
}

bool output_failed(void)
{
	return failed;
}
