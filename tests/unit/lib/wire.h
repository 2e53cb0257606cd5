/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A connection of which the daemon's service has one end, and the test the other: there it is the bus, and
 * all programs on it. What the service asks the bus waits until the test answers.
 */
#pragma once

#include <glib.h>
#include <systemd/sd-bus.h>

typedef struct Wire {
	sd_bus *service, *world;
	GQueue asked;		/* sd_bus_message: calls of the service, in order */
} Wire;

void wire_init(Wire *wire);
void wire_end(Wire *wire);

/* All that is under way arrives, at both ends. */
void wire_run(Wire *wire);

/* The oldest call of the service, which has that member; the caller owns it. */
sd_bus_message *wire_asked(Wire *wire, const char *member);
/* The answer to GetConnectionCredentials. */
void wire_answer_uid(Wire *wire, uint32_t uid);
/* The bus tells that a connection left. */
void wire_leave(Wire *wire, const char *connection);

/* A method call of a program, to be appended to; what became of it. */
typedef struct WireCall {
	unsigned answered;
	char error[128];	/* of the name, what follows the last dot; empty: none */
	sd_bus_message *reply;
} WireCall;

sd_bus_message *wire_method(Wire *wire, const char *connection, const char *path, const char *interface,
			    const char *member);
/* Takes m over. NULL: no answer is wanted. */
void wire_call(Wire *wire, sd_bus_message *m, WireCall *call);
void wire_call_end(WireCall *call);

/* A message as it arrives, with these values, to be read from the first one on; the caller owns it. */
sd_bus_message *wire_message(Wire *wire, const char *types, ...);
