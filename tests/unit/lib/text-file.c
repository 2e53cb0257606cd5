/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text-file.h"

#include <glib.h>
#include <unistd.h>

#include "unit.h"

char *text_file_make(const char *text)
{
	char *path = NULL;
	int fd = g_file_open_tmp("unit-XXXXXX", &path, NULL);

	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert(g_file_set_contents(path, text, -1, NULL));
	return path;
}

void text_file_remove(char *path)
{
	unlink(path);
	g_free(path);
}
