/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing to pipes without getting stuck: SIGTERM ends a write to a reader that does not read, and a
 * reader that is gone is no error to print. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "util/macros.h"

/* Writes all of text to standard output. False: the reader is gone, a signal to end came, or writing
 * failed; a failure is printed, once. */
bool output_write(const char *text, size_t length);
bool output_puts(const char *text);
/* The same for programs that go on where standard output fails: true after a failure, too. */
bool output_event(const char *text, size_t length);

/* Whether writing to standard output failed, which the exit status has to tell, too. */
bool output_failed(void);

/* Writes all bytes to fd. 0; -EPIPE: the reader is gone; -ECANCELED: a signal to end came while fd took
 * nothing; or another negative errno. */
int output_write_to(int fd, const void *bytes, size_t length);
