/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks that the daemon's memory does not grow, nor its file descriptors. */
#pragma once

#include "world.h"

/* Call it before the daemon is started: limits the sanitizer's store of freed memory, which is no growth. */
void limit_quarantine(void);

unsigned long daemon_rss_kib(World *world);
unsigned int daemon_fds(World *world); /* how many file descriptors it has open */
bool daemon_in_valgrind(void); /* as BLUEBROKERD_WRAPPER says */

/* Checks that the RSS is at most max_kib more than before. Not under valgrind, which keeps what was freed. */
void expect_growth(World *world, unsigned long before_kib, unsigned long max_kib);
