/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What keeps a program in its main loop: until a signal, the end of its time, a reader that went, or
 * until_end(). */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "client/exit.h"

typedef struct Until {
	GMainLoop *loop;	/* while it runs, else NULL */
	ExitCode exit;
	bool ended;
} Until;

/*
 * Sets what ends it, done: a signal that ends programs, which from here on waits for until_run(); with
 * output, that the reader of standard output goes; and the end of that time (milliseconds; 0: none).
 */
void until_watch(Until *until, bool output, unsigned timeout_ms);
void until_end(Until *until, ExitCode code);	/* the first end counts */

/* Runs the main loop until the end, and returns its exit code. Call it once at most. */
ExitCode until_run(Until *until);
