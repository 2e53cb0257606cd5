/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running a program's tests. */
#pragma once

#include <check.h>

/* Runs the NULL-terminated tests, each in a process of its own between set_up and tear_down (NULL:
 * nothing), each within timeout_s, or six times that under valgrind. Returns main's result. */
int run_tests(const char *name, const TTest *const *tests, void (*set_up)(void), void (*tear_down)(void),
	      double timeout_s);
