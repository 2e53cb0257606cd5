/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program that a test has started as some user, and what it says. */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "child.h"
#include "world.h"

typedef struct Program {
	Child child;
	char *log; /* the file that it writes to */
	/* of scan-program, as of program_read: */
	char *session; /* its path */
	GPtrArray *reports;
	guint64 dropped;
	bool complete; /* it said at its end what was dropped */
} Program;

/* By as-user; a program of tests/vm is found by its name. */
Program *program_start(const World *world, const char *user, const char *const *argv);
/* scan-program, which the environment's SCAN_PROGRAM is. */
Program *program_start_scanner(const World *world, const char *user, const char *delivery,
			       const char *key, const char *value);
Program *program_free(Program *program);

/* Reads all that it has said so far. The running test fails if a report is missing between the
 * others. */
void program_read(Program *program);
/* SIGTERM; it has to end well. */
void program_end(Program *program, unsigned int patience_ms);

/* Predicates of a Program. */
bool program_hears(void *data); /* a report or more; reads */
bool program_has_ended(void *data);

/* From the first to the last report that it got, the program has each that its filter lets through,
 * in order, of all: what a session without a filter got at the same time. */
void program_check_reports(const Program *program, const GPtrArray *all,
			   bool (*passes)(const char *address));
