/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The socket on which tests say what happens in the air: lines in, lines out, several clients. */

#include <poll.h>

#include "radio-commands.h"

#define CONTROL_CLIENTS_MAX 32

typedef struct Control Control;

/* Listens at path, in the place of what a former run left there. Negative errno on failure. */
int control_new(Control **ret, const char *path);
/* Closes all and removes the socket; returns NULL. */
Control *control_free(Control *control);

/* Writes what to wait for to fds, at most 1 + CONTROL_CLIENTS_MAX, and returns how many. */
size_t control_poll(const Control *control, struct pollfd *fds);
/* Serves what poll() found in those same fds. Returns false when the program shall end. */
bool control_dispatch(Control *control, Air *air, uint64_t now, const struct pollfd *fds,
		      size_t n_fds);

/* The other side: sends one line to path and prints the reply to stdout. 0: it was ok; 1: it was an
 * error; negative errno: nobody answers. */
int control_ask(const char *path, const char *line);
