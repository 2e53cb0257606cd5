/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How sessions come, scan, and go. Close, the owner's death, and shutdown all meet in sessions_drop. */
#pragma once

#include "core/session.h"

/* A new private session, initialised. owner: its bus connection. E_LIMIT_REACHED, and what sessions_init
 * says. */
int sessions_open(Radio *radio, const Face *face, uid_t uid, const char *owner, const InitOptions *options,
		  uint64_t now, Session **ret, Reason *reason);

/* The user session of uid on that radio, or NULL. */
Session *sessions_find_user(const Radio *radio, uid_t uid);
/* The same, made if need be (not yet initialised). E_LIMIT_REACHED. */
int sessions_get_user(Radio *radio, const Face *face, uid_t uid, uint64_t now, Session **ret, Reason *reason);
Session *sessions_find(const Broker *broker, uint64_t id);	/* the private session, or NULL */
/* A program has called the session: a user session is kept for a while from now on. */
void sessions_used(Session *session, uint64_t now);

/* Initialises the session, and ends all that it held before. E_LIMIT_REACHED (fifo depth, memory),
 * E_NOT_SUPPORTED or E_FAILED (antenna); on failure the session is as it was. Does not power the radio on. */
int sessions_init(Session *session, const InitOptions *options, uint64_t now, Reason *reason);
void sessions_deinit(Session *session, uint64_t now);	/* ends all that it holds */
void sessions_set_pin(Session *session, uint32_t pin);	/* as the option of Init */
void sessions_drop(Session *session, uint64_t now);	/* frees it */

/* Whether it would miss the radio: it is private, or holds something. */
bool sessions_needs_radio(const Session *session);

/* seconds: below 0 scans until it is stopped; 0 is E_INVALID_ARGUMENTS. E_NOT_READY, E_BLUEZ_UNAVAILABLE,
 * E_IN_PROGRESS. */
int sessions_start_scan(Session *session, int32_t seconds, uint64_t now, Reason *reason);
void sessions_stop_scan(Session *session, const char *why);	/* why: a string constant */
