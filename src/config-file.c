/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the configuration file. */
#include "config-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <string.h>

#include "util/fd.h"

#define FILE_MAX_BYTES (1024 * 1024)	/* anything longer is a device file, or a mistake */

/* -errno if the file cannot be read, -EFBIG if it is too long. */
static int read_file(const char *path, char **ret, size_t *ret_length)
{
	g_autofree char *text = g_malloc(FILE_MAX_BYTES + 1);
	CLEANUP(fd_closep) int fd = -1;
	size_t length = 0;
	ssize_t n;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while ((n = read(fd, text + length, FILE_MAX_BYTES + 1 - length)) > 0)
		length += (size_t)n;
	if (n < 0)
		return -errno;
	if (length > FILE_MAX_BYTES)
		return -EFBIG;

	*ret = g_steal_pointer(&text);
	*ret_length = length;
	return 0;
}

int config_file_load(Config *config, const char *path, Reason *reason)
{
	g_autofree char *text = NULL;
	size_t length = 0;
	int r;

	r = read_file(path, &text, &length);
	if (r < 0) {
		g_autofree char *safe_path = g_strescape(path, NULL);

		return reason_set(reason, r == -ENOENT ? E_DOES_NOT_EXIST : E_FAILED, "%.160s: %.80s",
				  safe_path, strerror(-r));
	}
	return config_parse(config, path, text, length, reason);
}
