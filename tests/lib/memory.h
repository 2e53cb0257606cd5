/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's memory, which is not to grow. */
#pragma once

#include "world.h"

/* First of all: a sanitizer's store of freed memory is no growth. */
void limit_quarantine(void);

unsigned long daemon_rss_kib(World *world);

/* It is no more than so much larger. Not looked at under valgrind, which keeps what was freed. */
void expect_growth(World *world, unsigned long before_kib, unsigned long max_kib);
