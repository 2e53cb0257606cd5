/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Core's news for the programs: broadcast for radios, unicast for sessions. */
#include <errno.h>
#include <string.h>

#include "core/constants.h"
#include "service/path.h"
#include "service/report-dbus.h"
#include "service/service.h"
#include "util/log.h"

/* Messages that wait to be written: above this, batches stay in the rings, where they are bounded. */
#define BACKLOG_MAX 256

/* A bus that is gone, or that we are leaving, is the end anyway: not a line for each signal. */
static void log_send_error(int r)
{
	if (r < 0 && r != -ENOTCONN)
		log_limited(LOG_WARNING, "cannot send a signal: %s", strerror(-r));
}

void service_radio_added(Service *service, Radio *radio)
{
	char path[PATH_SIZE];

	log_send_error(sd_bus_emit_object_added(service->bus, path_of_radio(radio, path)));
	log_send_error(sd_bus_emit_properties_changed(service->bus, PATH_ROOT, MANAGER_INTERFACE, "Adapters", NULL));
}

void service_radio_removed(Service *service, Radio *radio)
{
	char path[PATH_SIZE];

	log_send_error(sd_bus_emit_interfaces_removed(service->bus, path_of_radio(radio, path), ADAPTER1_INTERFACE,
						      SESSION_INTERFACE, NULL));
	log_send_error(sd_bus_emit_properties_changed(service->bus, PATH_ROOT, MANAGER_INTERFACE, "Adapters", NULL));
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
	};
	char *names[ARRAY_SIZE(properties) + 1] = { NULL };
	char path[PATH_SIZE];
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(properties); i++)
		if (changes & properties[i].change)
			names[n++] = (char *)properties[i].property;
	log_send_error(sd_bus_emit_properties_changed_strv(service->bus, path_of_radio(radio, path),
							   ADAPTER1_INTERFACE, names));
}

/* A signal of a session, for one connection. */
static int session_signal_new(Service *service, const Session *session, const char *connection, const char *member,
			      sd_bus_message **ret)
{
	char path[PATH_SIZE];
	sd_bus_message *m;
	int r;

	r = sd_bus_message_new_signal(service->bus, &m, path_of_signals(session, path), SESSION_INTERFACE, member);
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
	log_send_error(r);
}

bool service_session_batch(Service *service, Session *session)
{
	sd_bus_message *first = NULL;
	uint64_t backlog = 0;
	int r = 0;

	if (sd_bus_get_n_queued_write(service->bus, &backlog) >= 0 && backlog > BACKLOG_MAX)
		return false;

	for (guint i = 0; i < session->subscribers->len && r >= 0; i++) {
		const Subscriber *subscriber = &g_array_index(session->subscribers, Subscriber, i);
		sd_bus_message *m = NULL;

		if (!(subscriber->triggers & EVENT_NEW_ADV))
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
			r = reports_append_rich(m, session, session->filter.batch_max);
		}
		if (r >= 0)
			r = sd_bus_send(service->bus, m, NULL);
		if (!first)
			first = sd_bus_message_ref(m);
		sd_bus_message_unref(m);
	}
	sd_bus_message_unref(first);
	log_send_error(r);
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
			r = sd_bus_send(service->bus, m, NULL);
		sd_bus_message_unref(m);
		log_send_error(r);
	}
}
