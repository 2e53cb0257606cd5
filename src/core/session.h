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
#include "core/rota.h"
#include "core/scan-filter.h"
#include "util/error.h"
#include "util/macros.h"

struct Session {
	Broker *broker;
	Radio *radio;
	const Face *face;	/* that opened it, and tells its programs */
	User *user;
	uint64_t id;		/* K of a private session; 0: user session */
	uint64_t serial;	/* counts all sessions, in the order in which they began; never 0 */
	uint64_t rota[_ROTA_MAX];	/* when its user had its last turn, as broker->last_turn */
	unsigned path_index;	/* hci number in a private session's path; never changes */
	char *owner;		/* bus connection of a private session; NULL: user session */
	bool initialised;
	InitOptions options;
	uint64_t last_used;
	Task idle;		/* drops a user session that is not used any more */

	bool scanning;		/* the request stands, whatever the radio does */
	Task scan_end;		/* when the time of StartScan is over; not due: it scans until StopScan */
	ScanFilter filter;
	Dedup *dedup;
	Ring *ring;
	Charge place;		/* of the session itself */
	Charge memory;		/* ring, filter, dedup table */
	Charge held;		/* the reports in the ring */
	uint64_t last_batch;	/* when reports were to be handed over last */
	uint64_t last_taken;	/* when they were taken, or the scan began */
	Task batch;		/* when what waits in the ring is to be handed over */
	SessionStream *stream;	/* takes the reports instead of the subscribers; NULL: none */

	uint32_t events;	/* EVENT_ bits since Events was read last */
	GArray *subscribers;	/* Subscriber */
	unsigned listeners;	/* LocalListener, of all its characteristics */

	unsigned next_service;	/* number of the next service of ours */

	uint64_t reports;	/* that passed the filter and the dedup window */
	uint64_t delivered;	/* taken out by a program or stream */
	uint64_t streamed;	/* of these, by stream */
	uint64_t stream_lost;	/* lost while earlier streams were open, which are closed now */
	uint64_t dropped_memory;	/* lost because the user had no memory left */
	uint64_t dropped_notifications;
	uint64_t filtered;
	uint64_t duplicates;
};

/* Takes filter over on success (and leaves *filter empty). E_LIMIT_REACHED: no memory left to the user. */
int session_set_filter(Session *session, ScanFilter *filter, Reason *reason);

/* Takes out the oldest report; the caller owns the reference. False if there is none. */
bool session_take(Session *session, RingEntry *ret);
uint64_t session_dropped(const Session *session);	/* reports lost since Init */
/* Counts a notification that did not reach a program of the session, because it does not read. */
void session_notification_lost(Session *session);

uint32_t session_take_events(Session *session);	/* EVENT_ bits since the last call */
/* Something that the session held may be gone: a user session that holds nothing is dropped in time. */
static inline void session_idle_again(Session *session)
{
	if (!session->owner)
		task_at(&session->idle, AT_ONCE);
}

/* For sessions.c. */
void session_empty_fifo(Session *session);
void session_free_fifo(Session *session);
