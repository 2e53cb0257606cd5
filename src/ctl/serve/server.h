/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The GATT server that a file describes, while it serves. */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>

#include "client/session.h"
#include "ctl/event.h"
#include "ctl/serve/file.h"
#include "ctl/serve/handlers.h"

typedef struct Server {
	Session *session;
	ServeFile *file;
	Handlers *handlers;	/* NULL without --exec */
	bool json;
} Server;

/* Offers the file's services and advertisement, and serves until the end. */
ExitCode server_run(Server *server);

/* Prints the event. */
void server_print(Server *server, const Event *event);

/* Runs a handler for the event. value: the attribute's, or NULL. now, done and userdata: as in
 * handlers_run(). */
bool server_handle(Server *server, const Event *event, const GByteArray *value, bool now, HandlerDone done,
		   void *userdata);

/* The same for an event that needs no answer; what the handler prints, we print. Does nothing without
 * handlers. */
void server_tell(Server *server, const Event *event, const GByteArray *value);
