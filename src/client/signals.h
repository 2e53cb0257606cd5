/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signals, readable from a descriptor in the main loop. */
#pragma once

#include <stdbool.h>

/* From now on SIGINT, SIGTERM and SIGHUP, and if live also SIGWINCH and SIGTSTP, are kept in a pipe, whose
 * reading end is returned. */
int signals_open(bool live);

/* The number of the next signal, or 0: there is none. */
int signals_read(void);

int signals_fd(void);		/* that descriptor; -1: not open yet */
bool signals_must_end(void);	/* SIGINT, SIGTERM or SIGHUP has come */
