/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shell commands that serve --exec runs: several at a time, asynchronously. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "util/macros.h"

#define HANDLERS_MAX 16			/* at the same time */
#define HANDLERS_WAITING_MAX 1024	/* waiting for their turn */
#define HANDLER_OUTPUT_MAX 65535	/* bytes on standard output */

typedef struct Handlers Handlers;

/* Called when a command has ended. status: its exit status, 128 + N for signal N, or -1 if it could not be
 * run or printed too much (which has been reported). output: what it printed, with a NUL behind it. */
typedef void (*HandlerDone)(void *userdata, int status, const char *output, size_t length);

Handlers *handlers_new(const char *command);
/* Ends the commands that run, and drops those that wait, without calling done. The main loop must not run
 * again. */
void handlers_free(Handlers *handlers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Handlers, handlers_free)

/*
 * Runs the command with variables ("NAME=value", NULL-terminated) added to its environment. now: at once, or
 * not at all, false if too many run or wait. Otherwise when its turn comes, false if too many wait. userdata
 * is freed with g_free() in any case.
 */
bool handlers_run(Handlers *handlers, const char *const *variables, bool now, HandlerDone done,
		  void *userdata);
