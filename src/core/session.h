/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A session: one program's (private) or one Unix user's view of a radio. Owns a scan request, a FIFO, event flags and
 * the subscriptions to its signals. How it comes and goes is in core/sessions.h.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

#include "core/agenda.h"
#include "core/broker.h"
#include "core/charge.h"
#include "core/dedup.h"
#include "core/filter.h"
#include "core/radio.h"
#include "core/ring.h"
#include "util/error.h"
#include "util/macros.h"

/* Session1.Init's options. */
typedef struct InitOptions {
	uint32_t antenna;	/* INT_ANT 0, EXT_ANT 1 */
	bool antenna_set;
	uint32_t pin;
	bool pin_set;
	bool secure;
	bool privacy;
	uint16_t mtu;		/* 0: not asked for */
	uint32_t fifo;		/* reports; 0: as configured */
	bool drop_newest;
} InitOptions;

/* Session1.SetScanFilter's dictionary, compiled. */
typedef struct ScanFilter {
	Filter *filter;		/* NULL: everything */
	uint64_t dedup_window;	/* microseconds; 0: off */
	bool active;
	bool by_signal;
	uint32_t batch_ms;
	uint32_t batch_max;
} ScanFilter;

/* Reports in one signal, whatever batch_max says: more would take too long to write at once. */
#define SIGNAL_REPORTS_MAX 128

typedef struct Subscriber {
	char *connection;
	Charge charge;
	uint32_t triggers;
	bool stuck;		/* does not read */
} Subscriber;

/* What a stream says of the reports that wait in the ring. */
typedef enum StreamState {
	STREAM_TOOK_ALL,
	STREAM_FULL,		/* the rest when there is room: session_stream_ready */
	STREAM_GONE,		/* nobody reads there any more */
} StreamState;

/* The reader that takes a session's reports over a socket of its own. Lives in what the edge has of it. */
typedef struct SessionStream {
	Session *session;	/* NULL while it is nobody's */
	uint32_t batch_ms;
	uint32_t batch_max;
	bool full;		/* takes nothing until session_stream_ready */
	uint64_t lost_before;	/* session_dropped when it was opened */
	StreamState (*send)(struct SessionStream *stream);	/* takes what waits in the ring */
	void (*end)(struct SessionStream *stream);	/* the session has let go of it */
} SessionStream;

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
	GArray *subscribers;

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
void scan_filter_init(ScanFilter *filter, const Config *config);
void scan_filter_clear(ScanFilter *filter);

/* The oldest report; the caller owns the reference. False if there is none. */
bool session_take(Session *session, RingEntry *ret);
uint64_t session_dropped(const Session *session);
/* A program of it did not read, and so did not get a notification. */
void session_notification_lost(Session *session);

uint32_t session_take_events(Session *session);
/* Whether there is room for one more: E_LIMIT_REACHED. Without any, session_subscribe does nothing. */
int session_may_subscribe(const Session *session, const char *connection, Reason *reason);
/* triggers 0 unsubscribes. An event whose bit is set already is signalled at once. */
void session_subscribe(Session *session, const char *connection, uint32_t triggers);
void session_unsubscribe(Session *session, const char *connection);

void session_peer_reads(Session *session, const char *connection, bool reads);

/* An event happened: who wants to know, and was not told since Events was read last, is told. */
void session_raise(Session *session, uint32_t event);
/* A central came or left. */
void session_client(Session *session, const Addr *addr, bool connected);

/* Whether a connection takes this session's reports as signals. */
bool session_has_reader(const Session *session);

/* A report is in the FIFO of a session that delivers by stream or by signal: hand it over now, or with others in a while. */
void session_hand_over(Session *session, uint64_t now);
/* The scan is over: hand over what waits. */
void session_flush(Session *session);

/* The stream takes the session's reports from now on, first those that wait; the one before it ends. */
void session_stream_open(Session *session, SessionStream *stream, uint64_t now);
void session_stream_ready(SessionStream *stream, uint64_t now);	/* it is not full any more */
void session_stream_close(SessionStream *stream, uint64_t now);	/* its reader left; end is not called */
void session_stream_end(Session *session);	/* the session lets go of its stream, if it has one */
uint64_t session_stream_lost(const Session *session);	/* of the losses, those while a stream was open */

void session_batch_due(Task *batch, uint64_t now);

/* For radio.c: a report was heard. */
void session_offer(Session *session, Report *report, const DeviceRow *row, uint64_t now);
/* Something that kept it may be gone: a user session is forgotten in time. */
static inline void session_idle_again(Session *session)
{
	if (!session->owner)
		task_at(&session->idle, AT_ONCE);
}

/* For sessions.c. */
void session_empty_fifo(Session *session);
void session_free_fifo(Session *session);
