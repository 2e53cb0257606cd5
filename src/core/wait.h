/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Somebody who waits for something, until it comes about or fails. It lies in the waiter, and costs the
 * waiter's user a call and its bytes as long as it is there. What is waited for keeps a line of those who
 * wait; they are told at the end of the turn, and once told they may do anything: wait again, or go.
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
	/* one of them does not want it any more; NULL: no matter */
	void (*left)(WaitLine *line, Wait *wait);
};

struct Wait {
	/* error: 0, an errno or an Outcome; reason: NULL or why */
	void (*done)(Wait *wait, int error, const Reason *reason);
	Session *session;	/* for which it waits; NULL: none, or it has let go */
	GBytes *value;		/* what was waited for, where it is a value; or NULL */
	WaitLine *line;		/* where it stands; NULL: it does not, or is about to be told */
	GList place;
	Task answer;
	int error;
	bool explained;
	Reason reason;
	Charge call;
	Charge bytes;
};

void wait_line_init(WaitLine *line, void (*left)(WaitLine *line, Wait *wait));
void wait_line_deinit(WaitLine *line);	/* nobody stands there */

/* As often as one likes, while it does not wait; charges stay. */
void wait_init(Wait *wait, Agenda *agenda, void (*done)(Wait *wait, int error, const Reason *reason));
/* Charges a waiting call and its bytes, once. E_LIMIT_REACHED, and nothing is charged. */
int wait_charge(Wait *wait, User *user, uint64_t bytes, Reason *reason);
/* Not told any more, and free of charge. */
void wait_deinit(Wait *wait);

void wait_stand(WaitLine *line, Wait *wait);	/* at the end */
/* Whether it is to be told something. */
bool wait_is_on(const Wait *wait);
/* Off the line, and told at the end of the turn. */
void wait_end(Wait *wait, int error, const Reason *reason);
void wait_end_with(Wait *wait, GBytes *value);
/* Does not want it any more: not told. No harm if it does not wait. */
void wait_cancel(Wait *wait);
/* Goes on waiting elsewhere. */
void wait_move(Wait *wait, WaitLine *line);

/* All who stand there now; those of one session (NULL: of all). */
void wait_line_end(WaitLine *line, int error, const Reason *reason);
void wait_line_drop(WaitLine *line, const Session *session, int error, const Reason *reason);
Wait *wait_line_find(const WaitLine *line, const Session *session);
