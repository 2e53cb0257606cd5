/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each fuzz target is: one function, called by libFuzzer or by replay.c. A broken promise aborts. */
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PROMISE(condition) do {								\
		if (!(condition)) {							\
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
			abort();							\
		}									\
	} while (0)
