/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOCK_SEQPACKET pipes to programs. */
#include "bus/pipe.h"

#include <errno.h>
#include <sys/socket.h>

int pipe_open(Charge *charge, User *user, int buffer, int fds[static 2], Reason *reason)
{
	int r;

	if (charge_init(charge, user, QUOTA_STREAMS, 1) < 0)
		return reason_set(reason, E_LIMIT_REACHED, "uid %u has %llu streams open (StreamsPerUser)",
				  user_uid(user), (unsigned long long)user_limit(user, QUOTA_STREAMS));
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0) {
		r = -errno;
		charge_end(charge);
		return r;
	}
	(void)setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &buffer, sizeof(buffer));
	return 0;
}

int pipe_send(int fd, const void *bytes, size_t length)
{
	if (send(fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return 0;
	/* a program that has shut its end down for reading has hung up, but poll(2) does not tell us: EPIPE
	 * does */
	return errno == EAGAIN || errno == EINTR ? -EAGAIN : -errno;
}
