/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Work for a call whose cost grows with a table. It is done in slices of a fraction of a millisecond, when
 * nothing else is to be done, or a millisecond has passed: reports and other calls go before it. The users
 * take turns; each has one job under way, and its others stand in line, its connections taking turns, counted
 * as calls that wait.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "util/error.h"
#include "util/macros.h"

typedef struct Call Call;
typedef struct Service Service;
typedef struct JobLine JobLine;

/* As a method's run: CALL_DEFERRED: there is more to do. */
typedef int (*JobSlice)(Call *call, Reason *reason);

/* Part of a Call. */
typedef struct Job {
	JobLine *line;		/* NULL: not in line */
	unsigned round;		/* so many of the same connection stood in line before it */
	JobSlice slice;
	void *work;
	GDestroyNotify free;	/* of work */
} Job;

/* Does the work, which is the call's from now on: at once where a slice is enough (brief). E_LIMIT_REACHED,
 * and what slice says. */
int job_start(Call *call, JobSlice slice, void *work, GDestroyNotify free, bool brief, Reason *reason);
void job_cancel(Call *call);	/* frees the work; no harm if there is none */

/* For service.c: when no call is left. */
void jobs_end(Service *service);
