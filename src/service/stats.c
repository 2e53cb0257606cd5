/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Manager1.GetStats: counters as a dictionary. */
#include "service/stats.h"

#include "core/advert.h"
#include "core/client.h"
#include "core/peripheral.h"
#include "core/radio.h"
#include "service/path.h"
#include "service/rows.h"

static int open_entry(sd_bus_message *m, const char *key, const char *signature)
{
	int r;

	r = sd_bus_message_open_container(m, 'e', "sv");
	if (r >= 0)
		r = sd_bus_message_append(m, "s", key);
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'v', signature);
	return r;
}

static int close_entry(sd_bus_message *m)
{
	int r = sd_bus_message_close_container(m);

	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_session(sd_bus_message *m, const Session *session)
{
	char path[PATH_SIZE];
	int r;

	r = sd_bus_message_append(m, "a{sv}", 14,
				  "Path", "o", path_of_session(session, path),
				  "Uid", "u", user_uid(session->user),
				  "Scanning", "b", (int)session->scanning,
				  "Fifo", "u", session->ring ? (uint32_t)ring_count(session->ring) : 0,
				  "FifoDepth", "u", session->ring ? (uint32_t)ring_depth(session->ring) : 0,
				  "Reports", "t", session->reports,
				  "Delivered", "t", session->delivered,
				  "Dropped", "t", session_dropped(session),
				  "Filtered", "t", session->filtered,
				  "Duplicates", "t", session->duplicates,
				  "Stream", "b", session->stream != NULL,
				  "StreamReports", "t", session->streamed,
				  "StreamLost", "t", session_stream_lost(session),
				  "NotificationsDropped", "t", session->dropped_notifications);
	return r;
}

static int open_sessions(sd_bus_message *m)
{
	int r;

	r = open_entry(m, "Sessions", "aa{sv}");
	return r < 0 ? r : sd_bus_message_open_container(m, 'a', "a{sv}");
}

static int close_sessions(sd_bus_message *m)
{
	int r = sd_bus_message_close_container(m);

	return r < 0 ? r : close_entry(m);
}

/* The broker's sessions are in the order of their serials. */
int stats_append_sessions(sd_bus_message *m, const Broker *broker, uid_t uid, uint64_t *serial, unsigned max)
{
	for (guint i = 0; i < broker->sessions->len; i++) {
		const Session *session = g_ptr_array_index(broker->sessions, i);
		int r;

		if (session->serial <= *serial || (uid != 0 && user_uid(session->user) != uid))
			continue;
		if (max-- == 0)
			return 1;
		r = append_session(m, session);
		if (r < 0)
			return r;
		*serial = session->serial;
	}
	return 0;
}

typedef struct Charged {
	sd_bus_message *m;
	uid_t uid;		/* whose row it is for; root's: all */
	int r;
} Charged;

static void append_charged_row(const User *user, void *userdata)
{
	static const char *const names[_QUOTA_MAX] = {
		[QUOTA_SESSIONS] = "Sessions",
		[QUOTA_FIFO_BYTES] = "FifoBytes",
		[QUOTA_CALLS] = "QueuedCalls",
		[QUOTA_CONNECTIONS] = "Connections",
		[QUOTA_STREAMS] = "Streams",
		[QUOTA_ATTRIBUTES] = "Attributes",
		[QUOTA_BYTES] = "Bytes",
		[QUOTA_VALUES] = "Values",
	};
	Charged *charged = userdata;
	sd_bus_message *m = charged->m;
	int r = charged->r;

	if (r < 0 || (charged->uid != 0 && user_uid(user) != charged->uid))
		return;
	r = sd_bus_message_open_container(m, 'a', "{sv}");
	if (r >= 0)
		r = sd_bus_message_append(m, "{sv}", "Uid", "u", user_uid(user));
	for (size_t i = 0; i < _QUOTA_MAX && r >= 0; i++)
		r = sd_bus_message_append(m, "{sv}", names[i], "t", user_charged(user, (QuotaKind)i));
	charged->r = r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_charged(sd_bus_message *m, const Broker *broker, uid_t uid)
{
	Charged charged = { .m = m, .uid = uid };
	int r;

	r = open_entry(m, "Charged", "aa{sv}");
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'a', "a{sv}");
	if (r < 0)
		return r;
	quota_for_each(broker->quota, append_charged_row, &charged);
	r = charged.r < 0 ? charged.r : sd_bus_message_close_container(m);
	return r < 0 ? r : close_entry(m);
}

/* Whether the central uses a service of that user. Root may know of all. */
static bool client_is_for(const Client *client, uid_t uid)
{
	for (guint i = 0; i < client->sessions->len; i++) {
		const Session *session = g_ptr_array_index(client->sessions, i);

		if (user_uid(session->user) == uid)
			return true;
	}
	return uid == 0;
}

static int append_clients(sd_bus_message *m, const Broker *broker, uid_t uid)
{
	int r;

	r = open_entry(m, "Clients", "aa{sv}");
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'a', "a{sv}");
	for (guint i = 0; i < broker->radios->len; i++) {
		const Radio *radio = g_ptr_array_index(broker->radios, i);

		for (guint c = 0; c < radio->peripheral->clients->len && r >= 0; c++) {
			const Client *client = g_ptr_array_index(radio->peripheral->clients, c);

			if (client_is_for(client, uid))
				r = rows_append_client(m, radio->index, &client->addr, client->mtu,
						       client->sessions->len);
		}
	}
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	return r < 0 ? r : close_entry(m);
}

static void append_guest_row(const Guest *guest, void *userdata)
{
	Charged *charged = userdata;

	if (charged->r >= 0 && (charged->uid == 0 || guest->uid == charged->uid))
		charged->r = rows_append_guest(charged->m, guest);
}

static int append_guests(sd_bus_message *m, const Broker *broker, uid_t uid)
{
	Charged charged = { .m = m, .uid = uid };
	int r;

	r = open_entry(m, "BlueZPrograms", "aa{sv}");
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'a', "a{sv}");
	if (r < 0)
		return r;
	broker_guests(broker, append_guest_row, &charged);
	r = charged.r < 0 ? charged.r : sd_bus_message_close_container(m);
	return r < 0 ? r : close_entry(m);
}

static int append_sources(sd_bus_message *m, const Broker *broker)
{
	char path[PATH_SIZE];
	int r;

	r = open_entry(m, "Sources", "a{os}");
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'a', "{os}");
	for (guint i = 0; i < broker->radios->len && r >= 0; i++) {
		const Radio *radio = g_ptr_array_index(broker->radios, i);

		if (radio->present)
			r = sd_bus_message_append(m, "{os}", path_of_radio(radio, path), radio_source(radio));
	}
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	return r < 0 ? r : close_entry(m);
}

static int append_drops(sd_bus_message *m, const BrokerStats *stats)
{
	int r;

	r = open_entry(m, "Dropped", "a{st}");
	if (r >= 0)
		r = sd_bus_message_append(m, "a{st}", 6, "overflow", stats->dropped_overflow, "memory",
					  stats->dropped_memory, "notifications",
					  stats->dropped_notifications, "monitor", stats->dropped_monitor,
					  "signals", stats->dropped_signals, "calls", stats->dropped_calls);
	return r < 0 ? r : close_entry(m);
}

int stats_open(sd_bus_message *m, const Service *service, uid_t uid)
{
	const Broker *broker = service->broker;
	uint32_t links = 0, devices = 0, advertisements = 0, services = 0, streams = 0;
	BrokerStats stats;
	int r;

	for (guint i = 0; i < broker->radios->len; i++) {
		const Radio *radio = g_ptr_array_index(broker->radios, i);

		links += radio->bluez.links;
		devices += (uint32_t)devices_count(radio->devices);
		services += radio->peripheral->services->len;
		for (guint a = 0; a < radio->peripheral->adverts->len; a++)
			advertisements +=
				((const Advert *)g_ptr_array_index(radio->peripheral->adverts, a))->enabled;
	}
	for (guint i = 0; i < broker->sessions->len; i++)
		streams += ((const Session *)g_ptr_array_index(broker->sessions, i))->stream != NULL;
	broker_stats(broker, &stats);

	r = sd_bus_message_open_container(m, 'a', "{sv}");
	if (r >= 0)
		r = sd_bus_message_append(m, "{sv}{sv}{sv}{sv}{sv}{sv}{sv}{sv}{sv}{sv}{sv}{sv}{sv}{sv}",
					  "Uptime", "t", service_now(service) - service->started,
					  "Reports", "t", stats.reports,
					  "Delivered", "t", stats.delivered,
					  "Filtered", "t", stats.filtered,
					  "Duplicates", "t", stats.duplicates,
					  "UpstreamErrors", "t", stats.upstream_errors,
					  "BlueZ", "s", broker_bluez_state(broker),
					  "Stalls", "t", stats.stalls,
					  "Links", "u", links,
					  "Devices", "u", devices,
					  "Advertisements", "u", advertisements,
					  "Services", "u", services,
					  "Streams", "u", streams,
					  "CutOff", "t", stats.cut_off);
	if (r >= 0)
		r = append_drops(m, &stats);
	if (r >= 0)
		r = append_sources(m, broker);
	if (r >= 0)
		r = append_clients(m, broker, uid);
	if (r >= 0)
		r = append_guests(m, broker, uid);
	return r < 0 ? r : open_sessions(m);
}

int stats_close(sd_bus_message *m, const Broker *broker, uid_t uid)
{
	int r;

	r = close_sessions(m);
	if (r >= 0)
		r = append_charged(m, broker, uid);
	return r < 0 ? r : sd_bus_message_close_container(m);
}
