/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOCK_SEQPACKET pipes to programs, who read them in their own time. */
#pragma once

#include "core/charge.h"
#include "util/error.h"

/* Charged to that user: ours is fds[0], which buffers as many bytes (SO_SNDBUF), the program's is fds[1], on
 * which it waits unless it says otherwise; we never do. E_LIMIT_REACHED. */
int pipe_open(Charge *charge, User *user, int buffer, int fds[static 2], Reason *reason);
/* Writes a datagram: -EAGAIN where there is no room now; any other errno: nobody reads there any more. */
int pipe_send(int fd, const void *bytes, size_t length);
