/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks a bluebroker-radio that runs. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "radio-ask.h"

static int address_set(struct sockaddr_un *ret, const char *path)
{
	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(ret->sun_path))
		return -ENAMETOOLONG;
	strcpy(ret->sun_path, path);
	return 0;
}

int control_ask(const char *path, const char *line)
{
	struct sockaddr_un address;
	FILE *stream = NULL;
	char *reply = NULL;
	size_t size = 0;
	int fd, r;

	r = address_set(&address, path);
	if (r < 0)
		return r;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    dprintf(fd, "%s\n", line) < 0 || !(stream = fdopen(fd, "r")) ||
	    getline(&reply, &size, stream) < 0) {
		r = errno ? -errno : -ECONNRESET;
	} else {
		fputs(reply, stdout);
		r = strncmp(reply, "ok", 2) != 0;
	}
	if (stream)
		fclose(stream);
	else if (fd >= 0)
		close(fd);
	free(reply);
	return r;
}
