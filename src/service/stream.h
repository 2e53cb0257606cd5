/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RemoteCharacteristic1.AcquireNotify and AcquireWrite: SOCK_SEQPACKET pipes, a value a datagram, one for
 * each session; the daemon fans out. A reader that is slow loses its own values (counted in the log at the
 * end), nobody else's.
 */
#pragma once

#include "service/call.h"

int stream_acquire_notify(Call *call, void *attr, Reason *reason);
int stream_acquire_write(Call *call, void *attr, Reason *reason);

/* A SOCK_SEQPACKET pipe, charged to that user: ours is fds[0], which buffers as many bytes (SO_SNDBUF), the
 * program's is fds[1], on which it waits unless it says otherwise; we never do (MSG_DONTWAIT).
 * E_LIMIT_REACHED. */
int stream_pair(Charge *charge, User *user, int buffer, int fds[static 2], Reason *reason);
/* Writes a datagram: -EAGAIN where there is no room now; any other errno: nobody reads there any more. */
int stream_send(int fd, const void *bytes, size_t length);
