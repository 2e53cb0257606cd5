/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the radio to the programs: a report goes into a session's FIFO, and from there to its readers. */
#include "core/fanout.h"

#include "core/news.h"
#include "core/subscriber.h"
#include "meaning/constants.h"

bool fanout_has_reader(const Session *session)
{
	for (guint i = 0; i < session->subscribers->len; i++) {
		const Subscriber *subscriber = &g_array_index(session->subscribers, Subscriber, i);

		if ((subscriber->triggers & EVENT_NEW_ADV) && !subscriber->stuck)
			return true;
	}
	return false;
}

/* Whether somebody would take reports now. */
static bool session_can_deliver(const Session *session)
{
	if (session->stream)
		return !session->stream->full;
	return session->filter.by_signal && fanout_has_reader(session);
}

/* Whether a batch is due even where the face does not keep up: one of a user each PRESS_PAUSE, so its
 * sessions share that. */
static bool session_may_press(const Session *session, uint64_t now)
{
	return now >= session->last_taken + PRESS_PAUSE * user_charged(session->user, QUOTA_SESSIONS);
}

static bool session_deliver(Session *session, bool press)
{
	SessionStream *stream = session->stream;
	size_t waiting = ring_count(session->ring);
	StreamState state;

	if (!stream)
		return session->face->ops->session_batch(session->face->userdata, session, press);
	state = stream->send(stream);
	session->streamed += waiting - ring_count(session->ring);
	stream->full = state == STREAM_FULL;
	if (state != STREAM_GONE)
		return !stream->full;

	/* without the stream, reports go to the subscribers as signals again */
	session_stream_end(session);
	session_idle_again(session);
	return ring_count(session->ring) == 0 || !session_can_deliver(session) ||
	       session_deliver(session, press);
}

void fanout_flush(Session *session)
{
	if (ring_count(session->ring) > 0 && session_can_deliver(session))
		session_deliver(session, false);
}

void fanout_hand_over(Session *session, uint64_t now)
{
	const SessionStream *stream = session->stream;
	uint64_t pause = (stream ? stream->batch_ms : session->filter.batch_ms) * USEC_PER_MSEC;
	size_t most = stream ? stream->batch_max : MIN(session->filter.batch_max, SIGNAL_REPORTS_MAX);
	size_t full = MIN(most, ring_depth(session->ring)), left;

	if (!session_can_deliver(session))
		return;
	if (ring_count(session->ring) >= full || now >= session->last_batch + pause) {
		if (session_deliver(session, session_may_press(session, now))) {
			session->last_batch = session->last_taken = now;
			left = ring_count(session->ring);
			task_at(&session->batch, left == 0 ? USEC_NEVER : left >= full ? now : now + pause);
			return;
		}
		if (session->stream) {
			/* the stream says itself when it can take more */
			task_cancel(&session->batch);
			return;
		}
		if (pause == 0)
			pause = USEC_PER_MSEC;
		session->last_batch = now;
	}
	if (session->batch.due == USEC_NEVER || session->batch.due <= now)
		task_at(&session->batch, session->last_batch + pause);
}

void fanout_batch_due(Task *batch, uint64_t now)
{
	Session *session = CONTAINER_OF(batch, Session, batch);

	if (ring_count(session->ring) > 0)
		fanout_hand_over(session, now);
}

void fanout_offer(Session *session, Report *report, const DeviceRow *row, uint64_t now)
{
	size_t size = report_size(report);
	size_t held;

	if (!filter_match(session->filter.filter, report, row)) {
		session->filtered++;
		return;
	}
	if (session->dedup && dedup_seen(session->dedup, report->digest, now, session->filter.dedup_window)) {
		session->duplicates++;
		return;
	}

	session->reports++;
	if (charge_more(&session->held, size) < 0) {
		session->dropped_memory++;
		ring_lose(session->ring);
		return;
	}
	held = ring_held_size(session->ring) + size;
	ring_push(session->ring, report);
	/* give back what the ring dropped: older reports, or this one */
	held -= ring_held_size(session->ring);
	if (held > 0)
		charge_less(&session->held, held);

	if (!(session->events & EVENT_NEW_ADV))
		subscribers_raise(session, EVENT_NEW_ADV);
	if (session->stream || session->filter.by_signal)
		fanout_hand_over(session, now);
}

/* --- streams --- */

void session_stream_open(Session *session, SessionStream *stream, uint64_t now)
{
	session_stream_end(session);
	stream->session = session;
	stream->full = false;
	stream->lost_before = session_dropped(session);
	session->stream = stream;
	news_session_row(session, true);
	if (ring_count(session->ring) > 0)
		fanout_hand_over(session, now);
}

void session_stream_ready(SessionStream *stream, uint64_t now)
{
	stream->full = false;
	if (ring_count(stream->session->ring) > 0)
		fanout_hand_over(stream->session, now);
}

uint64_t session_stream_lost(const Session *session)
{
	uint64_t now = session->stream ? session_dropped(session) - session->stream->lost_before : 0;

	return session->stream_lost + now;
}

static void session_forget_stream(Session *session)
{
	session->stream_lost = session_stream_lost(session);
	session->stream->session = NULL;
	session->stream = NULL;
	news_session_row(session, true);
	task_cancel(&session->batch);
}

void session_stream_close(SessionStream *stream, uint64_t now)
{
	Session *session = stream->session;

	session_forget_stream(session);
	session->last_used = now;
	session_idle_again(session);
	/* without the stream, reports go to the subscribers as signals again */
	if (ring_count(session->ring) > 0)
		fanout_hand_over(session, now);
}

void session_stream_end(Session *session)
{
	SessionStream *stream = session->stream;

	if (!stream)
		return;
	session_forget_stream(session);
	stream->end(stream);
}
