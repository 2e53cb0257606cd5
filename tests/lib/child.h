/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program that a test has started. It dies with the test, however that ends. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

typedef struct Child {
	pid_t pid; /* 0: not running */
	int status; /* as of waitpid; valid once it has ended */
} Child;

/* environment: NAME=VALUE words that are added, NULL-terminated or NULL. What the program prints is
 * appended to the file log. */
void child_start(Child *child, const char *const *argv, const char *const *environment,
		 const char *log);
bool child_is_running(Child *child);
/* Sends the signal (0: none), and waits for the end. False: it did not end in time, and was killed. */
bool child_end(Child *child, int signal, unsigned int timeout_ms);
/* How a child has ended: "exit status 1", "signal 11 (Segmentation fault)"; to be freed. */
char *child_describe_end(const Child *child);
