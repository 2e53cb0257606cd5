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

/* Offers all of it, and serves to the end. */
ExitCode server_run(Server *server);

/* Prints the event. */
void server_print(Server *server, const Event *event);

/* Runs a handler for the event; value: that of the attribute, or NULL. now and the rest: as
 * handlers_run(). */
bool server_handle(Server *server, const Event *event, const GByteArray *value, bool now, HandlerDone done,
		   void *userdata);

/* The same for an event that needs no answer, if there are handlers; what they print, is printed. */
void server_tell(Server *server, const Event *event, const GByteArray *value);
