/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How sessions come, scan, and go. */
#include "core/sessions.h"

#include <string.h>

#include "core/client.h"
#include "core/links.h"
#include "core/news.h"
#include "core/peripheral.h"
#include "core/post.h"
#include "core/radios.h"
#include "core/rota.h"
#include "core/subscriber.h"

#define ANTENNA_EXTERNAL 1

/* --- time --- */

/* What programs are told when the time of a scan is over: why it hears nothing now, or "timeout". */
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

static void on_scan_end(Task *task, uint64_t now)
{
	Session *session = CONTAINER_OF(task, Session, scan_end);

	sessions_stop_scan(session, session_end_reason(session));
	session->last_used = now;
}

/* When a user session that holds nothing is to be dropped; USEC_NEVER: the session is private, or holds
 * something. */
static uint64_t session_idle_at(const Session *session)
{
	if (session->owner || session->scanning || session->stream || session->subscribers->len > 0 ||
	    links_hold_session(session->radio, session) ||
	    peripheral_used_by(session->radio->peripheral, session))
		return USEC_NEVER;
	return session->last_used + session->broker->config.user_session_idle_seconds * USEC_PER_SEC;
}

bool sessions_needs_radio(const Session *session)
{
	return session->initialised && session_idle_at(session) == USEC_NEVER;
}

static void on_idle(Task *task, uint64_t now)
{
	Session *session = CONTAINER_OF(task, Session, idle);
	const uint64_t when = session_idle_at(session);

	if (when <= now)
		sessions_drop(session, now);
	else
		task_at(&session->idle, when);
}

/* --- life --- */

static int session_new(Radio *radio, const Face *face, uid_t uid, const char *owner, uint64_t now,
		       Session **ret, Reason *reason)
{
	Broker *broker = radio->broker;
	User *user = quota_user(broker->quota, uid);
	Session *session;
	Charge place;
	int r;

	if (charge_init(&place, user, QUOTA_SESSIONS, 1) < 0) {
		r = reason_set(reason, E_LIMIT_REACHED,
			       "uid %u has %llu sessions, the limit (SessionsPerUser); close one first", uid,
			       (unsigned long long)user_limit(user, QUOTA_SESSIONS));
		user_unref(user);
		return r;
	}

	session = g_new0(Session, 1);
	session->user = user;
	session->face = face;
	session->place = place;
	session->broker = broker;
	session->radio = radio;
	session->path_index = radio->index;
	task_init(&session->batch, &broker->agenda, fanout_batch_due);
	task_init(&session->scan_end, &broker->agenda, on_scan_end);
	task_init(&session->idle, &broker->agenda, on_idle);
	session->last_used = now;
	session->subscribers = g_array_new(FALSE, FALSE, sizeof(Subscriber));
	scan_filter_init(&session->filter, &broker->config);
	session->serial = ++broker->last_serial;
	if (owner) {
		session->owner = g_strdup(owner);
		session->id = broker->next_session++;
	}
	g_ptr_array_add(broker->sessions, session);
	rota_join(session);
	news_session_row(session, true);
	*ret = session;
	return 0;
}

int sessions_open(Radio *radio, const Face *face, uid_t uid, const char *owner, const InitOptions *options,
		  uint64_t now, Session **ret, Reason *reason)
{
	Session *session = NULL;
	int r;

	r = session_new(radio, face, uid, owner, now, &session, reason);
	if (r != 0)
		return r;
	r = sessions_init(session, options, now, reason);
	if (r != 0) {
		sessions_drop(session, now);
		return r;
	}
	*ret = session;
	return 0;
}

Session *sessions_find_user(const Radio *radio, uid_t uid)
{
	const Broker *broker = radio->broker;

	for (guint i = 0; i < broker->sessions->len; i++) {
		Session *session = g_ptr_array_index(broker->sessions, i);

		if (!session->owner && session->radio == radio && user_uid(session->user) == uid)
			return session;
	}
	return NULL;
}

int sessions_get_user(Radio *radio, const Face *face, uid_t uid, uint64_t now, Session **ret, Reason *reason)
{
	Session *session = sessions_find_user(radio, uid);
	int r;

	if (!session) {
		r = session_new(radio, face, uid, NULL, now, &session, reason);
		if (r != 0)
			return r;
	}
	sessions_used(session, now);
	*ret = session;
	return 0;
}

void sessions_used(Session *session, uint64_t now)
{
	session->last_used = now;
	session_idle_again(session);
}

Session *sessions_find(const Broker *broker, uint64_t id)
{
	for (guint i = 0; i < broker->sessions->len; i++) {
		Session *session = g_ptr_array_index(broker->sessions, i);

		if (session->owner && session->id == id)
			return session;
	}
	return NULL;
}

int sessions_init(Session *session, const InitOptions *options, uint64_t now, Reason *reason)
{
	const Config *config = &session->broker->config;
	size_t depth = options->fifo ? options->fifo : config->fifo_depth;
	Charge memory;
	int r;

	if (depth > config->max_fifo_depth)
		return reason_set(reason, E_LIMIT_REACHED,
				  "fifo: %zu is above the limit of %u (MaxFifoDepth)", depth,
				  config->max_fifo_depth);
	if (options->antenna_set && options->antenna == ANTENNA_EXTERNAL && config->antenna_switch[0] == '\0')
		return reason_set(reason, E_NOT_SUPPORTED,
				  "antenna: EXT_ANT needs an antenna switch "
				  "(AntennaSwitch in the configuration)");

	/* the new memory is charged before the old is given back, so that a refusal changes nothing */
	if (charge_init(&memory, session->user, QUOTA_FIFO_BYTES, ring_fixed_size(depth)) < 0)
		return reason_set(reason, E_LIMIT_REACHED,
				  "fifo: a depth of %zu passes the memory of uid %u (FifoBytesPerUser)",
				  depth, user_uid(session->user));

	if (options->antenna_set && config->antenna_switch[0] != '\0') {
		r = session->broker->ops->radio_antenna(session->broker->userdata,
							options->antenna == ANTENNA_EXTERNAL);
		if (r < 0) {
			charge_end(&memory);
			return reason_set(reason, E_FAILED, "antenna: the switch %s could not be set: %s",
					  config->antenna_switch, strerror(-r));
		}
	}

	/* the new use of the radio begins before the old one ends, so that the radio stays powered */
	radio_use(session->radio);
	sessions_deinit(session, now);
	session->ring = ring_new(depth, !options->drop_newest);
	session->memory = memory;
	(void)charge_init(&session->held, session->user, QUOTA_FIFO_BYTES, 0);
	session->options = *options;
	session->last_used = now;
	session->initialised = true;
	return 0;
}

void sessions_set_pin(Session *session, uint32_t pin)
{
	session->options.pin = pin;
	session->options.pin_set = true;
}

void sessions_deinit(Session *session, uint64_t now)
{
	if (!session->initialised)
		return;

	sessions_stop_scan(session, "stopped");
	session_stream_end(session);
	session_free_fifo(session);
	task_cancel(&session->batch);
	scan_filter_init(&session->filter, &session->broker->config);
	while (session->subscribers->len > 0)
		subscriber_remove(session, g_array_index(session->subscribers, Subscriber, 0).connection);
	session->events = 0;
	session->initialised = false;
	links_drop_session(session->radio, session, now);
	peripheral_drop_session(session->radio->peripheral, session, now);
	radio_unuse(session->radio);
	session_idle_again(session);
}

static void session_free(void *data)
{
	Session *session = data;

	g_assert(!session->ring && !session->stream && session->batch.due == USEC_NEVER &&
		 session->scan_end.due == USEC_NEVER);
	user_unref(session->user);
	g_array_free(session->subscribers, TRUE);
	g_free(session->owner);
	g_free(session);
}

void sessions_drop(Session *session, uint64_t now)
{
	Radio *radio = session->radio;

	sessions_deinit(session, now);
	news_session_row(session, false);
	g_ptr_array_remove(session->broker->sessions, session);
	charge_end(&session->place);
	while (session->subscribers->len > 0)
		subscriber_remove(session, g_array_index(session->subscribers, Subscriber, 0).connection);
	task_cancel(&session->idle);
	post_bury(session->broker, session, session_free);
	radios_release(radio);
}

/* --- scan --- */

int sessions_start_scan(Session *session, int32_t seconds, uint64_t now, Reason *reason)
{
	int r;

	if (seconds == 0)
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "seconds: 0 is not a time; give more to stop by itself, "
				  "less to scan until StopScan");
	r = radio_ready(session->radio, reason);
	if (r != 0)
		return r;
	if (session->scanning)
		return reason_set(reason, E_IN_PROGRESS, "this session scans already; StopScan ends it");

	session_empty_fifo(session);
	session->scanning = true;
	session->last_taken = now;
	task_cancel(&session->batch);
	task_at(&session->scan_end, seconds > 0 ? now + (uint64_t)seconds * USEC_PER_SEC : USEC_NEVER);
	radio_add_scan(session->radio, session, now);
	news_session_row(session, true);
	return 0;
}

void sessions_stop_scan(Session *session, const char *why)
{
	if (!session->scanning)
		return;
	session->scanning = false;
	task_cancel(&session->scan_end);
	radio_remove_scan(session->radio, session);
	news_session_row(session, true);

	/* hand over the unfinished batch: reports that were heard are not to be lost when the scan ends */
	fanout_flush(session);
	for (guint i = 0; i < session->subscribers->len; i++)
		news_scan_stopped(session, g_array_index(session->subscribers, Subscriber, i).connection,
				  why);
	session_idle_again(session);
}
