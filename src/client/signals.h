/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signals, as what the main loop can read. */
#pragma once

#include <stdbool.h>

/* From now on SIGINT, SIGTERM and SIGHUP, and with a live table also SIGWINCH and SIGTSTP, wait to be read
 * from the descriptor that is returned. */
int signals_open(bool live);

/* The next signal, or 0. */
int signals_read(void);

int signals_fd(void);		/* that descriptor; -1: not yet */
bool signals_must_end(void);	/* one of the first three has come */
