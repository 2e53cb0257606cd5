/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOCK_SEQPACKET pipes to programs, who read them in their own time. */
#pragma once

#include "core/charge.h"
#include "util/error.h"

/*
 * Makes a pipe, charged to the user. fds[0] is our end, which buffers that many bytes (SO_SNDBUF), and on
 * which we never wait; fds[1] is the program's, which blocks unless the program says otherwise.
 * E_LIMIT_REACHED.
 */
int pipe_open(Charge *charge, User *user, int buffer, int fds[static 2], Reason *reason);
/* Writes a datagram: -EAGAIN where there is no room now; any other errno: nobody reads there any more. */
int pipe_send(int fd, const void *bytes, size_t length);
