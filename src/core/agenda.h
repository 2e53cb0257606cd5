/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is to be done, and when. While core works on an event it tells nobody anything: what it wants of the
 * edges, what it has to say to programs, and what it settles itself it puts on the agenda, which is run when
 * the event is done. So no function of core is entered again from below itself, and nothing disappears under
 * who is looking at it.
 *
 * A task lies in the object that it is for. What is due at once is done in the order in which it was put on;
 * a task runs at most once a run, so that what goes on and on lets others have their turn.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "util/macros.h"

#define AT_ONCE ((uint64_t)0)	/* at the end of this turn */

typedef struct Agenda Agenda;

typedef struct Task {
	/* off the agenda by then; it may put itself on again */
	void (*run)(struct Task *task, uint64_t now);
	Agenda *agenda;
	uint64_t due;		/* USEC_NEVER: not on the agenda */
	uint64_t ran;		/* the run in which it ran last */
	GQueue *line;		/* of what is due at once; NULL: it has a later time, or none */
	GList place;		/* in that line */
	guint timer;		/* its place among those with a time, from 1; 0: none */
} Task;

struct Agenda {
	GQueue due;		/* Task, due at once */
	GQueue next;		/* likewise, but they had their turn in this run */
	GPtrArray *timers;	/* Task, a heap by time */
	uint64_t runs;		/* how often it was run, this one included */
	bool running;
};

void agenda_init(Agenda *agenda);
void agenda_deinit(Agenda *agenda);	/* it is empty */

/* Does what is due at now (CLOCK_BOOTTIME, microseconds), and what that puts on to be done at once. */
void agenda_run(Agenda *agenda, uint64_t now);
/* When it is to be run next: AT_ONCE, a time, or USEC_NEVER. */
uint64_t agenda_next(const Agenda *agenda);

void task_init(Task *task, Agenda *agenda, void (*run)(Task *task, uint64_t now));
/* When it is to run from now on: AT_ONCE, a time, or USEC_NEVER. */
void task_at(Task *task, uint64_t when);
/* Not later than when. */
void task_by(Task *task, uint64_t when);
void task_cancel(Task *task);		/* no harm if it is not on the agenda, or was never made */
bool task_is_due(const Task *task);	/* at once */
