/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The broker: keeps the lists, and the time of what is due next. */
#include "core/broker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/bonds.h"
#include "core/links.h"
#include "core/local-flow.h"
#include "core/peripheral.h"
#include "core/radio.h"
#include "core/session.h"

int broker_new(Broker **ret, const Config *config, const BrokerOps *ops, void *userdata)
{
	const uint64_t limits[_QUOTA_MAX] = {
		[QUOTA_SESSIONS] = config->sessions_per_user,
		[QUOTA_FIFO_BYTES] = config->fifo_bytes_per_user,
		[QUOTA_CALLS] = config->queued_calls_per_user,
		[QUOTA_CONNECTIONS] = config->connections_per_user,
		[QUOTA_STREAMS] = config->streams_per_user,
		[QUOTA_ATTRIBUTES] = config->attributes_per_user,
		[QUOTA_BYTES] = config->bytes_per_user,
		[QUOTA_VALUES] = LOCAL_FLOW_MAX,
	};
	Broker *broker;
	int r;

	broker = calloc(1, sizeof(*broker));
	if (!broker)
		return -ENOMEM;

	r = quota_new(&broker->quota, limits);
	if (r < 0) {
		free(broker);
		return r;
	}
	broker->config = *config;
	broker->ops = ops;
	broker->userdata = userdata;
	broker->radios = g_ptr_array_new();
	broker->sessions = g_ptr_array_new();
	broker->owners = bonds_owners_new();
	broker->flow = local_flow_new();
	broker->next_session = 1;
	broker->next_read = 1;
	broker->wake = USEC_NEVER;
	*ret = broker;
	return 0;
}

void broker_drop_sessions(Broker *broker, uint64_t now)
{
	while (broker->sessions->len > 0)
		session_drop(g_ptr_array_index(broker->sessions, broker->sessions->len - 1), now);
}

Broker *broker_free(Broker *broker)
{
	if (!broker)
		return NULL;

	broker_drop_sessions(broker, 0);
	while (broker->radios->len > 0)
		radio_free(g_ptr_array_index(broker->radios, broker->radios->len - 1));
	g_ptr_array_free(broker->sessions, TRUE);
	g_ptr_array_free(broker->radios, TRUE);
	g_array_free(broker->owners, TRUE);
	local_flow_free(broker->flow);
	quota_free(broker->quota);
	free(broker);
	return NULL;
}

void broker_bluez_changed(Broker *broker, bool up)
{
	broker->bluez_up = up;
	broker->bluez_stalled = false;
}

void broker_bluez_stalled(Broker *broker, bool stalled, uint64_t now)
{
	if (broker->bluez_stalled == stalled)
		return;
	broker->bluez_stalled = stalled;
	if (stalled) {
		broker->stats.stalls++;
		broker->stalled_since = now;
		broker->ops->bluez_stalled(broker->userdata);
		return;
	}
	for (guint i = 0; i < broker->radios->len; i++) {
		Radio *radio = g_ptr_array_index(broker->radios, i);

		links_resume(radio, now - broker->stalled_since, now);
		peripheral_settle(radio->peripheral, now);
	}
}

int broker_bluez_ready(const Broker *broker, Reason *reason)
{
	if (broker->bluez_stalled)
		return reason_set(reason, E_BLUEZ_UNAVAILABLE,
				  "bluetoothd does not answer any more; what is under way may yet be done when it does");
	if (!broker->bluez_up)
		return reason_set(reason, E_BLUEZ_UNAVAILABLE,
				  "bluetoothd is not running; start it with: systemctl start bluetooth");
	return 0;
}

void broker_set_monitored(Broker *broker, bool monitored)
{
	if (broker->monitored == monitored)
		return;
	broker->monitored = monitored;
	for (guint i = 0; i < broker->radios->len; i++)
		radio_source_changed(g_ptr_array_index(broker->radios, i));
}

void broker_peer_gone(Broker *broker, const char *connection, uint64_t now)
{
	for (guint i = broker->sessions->len; i-- > 0;) {
		Session *session = g_ptr_array_index(broker->sessions, i);

		if (session->owner && strcmp(session->owner, connection) == 0) {
			session_drop(session, now);
			continue;
		}
		session_unsubscribe(session, connection);
		if (!session->owner)
			broker_wake_at(broker, session_tick(session, now));
	}
	for (guint i = 0; i < broker->radios->len; i++) {
		Radio *radio = g_ptr_array_index(broker->radios, i);

		links_peer_gone(radio, connection);
		peripheral_peer_gone(radio->peripheral, connection, now);
	}
}

void broker_peer_reads(Broker *broker, const char *connection, bool reads)
{
	for (guint i = 0; i < broker->sessions->len; i++)
		session_peer_reads(g_ptr_array_index(broker->sessions, i), connection, reads);
}

void broker_wake_at(Broker *broker, uint64_t when)
{
	if (when >= broker->wake)
		return;
	broker->wake = when;
	broker->ops->wake_at(broker->userdata, when);
}

void broker_tick(Broker *broker, uint64_t now)
{
	uint64_t next = USEC_NEVER;

	/* what is asked for while things are done must not be lost */
	broker->wake = USEC_NEVER;

	for (guint i = broker->sessions->len; i-- > 0;) {
		Session *session = g_ptr_array_index(broker->sessions, i);
		uint64_t due = session_tick(session, now);

		if (session_is_idle(session, now))
			session_drop(session, now);
		else
			next = MIN(next, due);
	}
	for (guint i = broker->radios->len; i-- > 0;) {
		Radio *radio = g_ptr_array_index(broker->radios, i);

		next = MIN(next, radio_tick(radio, now));
	}

	broker->wake = MIN(broker->wake, next);
	broker->ops->wake_at(broker->userdata, broker->wake);
}

void broker_stats(const Broker *broker, BrokerStats *ret)
{
	*ret = broker->stats;
	for (guint i = 0; i < broker->sessions->len; i++) {
		const Session *session = g_ptr_array_index(broker->sessions, i);

		ret->delivered += session->delivered;
		ret->dropped_overflow += session->ring ? ring_dropped(session->ring) - session->dropped_memory : 0;
		ret->dropped_memory += session->dropped_memory;
		ret->filtered += session->filtered;
		ret->duplicates += session->duplicates;
	}
}

void broker_upstream_failed(Broker *broker)
{
	broker->stats.upstream_errors++;
}

void broker_monitor_lost(Broker *broker, uint32_t packets)
{
	broker->stats.dropped_monitor += packets;
}

void broker_signal_lost(Broker *broker)
{
	broker->stats.dropped_signals++;
}

void broker_call_dropped(Broker *broker)
{
	broker->stats.dropped_calls++;
}

Radio *broker_radio(const Broker *broker, unsigned index)
{
	Radio *remembered = NULL;

	for (guint i = 0; i < broker->radios->len; i++) {
		Radio *radio = g_ptr_array_index(broker->radios, i);

		if (radio->index == index && radio->present)
			return radio;
		if (radio->index == index || (radio->former_index == index && !remembered))
			remembered = radio;
	}
	return remembered;
}

Radio *broker_radio_by_id(const Broker *broker, uint64_t id)
{
	for (guint i = 0; i < broker->radios->len; i++) {
		Radio *radio = g_ptr_array_index(broker->radios, i);

		if (radio->id == id)
			return radio;
	}
	return NULL;
}
