/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is heard of a device that somebody wants a link to: one that sends nothing but packets which are not
 * connectable takes no connections, and an attempt would last for its whole time. A device may send both
 * kinds, and the connectable ones seldom; and some sources of reports do not tell the kinds apart, and tell
 * nothing of this.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/broker.h"
#include "core/report.h"

/* The longest advertising interval is 10.24 s (Vol 6 Part B 4.4.2.2). */
#define HEARD_ALL_AFTER (11 * USEC_PER_SEC)

typedef struct Heard {
	/* when the first packet that is not connectable was heard, after the last one that is; 0: none */
	uint64_t since;
	uint64_t last;
	unsigned packets;	/* of those */
	bool connectable;	/* heard at all */
} Heard;

/* What the radio knows of a new link's device. */
void heard_recall(Link *link, uint64_t now);
/* A report was heard, of whatever device. */
void heard_note(Radio *radio, const Report *report, uint64_t now);
/* Whether all that is heard of it is not connectable; so far, or for long enough to be sure. */
bool heard_is_beacon(const Link *link);
bool heard_is_surely_beacon(const Link *link, uint64_t now);
