/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small files, read whole. */
#pragma once

#include <stddef.h>

/* Reads a file of at most max bytes. *ret: with a NUL behind; free it with free() or
 * g_free(). -errno; -EFBIG: it is longer. */
int file_read(const char *path, size_t max, char **ret, size_t *ret_length);
