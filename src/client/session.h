/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A private session at the daemon, and waiting while it lasts. What it holds (a link, an advertisement,
 * services) goes when it is closed or this program ends.
 */
#pragma once

#include <stdbool.h>

#include "client/bus.h"

#define SESSION_NO_TIMEOUT G_MAXINT	/* the daemon has its own time-outs, and answers */

typedef struct Session Session;

typedef struct SessionRequest {
	char *bus;		/* an address, "system" or "session" */
	int adapter;		/* N of hciN; -1: the first */
	int timeout;		/* seconds, from session_open() on, for everything; -1: none */
	GVariant *init;		/* a{sv} of Session1.Init; NULL: the defaults */
} SessionRequest;

/* Sets a key of init. value: consumed if floating. session_request_clear() frees what the request owns. */
void session_request_init(SessionRequest *request, const char *key, GVariant *value);
void session_request_clear(SessionRequest *request);

/* Opens a session. NULL: the error has been printed, and *ret_exit is set. */
Session *session_open(const SessionRequest *request, ExitCode *ret_exit);
void session_close(Session *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Session, session_close)

GDBusConnection *session_connection(const Session *session);
BrokerManager1 *session_manager(const Session *session);
BrokerSession1 *session_proxy(const Session *session);
const char *session_path(const Session *session);
int session_adapter(const Session *session);

bool session_is_timed(const Session *session);
int session_time_left_ms(const Session *session);	/* what is left of the request's timeout */

/* As fail_call(), but a time-out is explained with --timeout. */
ExitCode session_fail(const Session *session, const GError *error, const char *doing);

/* Calls a method of any object, within the session's time. arguments: consumed if floating. NULL: error is
 * set. */
GVariant *session_call(Session *session, const char *path, const char *interface, const char *method,
		       GVariant *arguments, const char *reply_type, GError **error);
/* The same, without waiting for the answer. */
void session_send(Session *session, const char *path, const char *interface, const char *method,
		  GVariant *arguments, GAsyncReadyCallback done, void *userdata);
/* Calls heard for each signal of that name that the daemon sends. path, arg0: NULL for any. */
void session_subscribe(Session *session, const char *path, const char *interface, const char *member,
		       const char *arg0, GDBusSignalCallback heard, void *userdata);

/*
 * Sets what session_run() waits for: session_end(), a signal that ends programs, the end of the session's
 * time (if timed; exits as done), and that daemon or bus go away (which is printed). With output, also that
 * the reader of standard output goes. From here on signals that end programs wait for session_run().
 */
void session_watch(Session *session, bool timed, bool output);
void session_end(Session *session, ExitCode code);	/* the first end counts */
bool session_ended(const Session *session);

/* Runs the main loop until the end, and returns its exit code. Call it once at most, after
 * session_watch(). */
ExitCode session_run(Session *session);
