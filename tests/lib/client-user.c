/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program on the bus under another uid. The bus asks the kernel who connected, so it is enough that the
 * connecting thread has that uid at that moment. The plain system calls change the calling thread only,
 * unlike libc's functions of the same names, and GDBus connects and authenticates in the calling thread. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <check.h>

#include "client-private.h"

#define GROUPS_MAX 64

static void become(uid_t uid, gid_t gid, const gid_t *groups, int n_groups)
{
	/* back to root first: only root may change the groups */
	if (uid == 0 && syscall(SYS_setresuid, 0, 0, 0) < 0)
		ck_abort_msg("cannot become root again: %s", strerror(errno));
	if (syscall(SYS_setgroups, n_groups, groups) < 0 || syscall(SYS_setresgid, gid, gid, 0) < 0)
		ck_abort_msg("cannot take group %u: %s", (unsigned int)gid, strerror(errno));
	if (uid != 0 && syscall(SYS_setresuid, uid, uid, 0) < 0)
		ck_abort_msg("cannot become uid %u: %s", (unsigned int)uid, strerror(errno));
}

bool client_can_be_others(void)
{
	return geteuid() == 0;
}

/* What is connected meanwhile is that user's. */
static void *connect_as(uid_t uid, void *(*connect_to)(const char *address), const char *address)
{
	gid_t groups[GROUPS_MAX], old_groups[GROUPS_MAX], gid = (gid_t)uid, old_gid = getgid();
	int n_groups = 0, n_old = getgroups(GROUPS_MAX, old_groups);
	const struct passwd *user;
	void *made;

	if (uid == geteuid())
		return connect_to(address);
	if (!client_can_be_others() || n_old < 0)
		ck_abort_msg("only root can be uid %u too", (unsigned int)uid);

	user = getpwuid(uid);
	if (user) {
		gid = user->pw_gid;
		n_groups = GROUPS_MAX;
		if (getgrouplist(user->pw_name, gid, groups, &n_groups) < 0)
			ck_abort_msg("%s is in too many groups", user->pw_name);
	}

	become(uid, gid, groups, n_groups);
	made = connect_to(address);
	become(0, old_gid, old_groups, n_old);
	return made;
}

static void *make_client(const char *address)
{
	return client_new(address);
}

Client *client_new_as(const char *address, uid_t uid)
{
	Client *client = connect_as(uid, make_client, address);

	ck_assert_uint_eq(client_get_uid(client, client_name(client)), uid);
	return client;
}

static void *make_socket(const char *address)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert(g_str_has_prefix(address, "unix:path="));
	g_strlcpy(at.sun_path, address + strlen("unix:path="), sizeof(at.sun_path));
	ck_assert_int_ge(fd, 0);
	if (connect(fd, (const struct sockaddr *)&at, sizeof(at)) < 0)
		ck_abort_msg("%s: %s", at.sun_path, strerror(errno));
	return GINT_TO_POINTER(fd);
}

int client_socket_as(const char *address, uid_t uid)
{
	return GPOINTER_TO_INT(connect_as(uid, make_socket, address));
}
