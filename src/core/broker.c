/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The broker: what can be asked of it. */
#include "core/broker.h"

#include "core/radio.h"
#include "core/ring.h"
#include "core/session.h"

int broker_bluez_ready(const Broker *broker, Reason *reason)
{
	if (broker->bluez_stalled)
		return reason_set(reason, E_BLUEZ_UNAVAILABLE,
				  "bluetoothd does not answer any more; "
				  "what is under way may yet be done when it does");
	if (!broker->bluez_up)
		return reason_set(reason, E_BLUEZ_UNAVAILABLE,
				  "bluetoothd is not running; start it with: systemctl start bluetooth");
	return 0;
}

const char *broker_bluez_state(const Broker *broker)
{
	return broker->bluez_stalled ? "stalled" : broker->bluez_up ? "running" : "gone";
}

void broker_stats(const Broker *broker, BrokerStats *ret)
{
	*ret = broker->stats;
	for (guint i = 0; i < broker->sessions->len; i++) {
		const Session *session = g_ptr_array_index(broker->sessions, i);

		ret->delivered += session->delivered;
		ret->dropped_overflow +=
			session->ring ? ring_dropped(session->ring) - session->dropped_memory : 0;
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

void broker_guests_at(Broker *broker, const char *path)
{
	g_free(broker->guest_socket);
	broker->guest_socket = g_strdup(path);
}

void broker_guest_cut_off(Broker *broker)
{
	broker->stats.cut_off++;
}

void broker_guests(const Broker *broker, GuestRow row, void *userdata)
{
	for (guint i = 0; i < broker->faces->len; i++) {
		const Face *face = g_ptr_array_index(broker->faces, i);

		if (face->ops->guests)
			face->ops->guests(face->userdata, row, userdata);
	}
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
