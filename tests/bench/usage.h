/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a process has used so far. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct Usage {
	double cpu;   /* seconds, user and system, of all threads */
	uint64_t rss; /* KiB */
	uint64_t private_dirty; /* KiB: what would be free if it ended */
} Usage;

/* False: there is no such process, or it is not ours to look at. */
bool usage_read(pid_t pid, Usage *ret);
bool usage_read_cpu(pid_t pid, double *ret);
