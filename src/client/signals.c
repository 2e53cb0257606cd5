/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signals as bytes in a pipe. */
#include "client/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <signal.h>
#include <unistd.h>

#include "util/macros.h"

static int read_end = -1;
static int write_end = -1;
static volatile sig_atomic_t must_end;

static void on_signal(int number)
{
	unsigned char byte = (unsigned char)number;
	int saved = errno;

	if (number == SIGINT || number == SIGTERM || number == SIGHUP)
		must_end = 1;
	if (write(write_end, &byte, 1) < 0) {
		/* the pipe is full: there is enough to read */
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

int signals_fd(void)
{
	return read_end;
}

bool signals_must_end(void)
{
	return must_end;
}
