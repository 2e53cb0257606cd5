/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Input in an allocation of exactly its length: AddressSanitizer and valgrind see a byte read past its
 * end. */
#pragma once

#include <stddef.h>

/* To be freed. */
void *exact_copy(const void *bytes, size_t length);
