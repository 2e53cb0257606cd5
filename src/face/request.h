/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A call of a program's, from its message to the answer, which may come later. */
#pragma once

#include <systemd/sd-bus.h>

#include "core/advert.h"
#include "core/attr-op.h"
#include "core/bonds.h"
#include "core/connect-wait.h"
#include "core/pairing.h"
#include "core/wait.h"
#include "face/iface.h"
#include "util/error.h"
#include "util/macros.h"

#define BLUEZ_ERROR(name) "org.bluez.Error." name

/* What a kept request has under way; freed with it. */
typedef struct RequestWork {
	void (*free)(struct RequestWork *work);
} RequestWork;

struct Request {
	Place place;		/* of a kept request: only program counts, the rest may be gone */
	sd_bus_message *message;
	sd_bus_error *error;	/* only while the method runs */
	bool kept;
	bool writes;		/* of an attribute: WriteValue */
	bool connects;		/* a Connect that waits */
	bool opened_link;	/* a Pair for which the link was opened */
	bool gives_path;	/* of a Connect: the answer has the device's path */
	GList link;		/* in connection->requests */
	RequestWork *work;	/* or NULL */
	char *path;		/* of the object that was called, or NULL */
	int fd;			/* to be handed out with the answer; -1: none */
	union {
		Wait wait;
		ConnectWait connect;
		OpWait op;
		PairWait pair;
		ForgetWait forget;
		AdvertWait advert;
	};
};

/* Answers with values (types as sd_bus_message_append's; "": none). */
int request_reply(Request *request, const char *types, ...);
int request_reply_message(Request *request, sd_bus_message *reply);
/* What run returns where the call is refused: sets the error. */
int request_refuse(Request *request, const char *name, const char *format, ...) PRINTF_LIKE(3, 4);
/* The same for what core says: an Outcome with its reason, or a negative errno. */
int request_refuse_for(Request *request, int error, const Reason *reason);

/* The request waits: *ret, on the heap, charged to the program's user, is answered later, when done is called
 * (NULL: when something else says so). Negative, with the error set: a limit is reached. */
int request_keep(Request *request, void (*done)(Wait *wait, int error, const Reason *reason), Request **ret);
/* The same where the program registers an object of its own: size bytes and its path are charged to the user.
 */
int request_keep_object(Request *request, size_t size, const char *path, Charge *charge, Request **ret);
/* Ends a kept request: answers with the error, unless 0 (it has been answered). */
void request_finish(Request *request, int error, const Reason *reason);
/* The same with an error of BlueZ's. */
void request_finish_with(Request *request, const char *name, const char *text);
/* For connection.c: it leaves, nobody is answered. */
void requests_drop(Connection *connection);
