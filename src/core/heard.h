/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is heard of a device that somebody wants a link to. One that sends only packets which are not
 * connectable is a beacon: it takes no connections, and an attempt would last until its time limit. A device
 * may send both kinds, and the connectable ones seldom. A source of reports that does not tell the kinds
 * apart tells nothing of this.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/broker.h"
#include "core/report.h"

typedef struct Heard {
	/* when a packet that is not connectable was heard first, or first after a silence; 0: none was */
	uint64_t since;
	uint64_t last;		/* when such a packet was heard last */
	unsigned packets;	/* how many such packets */
	bool connectable;	/* a connectable packet was heard */
} Heard;

/* Gives a new link what the last-seen table knows of its device. */
void heard_recall(Link *link, uint64_t now);
/* A report was heard, of whatever device. */
void heard_note(Radio *radio, const Report *report, uint64_t now);
/* Whether all that is heard of the link's device is not connectable: so far; for long enough to be sure. */
bool heard_is_beacon(const Link *link);
bool heard_is_surely_beacon(const Link *link, uint64_t now);
