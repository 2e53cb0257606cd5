/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks that the daemon's memory does not grow, nor its file descriptors. */
#pragma once

#include "world.h"

/* Call it before the daemon is started: limits the sanitizer's store of freed memory, which is no growth. */
void limit_quarantine(void);

unsigned long daemon_rss_kib(World *world);
unsigned int daemon_fds(World *world); /* how many file descriptors it has open */

/* Whether it is a program for another machine, run by qemu, as BLUEBROKERD_EMULATED says. */
bool daemon_is_emulated(void);
/* So, or in valgrind, as BLUEBROKERD_WRAPPER says. Its memory is mostly theirs then. */
bool daemon_is_slow(void);

/* Checks that the RSS is at most max_kib more than before. Not where it is slow: valgrind keeps what was freed,
 * and qemu's own memory grows with the code that it has met. */
void expect_growth(World *world, unsigned long before_kib, unsigned long max_kib);
