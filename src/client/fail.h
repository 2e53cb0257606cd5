/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a program says that something did not work: one line on standard error. */
#pragma once

#include <glib.h>

#include "client/exit.h"
#include "util/macros.h"

/* Sets the name with which each line begins. The string is not copied. */
void fail_set_program(const char *name);

/* Prints the program's name and the line. Text from others in the line is made safe for a terminal. */
void fail_line(const char *format, ...) PRINTF_LIKE(1, 2);

/* For lists that are empty: says so to people, that is, where standard output is a terminal. Returns
 * EXIT_NOTHING. */
ExitCode fail_nothing(const char *what);

/* Prints that the daemon or the bus, which what names, is there no more. Returns EXIT_NO_DAEMON. */
ExitCode fail_gone(const char *what);

/* Prints what a failed bus call means and what to do about it. doing: what was tried ("starting the
 * scan"). Returns the exit code for that error. */
ExitCode fail_call(const GError *error, const char *doing);
