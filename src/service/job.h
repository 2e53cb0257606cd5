/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Work for a call whose cost grows with a table. It is done in slices of a fraction of a millisecond, when
 * there is nothing else to do, or a millisecond has passed: reports and other calls go before it. The users
 * take turns. Each has one job under way; its others stand in line, where its connections take turns, and
 * count as calls that wait.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"
#include "util/macros.h"

typedef struct Call Call;
typedef struct Service Service;
typedef struct JobLine JobLine;

/* Does one slice. Returns what a MethodRun does; CALL_DEFERRED: there is more to do. */
typedef int (*JobSlice)(Call *call, Reason *reason);

/* Part of a Call. */
typedef struct Job {
	JobLine *line;		/* NULL: not in line */
	unsigned round;		/* how many calls of the same connection stood in line before it */
	JobSlice slice;
	void *work;
	GDestroyNotify free;	/* of work */
	size_t bytes;		/* of the answer, about */
} Job;

/* Begins the work, which the call owns from now on. brief: one slice is enough, and is done at once.
 * E_LIMIT_REACHED, and what slice says. */
int job_start(Call *call, JobSlice slice, void *work, GDestroyNotify free, bool brief, Reason *reason);
/* The answer gets longer by about so many bytes. E_LIMIT_REACHED: too long; remedy: what to do instead. A bus
 * puts an end to a connection that sends what is too long for it (dbus-daemon: 32 MiB). */
#define ANSWER_MAX (16UL * 1024 * 1024)
int job_grows(Call *call, size_t bytes, const char *remedy, Reason *reason);
void job_cancel(Call *call);	/* frees the work; no harm if there is none */

/* For service.c: when no call is left. */
void jobs_end(Service *service);
