/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluebrokerd-keys.socket, without systemd. */
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <check.h>

#include "keys-server.h"

static void serve(int listener, const char *program, const char *store)
{
	int fd;

	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		if (fork() == 0) {
			dup2(fd, STDOUT_FILENO);
			execl(program, program, store, NULL);
			_exit(127);
		}
		close(fd);
		(void)wait(NULL);
	}
}

pid_t keys_server_start(const char *path, const char *program, const char *store)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t pid;

	ck_assert_uint_lt(strlen(path), sizeof(address.sun_path));
	strcpy(address.sun_path, path);
	(void)unlink(path);
	ck_assert_int_eq(bind(listener, (const struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(chmod(path, 0666), 0);	/* the daemon is another user in the guest */
	ck_assert_int_eq(listen(listener, 8), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		serve(listener, program, store);
		_exit(1);
	}
	close(listener);
	return pid;
}

void keys_server_stop(pid_t pid, const char *path)
{
	if (pid <= 0)
		return;
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
	(void)unlink(path);
}
