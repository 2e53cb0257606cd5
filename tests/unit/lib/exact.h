/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Input in an allocation of exactly its length, so that AddressSanitizer and valgrind notice a read past
 * its end. */
#pragma once

#include <stddef.h>

/* The copy is to be freed. */
void *exact_copy(const void *bytes, size_t length);
