/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is to be done, and when. While core works on an event it tells nobody anything: what it wants of the
 * edges, what it has to say to programs, and what it settles itself it puts on the agenda, which is run when
 * the event is done. So no function of core is entered again from below itself, and no object is freed while
 * a function uses it.
 *
 * A task lies in the object that it is for. What is due at once is done in the order in which it was put on;
 * a task runs at most once a run, so that one which puts itself on again and again does not hold up others.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "util/macros.h"

#define AT_ONCE ((uint64_t)0)	/* at the end of this turn */

typedef struct Agenda Agenda;

typedef struct Task {
	/* called when the task is off the agenda; may put it on again */
	void (*run)(struct Task *task, uint64_t now);
	Agenda *agenda;
	uint64_t due;		/* USEC_NEVER: not on the agenda */
	uint64_t ran;		/* the run in which it ran last */
	GQueue *line;		/* where it stands, due or next; NULL: it is not due at once */
	GList place;		/* in line */
	guint timer;		/* its place in timers, from 1; 0: not there */
} Task;

struct Agenda {
	GQueue due;		/* Task, due at once */
	GQueue next;		/* likewise, in the next run: they have run in this one */
	GPtrArray *timers;	/* Task, a heap by time */
	uint64_t runs;		/* how often it was run, this one included */
	bool running;
};

void agenda_init(Agenda *agenda);
void agenda_deinit(Agenda *agenda);	/* it must be empty */

/* Runs the tasks that are due at now (CLOCK_BOOTTIME, microseconds), and those that they put on AT_ONCE. */
void agenda_run(Agenda *agenda, uint64_t now);
/* When it is to be run next: AT_ONCE, a time, or USEC_NEVER. */
uint64_t agenda_next(const Agenda *agenda);

void task_init(Task *task, Agenda *agenda, void (*run)(Task *task, uint64_t now));
/* Sets when the task runs: AT_ONCE, at a time, or USEC_NEVER (not at all). */
void task_at(Task *task, uint64_t when);
/* Has the task run at when, unless it is due earlier. */
void task_by(Task *task, uint64_t when);
void task_cancel(Task *task);		/* no harm if it is not on the agenda, or all zeros */
bool task_is_due(const Task *task);	/* whether it is due at once */
