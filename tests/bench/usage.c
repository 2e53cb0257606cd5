/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a process has used so far. */
#include "usage.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

static bool read_cpu(pid_t pid, double *ret)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/stat", pid);
	unsigned long user, system;
	g_autofree char *text = NULL;
	const char *tail;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return false;

	/* utime and stime are fields 14 and 15; field 2, the name, may hold anything but ends with
	 * the last ')' */
	tail = strrchr(text, ')');
	if (!tail || sscanf(tail, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
			    &system) != 2)
		return false;
	*ret = (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
	return true;
}

static bool read_kib(const char *text, const char *key, uint64_t *ret)
{
	const char *line = strstr(text, key);

	if (!line)
		return false;
	*ret = g_ascii_strtoull(line + strlen(key), NULL, 10);
	return true;
}

bool usage_read(pid_t pid, Usage *ret)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/smaps_rollup", pid);
	g_autofree char *text = NULL;
	Usage usage;

	if (!read_cpu(pid, &usage.cpu) || !g_file_get_contents(path, &text, NULL, NULL) ||
	    !read_kib(text, "\nRss:", &usage.rss) ||
	    !read_kib(text, "\nPrivate_Dirty:", &usage.private_dirty))
		return false;
	*ret = usage;
	return true;
}
