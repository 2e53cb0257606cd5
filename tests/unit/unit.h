/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each unit test needs: a main() that runs its cases. */
#pragma once

#include <check.h>
#include <stdlib.h>

#include "util/macros.h"

/* ck_assert() for inner loops: it notes its place in a file even when all is well, which takes a microsecond. */
#define must(condition) do {								\
		if (!(condition))							\
			ck_abort_msg("not so: %s", #condition);				\
	} while (0)

static inline int unit_run(const char *name, const TTest *const tests[], size_t count)
{
	Suite *suite = suite_create(name);
	TCase *tcase = tcase_create(name);
	SRunner *runner;
	int failed;

	for (size_t i = 0; i < count; i++)
		tcase_add_test(tcase, tests[i]);
	tcase_set_timeout(tcase, 120);
	suite_add_tcase(suite, tcase);

	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#define UNIT_MAIN(name, ...)								\
	int main(void)									\
	{										\
		const TTest *const tests[] = { __VA_ARGS__ };				\
											\
		return unit_run(name, tests, ARRAY_SIZE(tests));			\
	}
