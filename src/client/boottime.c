/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CLOCK_BOOTTIME, and the wall clock beside it. */
#include "client/boottime.h"

#include <time.h>

uint64_t boottime_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * USEC_PER_SEC + (uint64_t)now.tv_nsec / 1000;
}

int64_t boottime_to_wall(void)
{
	return g_get_real_time() - (int64_t)boottime_now();
}

char *boottime_format_utc(uint64_t time, int64_t wall_offset)
{
	int64_t wall = (int64_t)time + wall_offset;
	g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(wall / (int64_t)USEC_PER_SEC);
	g_autofree char *seconds = date ? g_date_time_format(date, "%Y-%m-%dT%H:%M:%S") : g_strdup("");

	return g_strdup_printf("%s.%06uZ", seconds, (unsigned)(wall % (int64_t)USEC_PER_SEC));
}

void boottime_append_local(GString *out, uint64_t time, int64_t wall_offset)
{
	int64_t wall = (int64_t)time + wall_offset;
	time_t seconds = (time_t)(wall / (int64_t)USEC_PER_SEC);
	struct tm local;

	localtime_r(&seconds, &local);
	g_string_append_printf(out, "%02d:%02d:%02d.%03u", local.tm_hour, local.tm_min, local.tm_sec,
			       (unsigned)(wall % (int64_t)USEC_PER_SEC / 1000));
}
