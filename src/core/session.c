/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A session: what is kept for one program, or one user. */
#include "core/session.h"

/* --- memory --- */

static void session_discharge_report(Session *session, const Report *report)
{
	charge_less(&session->held, report_size(report));
}

void session_empty_fifo(Session *session)
{
	if (!session->ring)
		return;
	ring_clear(session->ring);
	charge_less(&session->held, session->held.amount);
}

void session_free_fifo(Session *session)
{
	BrokerStats *stats = &session->broker->stats;

	if (!session->ring)
		return;
	stats->dropped_overflow += ring_dropped(session->ring) - session->dropped_memory;
	stats->dropped_memory += session->dropped_memory;
	stats->delivered += session->delivered;
	stats->filtered += session->filtered;
	stats->duplicates += session->duplicates;

	session_empty_fifo(session);
	session->ring = ring_free(session->ring);
	session->dedup = dedup_free(session->dedup);
	scan_filter_clear(&session->filter);
	charge_end(&session->held);
	charge_end(&session->memory);
	session->reports = session->delivered = session->dropped_memory = 0;
	session->streamed = session->stream_lost = 0;
	session->filtered = session->duplicates = 0;
}

/* --- filter --- */

int session_set_filter(Session *session, ScanFilter *filter, Reason *reason)
{
	size_t fixed = ring_fixed_size(ring_depth(session->ring));
	size_t size = filter->filter ? filter_size(filter->filter) : 0;

	if (filter->dedup_window > 0)
		size += dedup_size(session->broker->config.dedup_entries);
	/* the new filter is charged before the old one is given back, so that a refusal changes nothing */
	if (charge_more(&session->memory, size) < 0)
		return reason_set(reason, E_LIMIT_REACHED,
				  "the filter passes the memory of uid %u (FifoBytesPerUser)",
				  user_uid(session->user));
	charge_less(&session->memory, session->memory.amount - size - fixed);

	dedup_free(session->dedup);
	session->dedup = filter->dedup_window > 0 ? dedup_new(session->broker->config.dedup_entries) : NULL;
	scan_filter_clear(&session->filter);
	session->filter = *filter;
	filter->filter = NULL;
	if (session->scanning)
		radio_wake(session->radio);

	/* a stream has a batch time of its own, which the filter does not change */
	if (session->stream)
		return 0;
	task_at(&session->batch, session->filter.by_signal && ring_count(session->ring) > 0 ?
				 session->last_batch + session->filter.batch_ms * USEC_PER_MSEC : USEC_NEVER);
	return 0;
}

bool session_take(Session *session, RingEntry *ret)
{
	if (!session->ring || !ring_pop(session->ring, ret))
		return false;
	session_discharge_report(session, ret->report);
	session->delivered++;
	return true;
}

uint64_t session_dropped(const Session *session)
{
	return session->ring ? ring_dropped(session->ring) : 0;
}

void session_notification_lost(Session *session)
{
	session->dropped_notifications++;
	session->broker->stats.dropped_notifications++;
}

uint32_t session_take_events(Session *session)
{
	uint32_t events = session->events;

	session->events = 0;
	return events;
}
