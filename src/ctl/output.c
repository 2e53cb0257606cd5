/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signals as bytes in a pipe, and interruptible writing. */
#include "ctl/output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "ctl/fail.h"

#define PIECE 4096	/* PIPE_BUF: what a pipe that polls writable takes without blocking */

static int read_end = -1;
static int write_end = -1;
static volatile sig_atomic_t must_end;
static bool failed;

static void on_signal(int number)
{
	unsigned char byte = (unsigned char)number;
	int saved = errno;

	if (number == SIGINT || number == SIGTERM || number == SIGHUP)
		must_end = 1;
	if (write(write_end, &byte, 1) < 0) {
		/* full: enough of them wait to be read */
	}
	errno = saved;
}

int signals_open(bool live)
{
	static const int always[] = { SIGINT, SIGTERM, SIGHUP };
	static const int when_live[] = { SIGWINCH, SIGTSTP };
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	int ends[2];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		g_error("pipe2: %s", g_strerror(errno));
	read_end = ends[0];
	write_end = ends[1];
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < ARRAY_SIZE(always); i++)
		sigaction(always[i], &action, NULL);
	for (size_t i = 0; live && i < ARRAY_SIZE(when_live); i++)
		sigaction(when_live[i], &action, NULL);
	return read_end;
}

int signals_read(void)
{
	unsigned char byte;

	return read(read_end, &byte, 1) == 1 ? byte : 0;
}

/* Waits until the descriptor takes something. */
static int wait_writable(int fd)
{
	struct pollfd fds[] = {
		{ .fd = fd, .events = POLLOUT },
		{ .fd = read_end, .events = POLLIN },
	};
	int timeout = -1;

	for (;;) {
		if (poll(fds, ARRAY_SIZE(fds), must_end ? 0 : timeout) < 0 && errno != EINTR)
			return -errno;
		if (fds[0].revents & POLLNVAL)
			return -EBADF;
		if (fds[0].revents & POLLERR)
			return -EPIPE;
		if (fds[0].revents)
			return 0;
		if (must_end)
			return -ECANCELED;
		/* a signal that does not end us is the main loop's; another thread may take the next one, so look */
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
