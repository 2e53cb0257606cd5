/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Somebody who waits for something, until it comes about or fails. A Wait is embedded in the waiter, and is
 * charged to the waiter's user, as a call and its bytes, until wait_deinit. What is waited for has a line of
 * those who wait. They are told (done) at the end of the turn, and may then do anything: wait again, or go.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/agenda.h"
#include "core/charge.h"
#include "core/ops.h"
#include "util/error.h"

typedef struct Wait Wait;
typedef struct WaitLine WaitLine;

struct WaitLine {
	GQueue waits;		/* Wait, in order of arrival */
	/* called when one of them was cancelled, and is off the line; NULL: nobody needs to know */
	void (*left)(WaitLine *line, Wait *wait);
};

struct Wait {
	/* error: 0, an errno or an Outcome; reason: why, or NULL */
	void (*done)(Wait *wait, int error, const Reason *reason);
	Session *session;	/* for which it waits; NULL: none, or the session has let go */
	GBytes *value;		/* the result, where it is a value; or NULL. Owned by the wait */
	WaitLine *line;		/* on which it stands; NULL: it is not waiting, or about to be told */
	GList place;		/* in the line */
	Task answer;		/* calls done, with these: */
	int error;
	bool explained;		/* reason is set */
	Reason reason;
	Charge call;
	Charge bytes;
};

void wait_line_init(WaitLine *line, void (*left)(WaitLine *line, Wait *wait));
void wait_line_deinit(WaitLine *line);	/* nobody may wait on it */

/* May be called again while it does not wait; its charges stay. The first time it has to be all zero. */
void wait_init(Wait *wait, Agenda *agenda, void (*done)(Wait *wait, int error, const Reason *reason));
/* Charges the call and its bytes, unless it is charged already. E_LIMIT_REACHED, and nothing is charged. */
int wait_charge(Wait *wait, User *user, uint64_t bytes, Reason *reason);
/* Cancels the wait, and gives its charges back. */
void wait_deinit(Wait *wait);

void wait_stand(WaitLine *line, Wait *wait);	/* begins to wait, at the end of the line */
/* Whether it waits, or is about to be told. */
bool wait_is_on(const Wait *wait);
/* The wait is over: it leaves the line, and is told at the end of the turn. reason is copied. */
void wait_end(Wait *wait, int error, const Reason *reason);
void wait_end_with(Wait *wait, GBytes *value);	/* error 0; takes a reference */
/* The waiter gives up: it is not told. No harm if it does not wait. */
void wait_cancel(Wait *wait);
/* Moves a wait to the end of another line. */
void wait_move(Wait *wait, WaitLine *line);

/* wait_end for all on the line; for those of one session (NULL: for all); the first of a session, or NULL. */
void wait_line_end(WaitLine *line, int error, const Reason *reason);
void wait_line_drop(WaitLine *line, const Session *session, int error, const Reason *reason);
Wait *wait_line_find(const WaitLine *line, const Session *session);
