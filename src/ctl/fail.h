/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How bluebrokerctl says that something did not work: one line on standard error. */
#pragma once

#include <glib.h>

#include "ctl/exit.h"
#include "util/macros.h"

/* "bluebrokerctl: " and the line. */
void fail_line(const char *format, ...) PRINTF_LIKE(1, 2);

/* Says what a failed bus call means and what to do about it. doing: what was tried ("StartScan"). Returns the exit code
 * that goes with it. */
ExitCode fail_call(const GError *error, const char *doing);
