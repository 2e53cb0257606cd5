/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the radio to the programs: a report goes into a session's FIFO, and from there into a batch of
 * signals, or into the session's stream. The FIFO is small, and the only buffer: one that is full is handed
 * over at once.
 */
#pragma once

#include <stdbool.h>

#include "core/agenda.h"
#include "core/devices.h"
#include "core/ops.h"
#include "core/report.h"

/* Reports in one signal, whatever batch_max says: more would take too long to write at once. */
#define SIGNAL_REPORTS_MAX 128

/* A way to the programs that does not keep up takes something all the same at this interval: else those who
 * keep it busy would stop all others. */
#define PRESS_PAUSE (20 * USEC_PER_MSEC)

/* What a stream says of the reports that wait in the ring. */
typedef enum StreamState {
	STREAM_TOOK_ALL,
	STREAM_FULL,		/* the rest when there is room: session_stream_ready */
	STREAM_GONE,		/* nobody reads there any more */
} StreamState;

/* The reader that takes a session's reports over a socket of its own. Lies in the edge's own struct. */
typedef struct SessionStream {
	Session *session;	/* NULL while it is not open */
	uint32_t batch_ms;
	uint32_t batch_max;
	bool full;		/* takes nothing until session_stream_ready */
	uint64_t lost_before;	/* session_dropped when it was opened */
	StreamState (*send)(struct SessionStream *stream);	/* takes what waits in the ring */
	void (*end)(struct SessionStream *stream);	/* the session has let go of it */
} SessionStream;

/* Whether a connection takes this session's reports as signals. */
bool fanout_has_reader(const Session *session);

/* Reports wait in the FIFO of a session that delivers by stream or by signal: hands them over now if the
 * batch is full or its time has come, else later. */
void fanout_hand_over(Session *session, uint64_t now);
/* The scan is over: hand over what waits. */
void fanout_flush(Session *session);

/* The stream takes the session's reports from now on, first those that wait; the stream before it ends. */
void session_stream_open(Session *session, SessionStream *stream, uint64_t now);
void session_stream_ready(SessionStream *stream, uint64_t now);	/* it is not full any more */
/* the stream's reader left; end is not called */
void session_stream_close(SessionStream *stream, uint64_t now);
void session_stream_end(Session *session);	/* the session lets go of its stream, if it has one */
/* how many of the lost reports were lost while a stream was open */
uint64_t session_stream_lost(const Session *session);

void fanout_batch_due(Task *batch, uint64_t now);

/* For radios.c: a report was heard. */
void fanout_offer(Session *session, Report *report, const DeviceRow *row, uint64_t now);
