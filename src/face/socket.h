/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The socket that programs connect to: systemd's, or one of our own. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/*
 * A socket that listens: the one that systemd has opened, else one made at the absolute path with the mode,
 * for the daemon's group. made: whether it was made here, and is to be taken away at the end. -ENOENT: the
 * path is empty, and systemd's is closed; -EADDRINUSE: another daemon listens there; or another negative
 * errno.
 */
int socket_open(const char *path, mode_t mode, bool *made);
/* One made at the path. -EADDRINUSE, or another negative errno. */
int socket_listen(const char *path, mode_t mode);
