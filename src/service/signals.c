/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Core's news for the programs: broadcast for radios, unicast for sessions. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include <linux/sockios.h>

#include "meaning/constants.h"
#include "service/objects.h"
#include "service/path.h"
#include "service/report-dbus.h"
#include "service/service.h"
#include "service/signals.h"
#include "util/log.h"

/* Bytes that the bus has not read yet: above this, batches stay in the rings, where they are bounded, and
 * long answers are not begun. dbus-daemon reads 2 KiB of a connection in each turn of its loop, and the
 * socket holds 8 MiB, behind all of which an answer would wait. */
#define BACKLOG_MAX (64 * 1024)

/* About what a report takes in a signal. */
#define REPORT_SIZE 160

/* A bus that is gone, or that we are leaving, is the end anyway: not a line for each signal. */
void signal_log_error(int r)
{
	if (r < 0 && r != -ENOTCONN)
		log_limited(LOG_WARNING, "cannot send a signal: %s", strerror(-r));
}

void service_send(Service *service, const char *connection, sd_bus_message *m, size_t bytes)
{
	int r = peers_send(service->peers, connection, m, bytes);

	if (r == -ENOBUFS)
		service->broker->stats.dropped_signals++;
	else
		signal_log_error(r);
}

void service_radio_added(Service *service, Radio *radio)
{
	char path[PATH_SIZE];

	service->news++;
	signal_log_error(sd_bus_emit_object_added(service->bus, path_of_radio(radio, path)));
	signal_log_error(
		sd_bus_emit_properties_changed(service->bus, PATH_ROOT, MANAGER_INTERFACE, "Adapters", NULL));
}

void service_radio_removed(Service *service, Radio *radio)
{
	char path[PATH_SIZE];

	service->news++;
	signal_log_error(sd_bus_emit_interfaces_removed(service->bus, path_of_radio(radio, path),
							ADAPTER1_INTERFACE, SESSION_INTERFACE, NULL));
	signal_log_error(
		sd_bus_emit_properties_changed(service->bus, PATH_ROOT, MANAGER_INTERFACE, "Adapters", NULL));
}

void service_radio_changed(Service *service, Radio *radio, unsigned changes)
{
	static const struct {
		RadioChange change;
		const char *property;
	} properties[] = {
		{ RADIO_NAME, "Name" },
		{ RADIO_ADDRESS_TYPE, "AddressType" },
		{ RADIO_POWERED, "Powered" },
		{ RADIO_SCANNING, "Scanning" },
		{ RADIO_SOURCE, "Source" },
		{ RADIO_LINKS, "ActiveLinks" },
		{ RADIO_INSTANCES, "AdvertisingInstances" },
		{ RADIO_INSTANCES_FREE, "AdvertisingInstancesFree" },
		{ RADIO_SCAN_MODE, "ScanMode" },
	};
	char *names[ARRAY_SIZE(properties) + 1] = { NULL };
	char path[PATH_SIZE];
	size_t n = 0;

	service->news++;
	for (size_t i = 0; i < ARRAY_SIZE(properties); i++)
		if (changes & properties[i].change)
			names[n++] = (char *)properties[i].property;
	signal_log_error(sd_bus_emit_properties_changed_strv(service->bus, path_of_radio(radio, path),
							   ADAPTER1_INTERFACE, names));
}

/* A signal of a session, for one connection. */
static int session_signal_new(Service *service, const Session *session, const char *connection,
			      const char *member, sd_bus_message **ret)
{
	char path[PATH_SIZE];
	sd_bus_message *m;
	int r;

	r = sd_bus_message_new_signal(service->bus, &m, path_of_signals(session, path), SESSION_INTERFACE,
				      member);
	if (r < 0)
		return r;
	r = sd_bus_message_set_destination(m, connection);
	if (r < 0) {
		sd_bus_message_unref(m);
		return r;
	}
	*ret = m;
	return 0;
}

void service_session_event(Service *service, Session *session, const char *connection, uint32_t events)
{
	sd_bus_message *m = NULL;
	int r;

	r = session_signal_new(service, session, connection, "Event", &m);
	if (r >= 0)
		r = sd_bus_message_append(m, "u", events);
	if (r >= 0)
		r = sd_bus_send(service->bus, m, NULL);
	sd_bus_message_unref(m);
	signal_log_error(r);
}

bool service_is_behind(const Service *service)
{
	uint64_t messages = 0;
	int bytes = 0;

	if (sd_bus_get_n_queued_write(service->bus, &messages) >= 0 && messages > 0)
		return true;
	return ioctl(sd_bus_get_fd(service->bus), SIOCOUTQ, &bytes) >= 0 && bytes > BACKLOG_MAX;
}

bool service_session_batch(Service *service, Session *session)
{
	const size_t before = ring_count(session->ring);
	sd_bus_message *first = NULL;
	int r = 0;

	if (service_is_behind(service))
		return false;

	for (guint i = 0; i < session->subscribers->len && r >= 0; i++) {
		const Subscriber *subscriber = &g_array_index(session->subscribers, Subscriber, i);
		sd_bus_message *m = NULL;

		if (!(subscriber->triggers & EVENT_NEW_ADV) || subscriber->stuck)
			continue;
		r = session_signal_new(service, session, subscriber->connection, "Advertisements", &m);
		if (r < 0)
			break;
		/* the reports leave the FIFO once; more readers get a copy of what the first got */
		if (first) {
			r = sd_bus_message_rewind(first, true);
			if (r >= 0)
				r = sd_bus_message_copy(m, first, true);
		} else {
			r = reports_append_rich(m, session,
						MIN(session->filter.batch_max, SIGNAL_REPORTS_MAX));
		}
		if (r >= 0)
			service_send(service, subscriber->connection, m,
				     (before - ring_count(session->ring)) * REPORT_SIZE);
		if (!first)
			first = sd_bus_message_ref(m);
		sd_bus_message_unref(m);
	}
	sd_bus_message_unref(first);
	signal_log_error(r);
	return true;
}

void service_session_scan_stopped(Service *service, Session *session, const char *reason)
{
	for (guint i = 0; i < session->subscribers->len; i++) {
		const Subscriber *subscriber = &g_array_index(session->subscribers, Subscriber, i);
		sd_bus_message *m = NULL;
		int r;

		r = session_signal_new(service, session, subscriber->connection, "ScanStopped", &m);
		if (r >= 0)
			r = sd_bus_message_append(m, "s", reason);
		if (r >= 0)
			service_send(service, subscriber->connection, m, 0);
		sd_bus_message_unref(m);
		signal_log_error(r);
	}
}

/* --- links --- */

void service_attr_added(Service *service, Attr *attr)
{
	char path[PATH_SIZE];

	service->news++;
	signal_log_error(sd_bus_emit_object_added(service->bus, path_of_attr(attr, path)));
}

void service_attr_removed(Service *service, Attr *attr)
{
	char path[PATH_SIZE];

	service->news++;
	signal_log_error(sd_bus_emit_interfaces_removed(service->bus, path_of_attr(attr, path),
							object_attr_interface(attr), NULL));
}

void service_link_added(Service *service, Link *link)
{
	char path[PATH_SIZE];

	service->news++;
	signal_log_error(sd_bus_emit_object_added(service->bus, path_of_link(link, path)));
	for (guint i = 0; i < link->attrs->len; i++)
		service_attr_added(service, g_ptr_array_index(link->attrs, i));
}

void service_link_removed(Service *service, Link *link)
{
	char path[PATH_SIZE];

	service->news++;
	/* the leaves before the branches */
	for (guint i = link->attrs->len; i-- > 0;)
		service_attr_removed(service, g_ptr_array_index(link->attrs, i));
	signal_log_error(sd_bus_emit_interfaces_removed(service->bus, path_of_link(link, path),
							CONNECTION_INTERFACE, NULL));
}

void service_link_changed(Service *service, Link *link, unsigned changes)
{
	static const struct {
		LinkChange change;
		const char *property;
	} properties[] = {
		{ LINK_CONNECTED, "Connected" },
		{ LINK_PAIRED, "Paired" },
		{ LINK_HOLDERS, "Holders" },
		{ LINK_RSSI, "RSSI" },
		{ LINK_IDENTITY, "IdentityAddress" },
	};
	char *names[ARRAY_SIZE(properties) + 1] = { NULL };
	char path[PATH_SIZE];
	size_t n = 0;

	service->news++;
	for (size_t i = 0; i < ARRAY_SIZE(properties); i++)
		if (changes & properties[i].change)
			names[n++] = (char *)properties[i].property;
	signal_log_error(sd_bus_emit_properties_changed_strv(service->bus, path_of_link(link, path),
							     CONNECTION_INTERFACE, names));
}

/* To the owner of a private session; for a user session, to those who asked for its signals. */
static void send_lost(Service *service, const Link *link, const char *connection, const char *reason)
{
	sd_bus_message *m = NULL;
	char path[PATH_SIZE];
	int r;

	r = sd_bus_message_new_signal(service->bus, &m, path_of_link(link, path), CONNECTION_INTERFACE,
				      "Disconnected");
	if (r >= 0)
		r = sd_bus_message_append(m, "s", reason);
	if (r >= 0)
		service_send(service, connection, m, 0);
	sd_bus_message_unref(m);
	signal_log_error(r);
}

void service_link_lost(Service *service, Link *link, const char *reason)
{
	for (guint i = 0; i < link->holds->len; i++) {
		const Session *session = g_array_index(link->holds, Hold, i).session;

		if (session->owner) {
			send_lost(service, link, session->owner, reason);
			continue;
		}
		for (guint s = 0; s < session->subscribers->len; s++)
			send_lost(service, link,
				  g_array_index(session->subscribers, Subscriber, s).connection, reason);
	}
}

void service_attr_notification(Service *service, Attr *attr, AttrSub *sub, GBytes *value, uint64_t now)
{
	sd_bus_message *m = NULL;
	char path[PATH_SIZE];
	const void *bytes;
	gsize length;
	int r;

	/* a user session's subscription outlives the connection that made it: then there is nobody to tell */
	if (sub->connection[0] == '\0')
		return;
	bytes = g_bytes_get_data(value, &length);
	r = sd_bus_message_new_signal(service->bus, &m, path_of_attr(attr, path),
				      REMOTE_CHARACTERISTIC_INTERFACE, "Notification");
	if (r >= 0)
		r = sd_bus_message_append(m, "t", now);
	if (r >= 0)
		r = sd_bus_message_append_array(m, 'y', bytes, length);
	if (r >= 0)
		r = peers_send(service->peers, sub->connection, m, length);
	sd_bus_message_unref(m);
	if (r == -ENOBUFS) {
		sub->session->dropped_notifications++;
		service->broker->stats.dropped_notifications++;
		return;
	}
	signal_log_error(r);
}
