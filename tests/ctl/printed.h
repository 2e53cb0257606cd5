/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a test's code prints: standard output and standard error go to a file meanwhile. */
#pragma once

#include <stdio.h>
#include <unistd.h>

#include "client/fail.h"
#include "unit.h"

typedef struct Printed {
	char *path;
	int output;	/* where they went before */
	int error;
} Printed;

static inline Printed printed_begin(void)
{
	Printed printed = { .output = dup(STDOUT_FILENO), .error = dup(STDERR_FILENO) };
	int fd = g_file_open_tmp("ctl-printed-XXXXXX", &printed.path, NULL);

	ck_assert_int_ge(fd, 0);
	fflush(stdout);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	close(fd);
	return printed;
}

/* All of it. g_free. */
static inline char *printed_end(Printed *printed)
{
	char *text;

	fflush(stdout);
	dup2(printed->output, STDOUT_FILENO);
	dup2(printed->error, STDERR_FILENO);
	close(printed->output);
	close(printed->error);
	ck_assert(g_file_get_contents(printed->path, &text, NULL, NULL));
	unlink(printed->path);
	g_free(printed->path);
	return text;
}

/* What is printed of an error with that text. g_free. */
static inline char *printed_failure(const char *text)
{
	Printed printed = printed_begin();

	fail_line("%s", text);
	return printed_end(&printed);
}
