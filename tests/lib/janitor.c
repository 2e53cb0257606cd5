/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cleans up after a test, however it ends. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <check.h>

#include "janitor.h"

/* The short sleep is for what the test had started: it dies with the test, but may still be writing. */
static const char script[] =
	"read -r word\n"
	"if [ \"$word\" != good ]; then\n"
	"	sleep 0.2\n"
	"	for log in \"$1\"/*.log; do\n"
	"		[ -s \"$log\" ] || continue\n"
	"		echo \"---- ${log##*/}:\"; cat \"$log\"; echo ----\n"
	"	done >&2\n"
	"fi\n"
	"rm -rf \"$1\"\n";

void janitor_start(Janitor *janitor, const char *dir)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		ck_abort_msg("pipe: %s", strerror(errno));
	janitor->pid = fork();
	if (janitor->pid == 0) {
		/* leave the test's process group, which check kills */
		(void)setsid();
		(void)dup2(ends[0], STDIN_FILENO);
		(void)execl("/bin/sh", "sh", "-c", script, "sh", dir, (char *)NULL);
		_exit(127);
	}
	close(ends[0]);
	janitor->fd = ends[1];
	if (janitor->pid < 0)
		ck_abort_msg("fork: %s", strerror(errno));
}

void janitor_finish(Janitor *janitor, bool good)
{
	if (good)
		ck_assert_int_eq(write(janitor->fd, "good\n", 5), 5);
	close(janitor->fd);
	(void)waitpid(janitor->pid, NULL, 0);
}
