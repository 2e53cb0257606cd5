/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A connection whose one end is the daemon's service, and the other the test, which plays the bus and all
 * programs on it. What the service asks the bus waits until the test answers.
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

/* Runs both ends until nothing is under way. */
void wire_run(Wire *wire);

/* Takes the oldest call of the service, which must be of that member; the caller owns it. */
sd_bus_message *wire_asked(Wire *wire, const char *member);
/* Answers the oldest GetConnectionCredentials with that uid. */
void wire_answer_uid(Wire *wire, uint32_t uid);
/* The bus tells the service that a connection has left. */
void wire_leave(Wire *wire, const char *connection);

/* A program's method call: wire_method() makes the message, to which arguments may be appended,
 * wire_call() sends it, and WireCall is what became of it. */
typedef struct WireCall {
	unsigned answered;
	char error[128];	/* the error name after its last dot; empty: no error */
	sd_bus_message *reply;
} WireCall;

sd_bus_message *wire_method(Wire *wire, const char *connection, const char *path, const char *interface,
			    const char *member);
/* Sends m, and owns it. call NULL: no reply is wanted. */
void wire_call(Wire *wire, sd_bus_message *m, WireCall *call);
void wire_call_end(WireCall *call);

/* A message with these values, as it arrives: read from the first value on. The caller owns it. */
sd_bus_message *wire_message(Wire *wire, const char *types, ...);
