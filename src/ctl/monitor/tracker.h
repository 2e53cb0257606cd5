/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What monitor knows of the daemon's things, and the line for each that comes, changes or goes. No bus: it is
 * told. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "util/macros.h"

typedef enum ThingKind {
	THING_DAEMON,
	THING_BLUETOOTHD,
	THING_RADIO,
	THING_LINK,
	THING_SESSION,
	THING_CLIENT,
	THING_BOND,
	THING_PROGRAM,
	_THING_MAX,
} ThingKind;

typedef struct Tracker Tracker;

typedef struct TrackerOutput {
	bool json;
	bool colour;
	const char *radio;	/* nothing of other radios; NULL: of all */
	/* Takes each line. first: it tells what was there already. */
	void (*line)(void *userdata, const char *text, size_t length, bool first);
	void *userdata;
} TrackerOutput;

Tracker *tracker_new(const TrackerOutput *output);
void tracker_free(Tracker *tracker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Tracker, tracker_free)

/*
 * A thing is there, with these facts (a{sv}, the daemon's own names; those that are left out are as before).
 * radio: hciN, or NULL; id: what tells it from others of its kind there, or NULL. first: it is told as what
 * was there already.
 */
void tracker_update(Tracker *tracker, ThingKind kind, const char *radio, const char *id,
		    GVariant *facts, bool first);
/* The same for one that must be there already: else nothing. */
void tracker_change(Tracker *tracker, ThingKind kind, const char *radio, const char *id, GVariant *facts);
void tracker_remove(Tracker *tracker, ThingKind kind, const char *radio, const char *id);

/* For lists that have all of a kind: between the two, what is there is updated; what was not is gone. radio:
 * only the things there; NULL: all. */
void tracker_begin_list(Tracker *tracker, ThingKind kind, const char *radio);
void tracker_end_list(Tracker *tracker, ThingKind kind, const char *radio);

/* So many changes are not known, and cannot be told. */
void tracker_lost(Tracker *tracker, uint64_t changes);

/* Forgets all things, and says nothing of it. */
void tracker_clear(Tracker *tracker);
