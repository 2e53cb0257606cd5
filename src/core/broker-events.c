/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The broker: how it begins and ends, and what concerns all of its radios and sessions. */
#include "core/broker-events.h"

#include <string.h>

#include "core/bonds.h"
#include "core/links.h"
#include "core/local-flow.h"
#include "core/news.h"
#include "core/peripheral.h"
#include "core/radios.h"
#include "core/sessions.h"
#include "core/subscriber.h"

Broker *broker_new(const Config *config)
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
	Broker *broker = g_new0(Broker, 1);

	broker->quota = quota_new(limits);
	agenda_init(&broker->agenda);
	broker->config = *config;
	broker->faces = g_ptr_array_new();
	broker->radios = g_ptr_array_new();
	broker->sessions = g_ptr_array_new();
	broker->owners = bonds_owners_new();
	broker->flow = local_flow_new(broker);
	broker->next_session = 1;
	broker->next_read = 1;
	return broker;
}

void broker_set_radio_side(Broker *broker, const RadioOps *ops, void *userdata)
{
	broker->ops = ops;
	broker->userdata = userdata;
}

void broker_add_face(Broker *broker, const Face *face)
{
	g_ptr_array_add(broker->faces, (Face *)face);
}

void broker_drop_sessions(Broker *broker, uint64_t now)
{
	while (broker->sessions->len > 0)
		sessions_drop(g_ptr_array_index(broker->sessions, broker->sessions->len - 1), now);
}

Broker *broker_free(Broker *broker)
{
	if (!broker)
		return NULL;

	/* they may be gone already */
	g_ptr_array_set_size(broker->faces, 0);
	broker_drop_sessions(broker, 0);
	while (broker->radios->len > 0)
		radios_free(g_ptr_array_index(broker->radios, broker->radios->len - 1));
	while (agenda_next(&broker->agenda) == AT_ONCE)
		agenda_run(&broker->agenda, 0);
	agenda_deinit(&broker->agenda);
	g_ptr_array_free(broker->sessions, TRUE);
	g_ptr_array_free(broker->faces, TRUE);
	g_free(broker->guest_socket);
	g_ptr_array_free(broker->radios, TRUE);
	g_array_free(broker->owners, TRUE);
	local_flow_free(broker->flow);
	quota_free(broker->quota);
	g_free(broker);
	return NULL;
}

static void bluez_row(Broker *broker)
{
	news_row_for_all(broker, LIST_BLUEZ, true)->state = broker_bluez_state(broker);
}

void broker_bluez_changed(Broker *broker, bool up)
{
	bool changed = false;

	if (broker->bluez_up != up) {
		broker->bluez_up = up;
		news_bluez_changed(broker);
		changed = true;
	}
	changed |= broker->bluez_stalled;
	broker->bluez_stalled = false;
	if (changed)
		bluez_row(broker);
}

void broker_guest_changed(Broker *broker, const Guest *guest, bool there)
{
	ListRow *row = news_row(broker, LIST_PROGRAMS, there);

	news_row_for(row, 0);
	news_row_for(row, guest->uid);
	row->guest = *guest;
	row->guest.command = row->name = g_strdup(guest->command);
}

void broker_bluez_stalled(Broker *broker, bool stalled, uint64_t now)
{
	if (broker->bluez_stalled == stalled)
		return;
	broker->bluez_stalled = stalled;
	bluez_row(broker);
	if (stalled) {
		broker->stats.stalls++;
		broker->stalled_since = now;
		news_bluez_stalled(broker);
		return;
	}
	for (guint i = 0; i < broker->radios->len; i++) {
		Radio *radio = g_ptr_array_index(broker->radios, i);

		links_resume(radio, now - broker->stalled_since);
		peripheral_wake(radio->peripheral);
	}
}

void broker_set_monitored(Broker *broker, bool monitored)
{
	if (broker->monitored == monitored)
		return;
	broker->monitored = monitored;
	for (guint i = 0; i < broker->radios->len; i++)
		radios_source_changed(g_ptr_array_index(broker->radios, i));
}

void broker_peer_gone(Broker *broker, const char *connection, uint64_t now)
{
	for (guint i = broker->sessions->len; i-- > 0;) {
		Session *session = g_ptr_array_index(broker->sessions, i);

		if (session->owner && strcmp(session->owner, connection) == 0) {
			sessions_drop(session, now);
			continue;
		}
		subscriber_remove(session, connection);
		session_idle_again(session);
	}
	for (guint i = 0; i < broker->radios->len; i++) {
		Radio *radio = g_ptr_array_index(broker->radios, i);

		links_peer_gone(radio, connection);
		peripheral_peer_gone(radio->peripheral, connection);
	}
}

void broker_peer_reads(Broker *broker, const char *connection, bool reads)
{
	for (guint i = 0; i < broker->sessions->len; i++)
		subscriber_reads(g_ptr_array_index(broker->sessions, i), connection, reads);
}
