/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a process has used so far. */
#include "usage.h"

#include <string.h>
#include <time.h>

#include <glib.h>

/* Its CPU clock, for /proc tells in steps of a tick only. */
bool usage_read_cpu(pid_t pid, double *ret)
{
	struct timespec used;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) < 0)
		return false;
	*ret = (double)used.tv_sec + (double)used.tv_nsec / 1e9;
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

	if (!usage_read_cpu(pid, &usage.cpu) || !g_file_get_contents(path, &text, NULL, NULL) ||
	    !read_kib(text, "\nRss:", &usage.rss) ||
	    !read_kib(text, "\nPrivate_Dirty:", &usage.private_dirty))
		return false;
	*ret = usage;
	return true;
}
