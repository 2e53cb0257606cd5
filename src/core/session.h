/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A session: one program's (private) or one Unix user's view of a radio. Owns a scan request, a FIFO, event
 * flags and the subscriptions to its signals. How it comes and goes is in core/sessions.h.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

#include "core/agenda.h"
#include "core/broker.h"
#include "core/charge.h"
#include "core/dedup.h"
#include "core/fanout.h"
#include "core/init-options.h"
#include "core/radio.h"
#include "core/ring.h"
#include "core/scan-filter.h"
#include "util/error.h"
#include "util/macros.h"

struct Session {
	Broker *broker;
	Radio *radio;
	const Face *face;	/* whose it is */
	User *user;
	uint64_t id;		/* K of a private session; 0: user session */
	uint64_t serial;	/* of all of them, in the order in which they began; not 0 */
	unsigned path_index;	/* hci number in a private session's path, for good */
	char *owner;		/* bus connection of a private session; NULL: user session */
	bool initialised;
	InitOptions options;
	uint64_t last_used;
	Task idle;		/* of a user session: when it may be forgotten */

	bool scanning;		/* the request stands, whatever the radio does */
	Task scan_end;		/* unless until StopScan */
	ScanFilter filter;
	Dedup *dedup;
	Ring *ring;
	Charge place;		/* of the session itself */
	Charge memory;		/* ring, filter, dedup table */
	Charge held;		/* the reports in the ring */
	uint64_t last_batch;
	Task batch;		/* when what waits in the ring is to be handed over */
	SessionStream *stream;	/* takes the reports instead of those who listen; NULL: none */

	uint32_t events;
	GArray *subscribers;	/* Subscriber */

	unsigned next_service;	/* number of the next service of ours */

	uint64_t reports;	/* that passed the filter */
	uint64_t delivered;
	uint64_t streamed;	/* of those, by stream */
	uint64_t stream_lost;	/* while streams were open that are not any more */
	uint64_t dropped_memory;
	uint64_t dropped_notifications;
	uint64_t filtered;
	uint64_t duplicates;
};

/* Takes filter over on success (and leaves *filter empty). E_LIMIT_REACHED: no memory left to the user. */
int session_set_filter(Session *session, ScanFilter *filter, Reason *reason);

/* The oldest report; the caller owns the reference. False if there is none. */
bool session_take(Session *session, RingEntry *ret);
uint64_t session_dropped(const Session *session);
/* A program of it did not read, and so did not get a notification. */
void session_notification_lost(Session *session);

uint32_t session_take_events(Session *session);
/* Something that kept it may be gone: a user session is forgotten in time. */
static inline void session_idle_again(Session *session)
{
	if (!session->owner)
		task_at(&session->idle, AT_ONCE);
}

/* For sessions.c. */
void session_empty_fifo(Session *session);
void session_free_fifo(Session *session);
