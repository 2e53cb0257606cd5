/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program that a test has started. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <check.h>
#include <glib.h>

#include "child.h"

/* May call only what is safe between fork and exec, because GDBus has threads running. */
static void G_GNUC_NORETURN child_exec(const char *const *argv, char **environment, int log,
				       pid_t parent)
{
	int null = open("/dev/null", O_RDONLY);

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		_exit(127);
	(void)dup2(null, STDIN_FILENO);
	(void)dup2(log, STDOUT_FILENO);
	(void)dup2(log, STDERR_FILENO);
	(void)signal(SIGPIPE, SIG_DFL);
	execve(argv[0], (char *const *)argv, environment);
	dprintf(STDERR_FILENO, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

void child_start(Child *child, const char *const *argv, const char *const *environment,
		 const char *log)
{
	g_auto(GStrv) full = g_get_environ();
	g_autofree char *program = g_find_program_in_path(argv[0]);
	g_autofree const char **words = NULL;
	pid_t parent = getpid();
	int fd;

	if (!program)
		ck_abort_msg("cannot run %s: not found", argv[0]);
	for (; environment && *environment; environment++) {
		g_auto(GStrv) pair = g_strsplit(*environment, "=", 2);

		full = g_environ_setenv(full, pair[0], pair[1], TRUE);
	}
	words = g_memdup2(argv, (g_strv_length((char **)argv) + 1) * sizeof(*argv));
	words[0] = program;

	fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (fd < 0)
		ck_abort_msg("%s: %s", log, strerror(errno));
	child->pid = fork();
	if (child->pid == 0)
		child_exec(words, full, fd, parent);
	close(fd);
	if (child->pid < 0)
		ck_abort_msg("fork: %s", strerror(errno));
}

bool child_is_running(Child *child)
{
	pid_t r;

	if (child->pid == 0)
		return false;
	r = waitpid(child->pid, &child->status, WNOHANG);
	if (r == 0)
		return true;
	child->pid = 0;
	return false;
}

bool child_end(Child *child, int signal, unsigned int timeout_ms)
{
	int64_t deadline = g_get_monotonic_time() + (int64_t)timeout_ms * 1000;

	if (child->pid == 0)
		return true;
	if (signal != 0)
		(void)kill(child->pid, signal);
	while (child_is_running(child)) {
		if (g_get_monotonic_time() > deadline) {
			(void)kill(child->pid, SIGKILL);
			(void)waitpid(child->pid, &child->status, 0);
			child->pid = 0;
			return false;
		}
		g_usleep(2000);
	}
	return true;
}

char *child_describe_end(const Child *child)
{
	if (WIFSIGNALED(child->status))
		return g_strdup_printf("signal %d (%s)", WTERMSIG(child->status),
				       strsignal(WTERMSIG(child->status)));
	return g_strdup_printf("exit status %d", WEXITSTATUS(child->status));
}
