/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading small files. */
#include "util/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "util/fd.h"

static void freep(char **text)
{
	free(*text);
}

int file_read(const char *path, size_t max, char **ret, size_t *ret_length)
{
	CLEANUP(freep) char *text = malloc(max + 1);
	CLEANUP(fd_closep) int fd = -1;
	size_t length = 0;
	ssize_t n;

	if (!text)
		return -ENOMEM;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while ((n = read(fd, text + length, max + 1 - length)) > 0)
		length += (size_t)n;
	if (n < 0)
		return -errno;
	if (length > max)
		return -EFBIG;

	text[length] = '\0';
	*ret = text;
	*ret_length = length;
	text = NULL;
	return 0;
}
