/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events of what we advertise and serve, a line each. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "util/macros.h"

typedef struct Event {
	const char *what;		/* "advertising", "serving", "connect", "disconnect", "read" … */
	const char *radio;		/* hciN; NULL: not told */
	const char *client;		/* address; NULL: not known */
	const char *characteristic;	/* its name in the file; NULL: none */
	const char *uuid;		/* the characteristic's, which tells what the value means; NULL: none */
	GBytes *value;			/* NULL: none */
	bool has_subscribers;
	unsigned subscribers;
} Event;

/* Prints the event with the time on standard output, as a line of text or a JSON object. Returns as
 * output_event(). */
bool event_print(const Event *event, bool json);
