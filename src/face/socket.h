/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The socket that programs connect to: systemd's, or one of our own. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/*
 * A socket that listens: the one that systemd has opened, else one made at the absolute path with the mode, for the
 * daemon's group. made: whether it was made here, and is to be taken away at the end. -ENOENT: systemd has none, and the
 * path is empty; -EADDRINUSE: another daemon listens there; or another negative errno.
 */
int socket_open(const char *path, mode_t mode, bool *made);
