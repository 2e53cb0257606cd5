/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Times of the daemon: CLOCK_BOOTTIME, and how people read it. */
#pragma once

#include <glib.h>

#include "util/macros.h"

/* CLOCK_BOOTTIME now, and what to add to it for the wall clock, microseconds. */
uint64_t boottime_now(void);
int64_t boottime_to_wall(void);

/* A boottime as 2024-05-01T12:00:00.123456Z. */
char *boottime_format_utc(uint64_t time, int64_t wall_offset);

/* Appends it as 12:00:00.123, local time. */
void boottime_append_local(GString *out, uint64_t time, int64_t wall_offset);
