/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A connection to the socket: what it listens to, and what it calls. A program may have several. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "core/agenda.h"
#include "core/charge.h"
#include "face/match.h"
#include "face/wire.h"
#include "util/error.h"
#include "util/macros.h"

typedef struct Program Program;
typedef struct Agent Agent;

#define CONNECTION_NAME_SIZE 32
#define CONNECTION_RULES_MAX 512
#define CONNECTION_NAMES_MAX 64	/* bus names that it says are its own */
#define CONNECTION_PATH_MAX 256	/* bytes of an object's path: sd-bus looks at each of its prefixes */

/* The unique name that org.bluez has on our bus. */
#define BLUEZ_UNIQUE_NAME ":1.0"
#define DRIVER_NAME "org.freedesktop.DBus"
#define DRIVER_PATH "/org/freedesktop/DBus"

typedef struct Connection {
	Program *program;
	char name[CONNECTION_NAME_SIZE];	/* its unique name on our bus, :1.N */
	Charge place;
	Charge memory;
	bool lists;				/* its list of objects is being written */
	Charge list;				/* that, until the program has read it */
	Wire wire;
	Task end;				/* frees it */
	bool greeted;				/* has called Hello */
	bool ended;
	GQueue requests;			/* Request: those that wait, in order of arrival */
	Agent *agent;				/* NULL: none */
	GPtrArray *rules;			/* MatchRule */
	GPtrArray *names;			/* char: what it asked for by RequestName */
} Connection;

/* fd is taken over, also on failure. E_LIMIT_REACHED, or a negative errno. */
int connection_new(Program *program, int fd, Reason *reason);
Connection *connection_free(Connection *connection);	/* returns NULL */

/* --- what it listens to: E_LIMIT_REACHED; E_INVALID_ARGUMENTS; E_DOES_NOT_EXIST --- */

int connection_add_rule(Connection *connection, const char *text, Reason *reason);
int connection_remove_rule(Connection *connection, const char *text, Reason *reason);

/* A signal, in *ret, to be filled and given to connection_send; *ret is NULL where nobody there listens to
 * it. Its first sender is what it comes from. */
int connection_signal(Connection *connection, const MatchSignal *signal, sd_bus_message **ret);
/* Whether there is something that it has not read yet. */
bool connection_is_behind(const Connection *connection);
/*
 * A call toward the program: connection_method makes it, and connection_call sends it. The callback gets the
 * answer, or an error after timeout (microseconds). Negative errno: nothing was sent.
 */
int connection_method(const Connection *connection, const char *path, const char *interface,
		      const char *member, sd_bus_message **ret);
int connection_call(Connection *connection, sd_bus_slot **slot, sd_bus_message *m,
		    sd_bus_message_handler_t callback, void *userdata, uint64_t timeout);
void connection_send(Connection *connection, sd_bus_message *m);
/* An answer of about so many bytes is being written; and is there, or will not be. It is charged until the
 * program has read it, who is not asked for more meanwhile. -EDQUOT. */
int connection_begin_list(Connection *connection, size_t bytes);
void connection_end_list(Connection *connection);
