/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cleans up after a test, however it ends: in a process of its own, because check ends a failed test
 * without letting it run anything more. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

typedef struct Janitor {
	pid_t pid;
	int fd; /* open as long as the test goes on */
} Janitor;

/* Starts the process that removes dir when the test has ended. Unless the test was good, it first prints
 * the *.log files in dir. */
void janitor_start(Janitor *janitor, const char *dir);
/* Tells that the test is over, and waits until dir is gone. */
void janitor_finish(Janitor *janitor, bool good);
