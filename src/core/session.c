/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A session: what one program, or one user, asked of a radio, and what is kept for them. */
#include "core/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/links.h"
#include "core/peripheral.h"

#define ANTENNA_EXTERNAL 1

void scan_filter_init(ScanFilter *filter, const Config *config)
{
	*filter = (ScanFilter){
		.active = true,
		.batch_ms = config->batch_ms,
		.batch_max = config->batch_max,
	};
}

void scan_filter_clear(ScanFilter *filter)
{
	filter->filter = filter_free(filter->filter);
}

/* --- memory --- */

static void session_discharge_report(Session *session, const Report *report)
{
	charge_less(&session->held, report_size(report));
}

static void session_empty_fifo(Session *session)
{
	if (!session->ring)
		return;
	ring_clear(session->ring);
	charge_less(&session->held, session->held.amount);
}

static void session_free_fifo(Session *session)
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

/* --- life --- */

static int session_new(Radio *radio, uid_t uid, const char *owner, uint64_t now, Session **ret, Reason *reason)
{
	Broker *broker = radio->broker;
	Session *session = NULL;
	User *user = NULL;
	Charge place;
	int r;

	r = quota_user(broker->quota, uid, &user);
	if (r < 0)
		return r;
	if (charge_init(&place, user, QUOTA_SESSIONS, 1) < 0) {
		r = reason_set(reason, E_LIMIT_REACHED,
			       "uid %u has %llu sessions, the limit (SessionsPerUser); close one first", uid,
			       (unsigned long long)user_limit(user, QUOTA_SESSIONS));
		user_unref(user);
		return r;
	}
	session = calloc(1, sizeof(*session));
	if (!session) {
		charge_end(&place);
		user_unref(user);
		return -ENOMEM;
	}

	session->user = user;
	session->place = place;
	session->broker = broker;
	session->radio = radio;
	session->path_index = radio->index;
	session->scan_deadline = USEC_NEVER;
	session->batch_due = USEC_NEVER;
	session->last_used = now;
	session->subscribers = g_array_new(FALSE, FALSE, sizeof(Subscriber));
	scan_filter_init(&session->filter, &broker->config);
	session->serial = ++broker->last_serial;
	if (owner) {
		session->owner = g_strdup(owner);
		session->id = broker->next_session++;
	}
	g_ptr_array_add(broker->sessions, session);
	*ret = session;
	return 0;
}

int session_open(Radio *radio, uid_t uid, const char *owner, const InitOptions *options, uint64_t now, Session **ret,
		 Reason *reason)
{
	Session *session = NULL;
	int r;

	r = session_new(radio, uid, owner, now, &session, reason);
	if (r != 0)
		return r;
	r = session_init(session, options, now, reason);
	if (r != 0) {
		session_drop(session, now);
		return r;
	}
	*ret = session;
	return 0;
}

Session *session_find_user(const Radio *radio, uid_t uid)
{
	const Broker *broker = radio->broker;

	for (guint i = 0; i < broker->sessions->len; i++) {
		Session *session = g_ptr_array_index(broker->sessions, i);

		if (!session->owner && session->radio == radio && user_uid(session->user) == uid)
			return session;
	}
	return NULL;
}

int session_get_user(Radio *radio, uid_t uid, uint64_t now, Session **ret, Reason *reason)
{
	Session *session = session_find_user(radio, uid);
	int r;

	if (!session) {
		r = session_new(radio, uid, NULL, now, &session, reason);
		if (r != 0)
			return r;
	}
	session_used(session, now);
	*ret = session;
	return 0;
}

void session_used(Session *session, uint64_t now)
{
	session->last_used = now;
	broker_wake_at(session->broker,
		       now + session->broker->config.user_session_idle_seconds * USEC_PER_SEC);
}

Session *session_find_private(const Broker *broker, uint64_t id)
{
	for (guint i = 0; i < broker->sessions->len; i++) {
		Session *session = g_ptr_array_index(broker->sessions, i);

		if (session->owner && session->id == id)
			return session;
	}
	return NULL;
}

int session_init(Session *session, const InitOptions *options, uint64_t now, Reason *reason)
{
	const Config *config = &session->broker->config;
	size_t depth = options->fifo ? options->fifo : config->fifo_depth;
	Charge memory;
	Ring *ring;
	int r;

	if (depth > config->max_fifo_depth)
		return reason_set(reason, E_LIMIT_REACHED, "fifo: %zu is above the limit of %u (MaxFifoDepth)", depth,
				  config->max_fifo_depth);
	if (options->antenna_set && options->antenna == ANTENNA_EXTERNAL && config->antenna_switch[0] == '\0')
		return reason_set(reason, E_NOT_SUPPORTED,
				  "antenna: EXT_ANT needs an antenna switch (AntennaSwitch in the configuration)");

	/* the new memory is charged before the old is given back, so that a refusal changes nothing */
	if (charge_init(&memory, session->user, QUOTA_FIFO_BYTES, ring_fixed_size(depth)) < 0)
		return reason_set(reason, E_LIMIT_REACHED,
				  "fifo: a depth of %zu passes the memory of uid %u (FifoBytesPerUser)", depth,
				  user_uid(session->user));
	r = ring_new(&ring, depth, !options->drop_newest);
	if (r < 0) {
		charge_end(&memory);
		return r;
	}

	if (options->antenna_set && config->antenna_switch[0] != '\0') {
		r = session->broker->ops->antenna(session->broker->userdata, options->antenna == ANTENNA_EXTERNAL);
		if (r < 0) {
			ring_free(ring);
			charge_end(&memory);
			return reason_set(reason, E_FAILED, "antenna: the switch %s could not be set: %s",
					  config->antenna_switch, strerror(-r));
		}
	}

	/* joins before it leaves, so that the radio does not go off and on in between */
	radio_use(session->radio);
	session_deinit(session, now);
	session->ring = ring;
	session->memory = memory;
	(void)charge_init(&session->held, session->user, QUOTA_FIFO_BYTES, 0);
	session->options = *options;
	session->last_used = now;
	session->initialised = true;
	return 0;
}

void session_notification_lost(Session *session)
{
	session->dropped_notifications++;
	session->broker->stats.dropped_notifications++;
}

void session_set_pin(Session *session, uint32_t pin)
{
	session->options.pin = pin;
	session->options.pin_set = true;
}

void session_deinit(Session *session, uint64_t now)
{
	if (!session->initialised)
		return;

	session_stop_scan(session, "stopped");
	session_stream_end(session);
	session_free_fifo(session);
	scan_filter_init(&session->filter, &session->broker->config);
	while (session->subscribers->len > 0)
		session_unsubscribe(session, g_array_index(session->subscribers, Subscriber, 0).connection);
	session->events = 0;
	session->initialised = false;
	links_drop_session(session->radio, session, now);
	peripheral_drop_session(session->radio->peripheral, session, now);
	radio_unuse(session->radio, now);
}

void session_drop(Session *session, uint64_t now)
{
	Radio *radio = session->radio;

	session_deinit(session, now);
	g_ptr_array_remove(session->broker->sessions, session);
	charge_end(&session->place);
	user_unref(session->user);
	while (session->subscribers->len > 0)
		session_unsubscribe(session, g_array_index(session->subscribers, Subscriber, 0).connection);
	g_array_free(session->subscribers, TRUE);
	g_free(session->owner);
	free(session);
	radio_release(radio);
}

/* When a user session that holds nothing is to be forgotten; USEC_NEVER: it is private, or holds something. */
static uint64_t session_idle_at(const Session *session)
{
	if (session->owner || session->scanning || session->stream || session->subscribers->len > 0 ||
	    links_hold_session(session->radio, session) || peripheral_used_by(session->radio->peripheral, session))
		return USEC_NEVER;
	return session->last_used + session->broker->config.user_session_idle_seconds * USEC_PER_SEC;
}

bool session_is_idle(const Session *session, uint64_t now)
{
	return session_idle_at(session) <= now;
}

void session_settle(const Session *session)
{
	broker_wake_at(session->broker, session_idle_at(session));
}

/* --- scan --- */

int session_start_scan(Session *session, int32_t seconds, uint64_t now, Reason *reason)
{
	int r;

	if (seconds == 0)
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "seconds: 0 is not a time; give more to stop by itself, less to scan until StopScan");
	r = radio_ready(session->radio, reason);
	if (r != 0)
		return r;
	if (session->scanning)
		return reason_set(reason, E_IN_PROGRESS, "this session scans already; StopScan ends it");

	session_empty_fifo(session);
	session->scanning = true;
	session->batch_due = USEC_NEVER;
	session->scan_deadline = seconds > 0 ? now + (uint64_t)seconds * USEC_PER_SEC : USEC_NEVER;
	broker_wake_at(session->broker, session->scan_deadline);
	radio_add_scan(session->radio, session, now);
	return 0;
}

void session_stop_scan(Session *session, const char *why)
{
	if (!session->scanning)
		return;
	session->scanning = false;
	session->scan_deadline = USEC_NEVER;
	radio_remove_scan(session->radio, session);

	/* what was heard is not lost with the scan: hand over the unfinished batch */
	session_flush(session);
	session->broker->ops->session_scan_stopped(session->broker->userdata, session, why);
}

int session_set_filter(Session *session, ScanFilter *filter, Reason *reason)
{
	size_t fixed = ring_fixed_size(ring_depth(session->ring));
	size_t size = filter->filter ? filter_size(filter->filter) : 0;
	Dedup *dedup = NULL;
	int r;

	if (filter->dedup_window > 0)
		size += dedup_size(session->broker->config.dedup_entries);
	/* the new is paid for before the old is let go */
	if (charge_more(&session->memory, size) < 0)
		return reason_set(reason, E_LIMIT_REACHED, "the filter passes the memory of uid %u (FifoBytesPerUser)",
				  user_uid(session->user));
	if (filter->dedup_window > 0) {
		r = dedup_new(&dedup, session->broker->config.dedup_entries);
		if (r < 0) {
			charge_less(&session->memory, size);
			return r;
		}
	}
	charge_less(&session->memory, session->memory.amount - size - fixed);

	dedup_free(session->dedup);
	session->dedup = dedup;
	scan_filter_clear(&session->filter);
	session->filter = *filter;
	filter->filter = NULL;
	if (session->scanning)
		radio_settle(session->radio);

	/* a stream has times of its own */
	if (session->stream)
		return 0;
	session->batch_due = USEC_NEVER;
	if (session->filter.by_signal && ring_count(session->ring) > 0)
		session->batch_due = session->last_batch + session->filter.batch_ms * USEC_PER_MSEC;
	broker_wake_at(session->broker, session->batch_due);
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

/* --- time --- */

/* Why a scan ends whose time is over. */
static const char *session_end_reason(const Session *session)
{
	if (!session->broker->bluez_up)
		return "bluez-gone";
	if (!session->radio->present)
		return "radio-gone";
	if (!session->radio->bluez.powered)
		return "radio-off";
	return "timeout";
}

uint64_t session_tick(Session *session, uint64_t now)
{
	uint64_t due = USEC_NEVER;

	if (session->scanning && session->scan_deadline <= now) {
		session_stop_scan(session, session_end_reason(session));
		session->last_used = now;
	}
	if (session->scanning)
		due = session->scan_deadline;
	if (session->batch_due <= now) {
		session->batch_due = USEC_NEVER;
		if (ring_count(session->ring) > 0)
			session_hand_over(session, now);
	}
	return MIN(due, MIN(session->batch_due, session_idle_at(session)));
}
