/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shell commands that serve --exec runs: a few at a time, none is waited for. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "util/macros.h"

#define HANDLERS_MAX 16			/* at the same time */
#define HANDLERS_WAITING_MAX 1024	/* that wait for their turn */
#define HANDLER_OUTPUT_MAX 65535	/* bytes on standard output */

typedef struct Handlers Handlers;

/* How a command ended: status: its exit status, 128 + N for signal N, -1 if it could not be run or printed
 * too much (that is said). output: what it printed, with a NUL behind it. */
typedef void (*HandlerDone)(void *userdata, int status, const char *output, size_t length);

Handlers *handlers_new(const char *command);
/* Ends those that run, and forgets those that wait; done is not called any more, and the main loop not run
 * again. */
void handlers_free(Handlers *handlers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Handlers, handlers_free)

/*
 * Runs it with variables ("NAME=value", NULL-terminated) in its environment. now: at once, or not at all:
 * false if there are too many. Otherwise when its turn comes; false if too many wait. userdata: freed with
 * g_free(), in any case.
 */
bool handlers_run(Handlers *handlers, const char *const *variables, bool now, HandlerDone done,
		  void *userdata);
