/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The discovery of one adapter. Starting and stopping take a moment, as they do where a controller
 * has to answer. */
#include "discovery.h"
#include "sessions.h"

#define CONTROLLER_MS 3 /* a controller's answer */
#define RESTART_MS 100 /* from one scan to the next, with a filter */
#define REST_MS 5000 /* without */
#define FLAGS_DISCOVERABLE 0x03 /* limited or general */

struct Discovery {
	Bus *bus;
	Radio *radio;
	const DiscoveryOps *ops;
	void *owner;
	Sessions *sessions;
	MergedFilter *merged;
	bool on;
	bool filtered;
	Session *stopping; /* the last one, while the controller stops for it */
	guint command; /* start or stop under way */
	guint rest; /* until the next scan */
};

static void discovery_set_on(Discovery *discovery, bool on)
{
	if (discovery->on == on)
		return;
	discovery->on = on;
	discovery->ops->changed(discovery->owner);
}

static void discovery_clear_timer(guint *timer)
{
	if (*timer)
		g_source_remove(*timer);
	*timer = 0;
}

static int on_rested(void *data)
{
	Discovery *discovery = data;

	discovery->rest = 0;
	radio_scan(discovery->radio, true);
	return G_SOURCE_REMOVE;
}

/* The kernel has ended the scan: a filtered discovery goes on at once, a plain one rests. */
void discovery_scan_over(Discovery *discovery)
{
	if (discovery->on && !discovery->rest && !discovery->command)
		discovery->rest = g_timeout_add(discovery->filtered ? RESTART_MS : REST_MS,
						on_rested, discovery);
}

/* Somebody else's scan is under way: that of a bluetoothd which died. It has to end first. */
static void discovery_refuse(Discovery *discovery)
{
	for (unsigned int i = discovery->sessions->list->len; i > 0; i--) {
		Session *session = discovery->sessions->list->pdata[i - 1];

		if (!session->call)
			continue;
		bus_error(discovery->bus, g_steal_pointer(&session->call), "InProgress",
			  "Operation already in progress");
		session->discovering = false;
		if (!session->filter)
			sessions_remove(discovery->sessions, session);
	}
}

static int on_started(void *data)
{
	Discovery *discovery = data;

	discovery->command = 0;
	if (discovery->radio->scanning) {
		discovery_refuse(discovery);
		return G_SOURCE_REMOVE;
	}
	discovery->filtered = discovery->merged->filtered;
	radio_scan(discovery->radio, true);

	for (unsigned int i = 0; i < discovery->sessions->list->len; i++) {
		Session *session = discovery->sessions->list->pdata[i];

		if (session->call)
			bus_reply(discovery->bus, g_steal_pointer(&session->call), NULL);
	}
	discovery_set_on(discovery, true);
	return G_SOURCE_REMOVE;
}

/* How long until the scan that is wanted now has begun. */
static unsigned int discovery_command_ms(const Discovery *discovery)
{
	unsigned int ms = CONTROLLER_MS;

	if (discovery->on)
		ms = discovery->merged->filtered ? RESTART_MS : REST_MS;
	return MAX(ms, bus_delay(discovery->bus, "StartDiscovery"));
}

/* Returns whether a command to the controller is under way. */
static bool discovery_update(Discovery *discovery)
{
	MergedFilter *merged = sessions_merge(discovery->sessions);
	bool same = merged_equal(discovery->merged, merged);

	merged_free(discovery->merged);
	discovery->merged = merged;
	if (same && discovery->on && !discovery->stopping)
		return false;
	if (!discovery->command) {
		/* A scan under way is for the old filter. */
		discovery_clear_timer(&discovery->rest);
		if (discovery->on)
			radio_scan(discovery->radio, false);
		discovery->command =
			g_timeout_add(discovery_command_ms(discovery), on_started, discovery);
	}
	return true;
}

void discovery_start(Discovery *discovery, GDBusMethodInvocation *call)
{
	Session *session =
		sessions_find(discovery->sessions, g_dbus_method_invocation_get_sender(call));

	if (!discovery->radio->powered) {
		bus_error(discovery->bus, call, "NotReady", "Resource Not Ready");
		return;
	}
	if (session && (session->discovering || session->call)) {
		bus_error(discovery->bus, call, "InProgress", "Operation already in progress");
		return;
	}
	if (!session)
		session = sessions_add(discovery->sessions,
				       g_dbus_method_invocation_get_sender(call));

	session->discovering = true;
	if (!discovery_update(discovery)) {
		bus_reply(discovery->bus, call, NULL);
	} else if (!discovery->merged->le) { /* the controller has no BR/EDR to scan */
		discovery_clear_timer(&discovery->command);
		session->discovering = false;
		bus_error(discovery->bus, call, "InProgress", "Operation already in progress");
	} else {
		session->call = call;
	}
}

/* A session is over; a filter stays set for the next one. */
static void discovery_remove(Discovery *discovery, Session *session)
{
	session->discovering = false;
	if (!session->filter)
		sessions_remove(discovery->sessions, session);
	if (!sessions_any(discovery->sessions, NULL))
		discovery->ops->ended(discovery->owner);
}

static void discovery_finish(Discovery *discovery)
{
	discovery_clear_timer(&discovery->rest);
	if (discovery->on)
		radio_scan(discovery->radio, false);
	discovery->filtered = false;
	discovery->merged = merged_free(discovery->merged);
	discovery_set_on(discovery, false);
}

static int on_stopped(void *data)
{
	Discovery *discovery = data;
	Session *session = discovery->stopping;

	discovery->command = 0;
	discovery->stopping = NULL;
	bus_reply(discovery->bus, g_steal_pointer(&session->call), NULL);
	discovery_remove(discovery, session);
	discovery_finish(discovery);
	if (sessions_any(discovery->sessions, NULL)) /* one came meanwhile */
		(void)discovery_update(discovery);
	return G_SOURCE_REMOVE;
}

static void discovery_stop_session(Discovery *discovery, Session *session,
				   GDBusMethodInvocation *call)
{
	if (discovery->stopping == session) { /* it leaves before the controller has stopped */
		discovery_clear_timer(&discovery->command);
		discovery->stopping = NULL;
	}
	if (sessions_any(discovery->sessions, session)) {
		discovery_remove(discovery, session);
		(void)discovery_update(discovery);
		if (call)
			bus_reply(discovery->bus, call, NULL);
		return;
	}

	if (call && discovery->radio->scanning) {
		session->call = call;
		discovery->stopping = session;
		discovery->command = g_timeout_add(
			MAX(CONTROLLER_MS, bus_delay(discovery->bus, "StopDiscovery")),
			on_stopped, discovery);
		return;
	}

	/* It rests, or the session has left and does not wait for an answer. */
	discovery_clear_timer(&discovery->command);
	discovery->stopping = NULL;
	if (call)
		bus_reply(discovery->bus, call, NULL);
	discovery_remove(discovery, session);
	discovery_finish(discovery);
}

void discovery_stop(Discovery *discovery, GDBusMethodInvocation *call)
{
	Session *session =
		sessions_find(discovery->sessions, g_dbus_method_invocation_get_sender(call));

	if (!discovery->radio->powered)
		bus_error(discovery->bus, call, "NotReady", "Resource Not Ready");
	else if (!session || !session->discovering)
		bus_error(discovery->bus, call, "Failed", "No discovery started");
	else if (session->call)
		bus_error(discovery->bus, call, "InProgress", "Operation already in progress");
	else
		discovery_stop_session(discovery, session, call);
}

void discovery_set_filter(Discovery *discovery, GVariant *args, GDBusMethodInvocation *call)
{
	const char *sender = g_dbus_method_invocation_get_sender(call);
	Session *session = sessions_find(discovery->sessions, sender);
	g_autoptr(GVariant) dict = g_variant_get_child_value(args, 0);
	DiscoveryFilter *filter;

	if (!discovery->radio->powered) {
		bus_error(discovery->bus, call, "NotReady", "Resource Not Ready");
		return;
	}
	if (!filter_parse(dict, &filter)) {
		bus_error(discovery->bus, call, "InvalidArguments",
			  "Invalid arguments in method call");
		return;
	}

	if (!session && filter)
		session = sessions_add(discovery->sessions, sender);
	if (session) {
		filter_free(session->filter);
		session->filter = filter;
		if (session->discovering)
			(void)discovery_update(discovery);
		else if (!filter)
			sessions_remove(discovery->sessions, session);
	}
	bus_reply(discovery->bus, call, NULL);
}

void discovery_power_lost(Discovery *discovery)
{
	discovery_clear_timer(&discovery->command);
	discovery_clear_timer(&discovery->rest);
	discovery->stopping = NULL;
	sessions_clear(discovery->sessions);
	discovery->ops->ended(discovery->owner);
	discovery_finish(discovery);
}

bool discovery_is_on(const Discovery *discovery)
{
	return discovery->on;
}

bool discovery_has_clients(const Discovery *discovery)
{
	return sessions_any(discovery->sessions, NULL);
}

bool discovery_filtered(const Discovery *discovery)
{
	return discovery->filtered;
}

bool discovery_duplicate(const Discovery *discovery)
{
	return sessions_duplicate(discovery->sessions);
}

bool discovery_hears(const Discovery *discovery, const Eir *eir, int rssi)
{
	return discovery->on && discovery->merged && merged_match(discovery->merged, eir, rssi);
}

bool discovery_discoverable(const Discovery *discovery, const Eir *eir, const char *addr)
{
	bool fits;

	/* One client's pattern decides for all of them. */
	if (sessions_pattern(discovery->sessions, eir, addr, &fits))
		return fits;
	return discovery->filtered || (eir->flags & FLAGS_DISCOVERABLE);
}

bool discovery_wants(const Discovery *discovery, const Eir *eir, int rssi)
{
	return !discovery->filtered || sessions_match(discovery->sessions, eir, rssi);
}

static void on_session_gone(void *data, Session *session)
{
	Discovery *discovery = data;

	if (session->discovering)
		discovery_stop_session(discovery, session, NULL);
	else
		sessions_remove(discovery->sessions, session);
}

Discovery *discovery_new(Bus *bus, Radio *radio, const DiscoveryOps *ops, void *owner)
{
	Discovery *discovery = g_new0(Discovery, 1);

	discovery->bus = bus;
	discovery->radio = radio;
	discovery->ops = ops;
	discovery->owner = owner;
	discovery->sessions = sessions_new(bus, on_session_gone, discovery);
	return discovery;
}

Discovery *discovery_free(Discovery *discovery)
{
	if (!discovery)
		return NULL;

	discovery_clear_timer(&discovery->command);
	discovery_clear_timer(&discovery->rest);
	sessions_free(discovery->sessions);
	merged_free(discovery->merged);
	g_free(discovery);
	return NULL;
}
