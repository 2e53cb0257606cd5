/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The socket that programs connect to. */
#include "face/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <grp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "build-config.h"
#include "util/log.h"

/* The name that the socket's unit gives it (FileDescriptorName=). */
#define ACTIVATED_NAME "bluez"
/* Who is not accepted yet: who does not wait in connect(2) fails where there is no room. */
#define LISTEN_BACKLOG 1024

/* The one that systemd has opened for us; -ENOENT: none. */
static int take_activated(void)
{
	char **names = NULL;
	int n, fd = -ENOENT;

	n = sd_listen_fds_with_names(false, &names);
	for (int i = 0; i < n; i++)
		if (strcmp(names[i], ACTIVATED_NAME) == 0 && fd < 0)
			fd = SD_LISTEN_FDS_START + i;
	/* systemd hands it over blocking */
	if (fd >= 0)
		(void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	g_strfreev(names);
	return fd;
}

/* The group of those who may talk to the daemon on the bus, too. */
static void give_group(const char *path)
{
	const struct group *group = getgrnam(GROUP_NAME);
	struct stat status;

	/* the unit runs us in that group, and forbids chown */
	if (group && stat(path, &status) == 0 && status.st_gid == group->gr_gid)
		return;
	if (!group)
		log_warning("there is no group %s: %s is for our own group", GROUP_NAME, path);
	else if (chown(path, (uid_t)-1, group->gr_gid) < 0)
		log_warning("cannot give %s to the group %s: %s", path, GROUP_NAME, strerror(errno));
}

/* Whether a daemon listens there: then its socket is not taken away. */
static bool is_served(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool served;

	if (fd < 0)
		return false;
	served = connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0;
	(void)close(fd);
	return served;
}

int socket_listen(const char *path, mode_t mode)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, r;

	if (g_strlcpy(address.sun_path, path, sizeof(address.sun_path)) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	if (is_served(&address))
		return -EADDRINUSE;
	(void)unlink(path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	/* nobody may connect before the mode is set: it is bound with none */
	if (fchmod(fd, 0) < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		r = -errno;
		(void)close(fd);
		return r;
	}
	give_group(path);
	if (chmod(path, mode) < 0 || listen(fd, LISTEN_BACKLOG) < 0) {
		r = -errno;
		(void)close(fd);
		(void)unlink(path);
		return r;
	}
	return fd;
}

int socket_open(const char *path, mode_t mode, bool *made)
{
	int fd = take_activated();

	*made = false;
	/* off is off, whoever opened one */
	if (*path == '\0') {
		if (fd >= 0)
			(void)close(fd);
		return -ENOENT;
	}
	if (fd >= 0)
		return fd;
	fd = socket_listen(path, mode);
	*made = fd >= 0;
	return fd;
}
