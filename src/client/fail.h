/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a program says that something did not work: one line on standard error. */
#pragma once

#include <glib.h>

#include "client/exit.h"
#include "util/macros.h"

/* What each line begins with. The name must stay. */
void fail_set_program(const char *name);

/* The program's name and the line, which may hold what others wrote: it is made fit for a terminal. */
void fail_line(const char *format, ...) PRINTF_LIKE(1, 2);

/* Says what a failed bus call means and what to do about it. doing: what was tried ("StartScan"). Returns the
 * exit code that goes with it. */
ExitCode fail_call(const GError *error, const char *doing);
