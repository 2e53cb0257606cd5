/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A descriptor that is closed where its variable ends: CLEANUP(fd_closep) int fd = open(…). */
#pragma once

#include <unistd.h>

#include "util/macros.h"

static inline void fd_closep(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* Takes the descriptor out of the variable: the caller, or whoever gets it, closes it. */
static inline int fd_steal(int *fd)
{
	int stolen = *fd;

	*fd = -1;
	return stolen;
}
