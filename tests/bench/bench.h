/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the benchmarks share. They run as cases of check, for that is what the test library reports
 * failures to. */
#pragma once

#include <sys/types.h>

#include <check.h>
#include <glib.h>

#include "world.h"

/* The process that owns the name on the world's bus. */
pid_t bench_find_pid(World *world, const char *name);
/* CPU seconds it has used so far. */
double bench_get_cpu(pid_t pid);

/* Of an array of double, which it sorts; 0 if there is none. */
double bench_percentile(GArray *values, unsigned int percent);

/* Returns the exit status. */
int bench_run(const char *name, const TTest *test);

/* --seconds N, --json, --help. -1: measure; else it has said what was asked for, or what was wrong, and this is the exit
 * status. */
int bench_arguments(int argc, char *argv[], const char *help, unsigned int *seconds, bool *as_json);
