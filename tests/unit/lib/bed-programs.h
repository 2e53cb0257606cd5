/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A Bed with the face toward programs that know BlueZ alone, at a socket of its own, and a program on it: the
 * test's connections, which are all of one process.
 */
#pragma once

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "bed.h"
#include "face/programs.h"

typedef struct FaceBed {
	Bed bed;
	sd_event *event;
	Programs *programs;
	char directory[64];
	GPtrArray *callers;	/* Caller */
} FaceBed;

/* A connection of the program's. */
typedef struct Caller {
	FaceBed *face;
	sd_bus *bus;
	Connection *connection;	/* our end */
	GQueue signals;		/* sd_bus_message: what came that is no answer */
	unsigned answered;
	sd_bus_message *reply;
} Caller;

/* With a powered radio, hci0. */
void face_init(FaceBed *face);
void face_end(FaceBed *face);
void face_run(FaceBed *face);	/* all ends, until nothing is under way */

void caller_init(FaceBed *face, Caller *caller);
void caller_end(Caller *caller);

/* The answer to a call, or the error; of the caller until its next call. destination NULL: none. */
sd_bus_message *caller_call(Caller *caller, const char *destination, const char *path, const char *interface,
			    const char *member, const char *types, ...);
/* The same for a method of the bus that answers; and for one that refuses: the error's name, after its last
 * dot. */
sd_bus_message *caller_bus(Caller *caller, const char *member, const char *types, ...);
const char *caller_refused(Caller *caller, const char *member, const char *types, ...);

/* Takes the oldest signal, which must be of that member; the other checks that there is none. */
sd_bus_message *caller_signal(Caller *caller, const char *member);
void caller_no_signal(Caller *caller);

/* A message to put values in, on the caller's connection; and then it is read from the first on. */
sd_bus_message *caller_message(const Caller *caller);
void message_rewind(sd_bus_message *m);
