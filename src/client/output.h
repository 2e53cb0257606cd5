/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing to pipes without hanging on them: a reader that does not read must not keep us from hearing
 * SIGTERM, and one that is gone ends us quietly. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "util/macros.h"

/* Writes all of text to standard output. False: the reader is gone, a signal to end came meanwhile, or
 * something is wrong, which is said, once. */
bool output_write(const char *text, size_t length);
bool output_puts(const char *text);
/* The same for who has more to do than to write, and goes on where something is wrong: then true. */
bool output_event(const char *text, size_t length);

/* Something was wrong, and said: the exit status is to tell it, too. */
bool output_failed(void);

/* The same to a descriptor: 0; -EPIPE: the reader is gone; -ECANCELED: a signal to end came while it took
 * nothing; another negative errno. */
int output_write_to(int fd, const void *bytes, size_t length);
