/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each unit test needs: a main() that runs its cases. */
#pragma once

#include <check.h>

#include "../../lib/run.h"
#include "util/macros.h"

/* For inner loops, instead of ck_assert(), which takes a microsecond to note its place in a file even if
 * all is well. */
#define must(condition) do {								\
		if (!(condition))							\
			ck_abort_msg("not so: %s", #condition);				\
	} while (0)

#define UNIT_MAIN(name, ...)								\
	int main(void)									\
	{										\
		const TTest *const tests[] = { __VA_ARGS__, NULL };			\
											\
		return run_tests(name, tests, NULL, NULL, 120);				\
	}
