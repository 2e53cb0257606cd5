/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cleans up after a test, however it ends: a process of its own, for check ends a failed test
 * without any last words. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

typedef struct Janitor {
	pid_t pid;
	int fd; /* open as long as the test goes on */
} Janitor;

/* When the test has ended, dir goes away; first, unless the test was good, what is in its *.log
 * files is printed. */
void janitor_start(Janitor *janitor, const char *dir);
/* The test is over: waits until dir is gone. */
void janitor_finish(Janitor *janitor, bool good);
