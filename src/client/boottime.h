/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's times, CLOCK_BOOTTIME, and how they are shown to people. */
#pragma once

#include <glib.h>

#include "util/macros.h"

/* CLOCK_BOOTTIME now, and the offset that makes it wall-clock time; both in microseconds. */
uint64_t boottime_now(void);
int64_t boottime_to_wall(void);

/* A boottime as 2024-05-01T12:00:00.123456Z. Free with g_free. */
char *boottime_format_utc(uint64_t time, int64_t wall_offset);

/* Appends a boottime as 12:00:00.123, local time. */
void boottime_append_local(GString *out, uint64_t time, int64_t wall_offset);
