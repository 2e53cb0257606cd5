/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "exact.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

void *exact_copy(const void *bytes, size_t length)
{
	void *copy = malloc(length);

	if (length > 0) {
		must(copy);
		memcpy(copy, bytes, length);
	}
	return copy;
}
