/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run.h"

#include <stdlib.h>

int run_tests(const char *name, const TTest *const *tests, void (*set_up)(void), void (*tear_down)(void),
	      double timeout_s)
{
	Suite *suite = suite_create(name);
	TCase *tcase = tcase_create(name);
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, getenv("BLUEBROKERD_WRAPPER") ? timeout_s * 6 : timeout_s);
	for (; *tests; tests++)
		tcase_add_test(tcase, *tests);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
