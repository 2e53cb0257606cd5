/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sockets that programs connect to: one for all radios, and beside it one for each, on which there is no
 * other. */
#pragma once

#include "face/programs.h"

#define LISTENER_ALL (-1)	/* for all radios */

/* Listens at a socket that is open, which is taken over, also on failure. path: of one that we made, and is
 * to be taken away at the end; or NULL. Negative errno. */
int listener_new(Programs *programs, int fd, const char *path, int only);
void listener_free(Listener *listener);

/* hciN is there; it has been unplugged. */
void listeners_add_radio(Programs *programs, unsigned index);
void listeners_remove_radio(Programs *programs, unsigned index);
