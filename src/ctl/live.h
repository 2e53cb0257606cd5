/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What runs while reports are heard: the main loop, with frames on a terminal where there is one, keys and
 * signals, and what becomes of the radio meanwhile. The functions that end in the ListenerEvents' names are
 * for those; their userdata is the Live.
 */
#pragma once

#include <glib.h>

#include "client/terminal.h"
#include "client/until.h"

#define LIVE_FRAME_MS 200

typedef struct Live Live;

struct Live {
	Until until;
	bool on;		/* frames are drawn */
	bool heard;		/* anything: else the end is EXIT_NOTHING */
	char *note;		/* what is wrong with the radio; NULL: nothing */
	uint64_t noted;		/* when; CLOCK_BOOTTIME, microseconds */
	bool (*draw)(Live *live);			/* a frame; returns as output_write() */
	void (*key)(Live *live, TerminalKey key);	/* any but q; NULL: there are no others */
};

void live_clear(Live *live);

/* Returns when it has ended. Call it once: the main context is not run again, so its sources are left. */
void live_run(Live *live);

void live_draw(Live *live);
void live_end(Live *live, ExitCode code);	/* the first end counts */
void live_end_well(Live *live);

/* Reports have come: the radio is there. */
void live_reports(Live *live);
void live_stopped(void *userdata, const char *reason, bool stands);
void live_back(void *userdata);
void live_gone(void *userdata, const char *what);
void live_broken(void *userdata, const char *why);
