/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the daemon reports that something did not work.
 *
 * A function that can fail returns an int:
 *  - negative: an errno. Fatal to the operation; the caller forwards it and adds nothing.
 *  - 0: done.
 *  - positive: an Outcome, an answer that is part of the contract: the immediate caller handles it, or hands
 *    it to the program that asked. Where a program will read it, the function also fills a Reason with one
 *    sentence that names the argument and the remedy.
 *
 * Nobody handles the end of memory. What is ours is allocated by GLib, which ends the process there; systemd
 * starts it again. What programs and the air can make us keep is bounded, or charged to a user with a limit,
 * before it is allocated, so a limit is met long before that. An -ENOMEM is a library's, and forwarded like
 * any errno.
 *
 * Out-parameters (ret_…) are never touched on failure. error_name() is the one table from both kinds to D-Bus
 * names.
 */
#pragma once

#include "util/macros.h"

typedef enum Outcome {
	E_INVALID_ARGUMENTS = 1,
	E_NOT_READY,
	E_NO_SUCH_ADAPTER,
	E_NOT_CONNECTED,
	E_NOT_PERMITTED,
	E_ACCESS_DENIED,
	E_NOT_SUPPORTED,
	E_IN_PROGRESS,
	E_TIMED_OUT,
	E_CONNECTION_REFUSED,
	E_BUSY,
	E_LIMIT_REACHED,
	E_DOES_NOT_EXIST,
	E_ATT_ERROR,
	E_BLUEZ_UNAVAILABLE,
	E_FAILED,
	_E_MAX,
} Outcome;

/* One sentence for the program that asked. Empty until set. */
typedef struct Reason {
	char text[256];
} Reason;

/* Formats the sentence, cut at its size and made printable (log_make_printable), and returns outcome. */
int reason_set(Reason *reason, Outcome outcome, const char *format, ...) PRINTF_LIKE(3, 4);

/* Says that text is not what is allowed (such as "a number of seconds (1 to 60)"). Returns
 * E_INVALID_ARGUMENTS. */
int reason_refuse(Reason *reason, const char *text, const char *allowed);

/* The D-Bus error name of an errno (negative) or an Outcome (positive). */
const char *error_name(int error);

/* A sentence for those errors that came without a Reason. */
const char *error_text(int error);
