/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "memory.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

void limit_quarantine(void)
{
	const char *options = g_getenv("ASAN_OPTIONS");
	g_autofree char *more =
		g_strconcat(options ? options : "", options ? ":" : "", "quarantine_size_mb=1", NULL);

	g_setenv("ASAN_OPTIONS", more, TRUE);
}

unsigned long daemon_rss_kib(World *world)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/statm", (int)world_daemon_pid(world)), *text = NULL;
	unsigned long pages = 0;

	ck_assert(g_file_get_contents(path, &text, NULL, NULL));
	ck_assert_int_eq(sscanf(text, "%*u %lu", &pages), 1);
	return pages * (unsigned long)sysconf(_SC_PAGESIZE) / 1024;
}

unsigned int daemon_fds(World *world)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/fd", (int)world_daemon_pid(world));
	GDir *dir = g_dir_open(path, 0, NULL);
	unsigned int n = 0;

	ck_assert_ptr_nonnull(dir);
	while (g_dir_read_name(dir))
		n++;
	g_dir_close(dir);
	return n;
}

bool daemon_is_emulated(void)
{
	return g_getenv("BLUEBROKERD_EMULATED") != NULL;
}

bool daemon_is_slow(void)
{
	const char *wrapper = g_getenv("BLUEBROKERD_WRAPPER");

	return daemon_is_emulated() || (wrapper && strstr(wrapper, "valgrind"));
}

void expect_growth(World *world, unsigned long before_kib, unsigned long max_kib)
{
	unsigned long now = daemon_rss_kib(world);

	if (!daemon_is_slow())
		ck_assert_msg(now <= before_kib + max_kib, "the daemon grew from %lu to %lu KiB", before_kib,
			      now);
}
