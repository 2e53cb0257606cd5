/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requesters: a connection to the bus and a session for each, the links it holds, its lease. */
#include "mqtt/requester.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "build-config.h"
#include "mqtt/bus.h"
#include "mqtt/variant.h"
#include "util/log.h"

#define MANAGER_PATH "/com/example/Bluetooth"
#define INTERFACE_PREFIX "com.example.Bluetooth."

typedef struct Wait {
	RequesterOpened opened;
	void *userdata;
} Wait;

struct Requester {
	RequesterContext context;
	char id[REQUESTER_MAX + 1];
	unsigned adapter;
	sd_bus *bus;
	sd_bus_slot *filter;
	sd_bus_slot *opening;
	char *session;		/* path; NULL: there is none yet */
	char *daemon; /* the connection that gave it: after a restart the path may be somebody else's */
	GArray *waits;		/* of Wait: for the session */
	GPtrArray *links;
	sd_event_source *lease;
	unsigned commands;
	const char *over;	/* why it has to go; NULL: it has not */
};

/* --- links --- */

static void link_free(RequesterLink *link)
{
	sd_bus_slot_unref(link->watch);
	g_free(link->path);
	g_free(link);
}

RequesterLink *requester_link(const Requester *requester, const Addr *addr)
{
	for (guint i = 0; i < requester->links->len; i++) {
		RequesterLink *link = requester->links->pdata[i];

		if (addr_equal(&link->addr, addr))
			return link;
	}
	return NULL;
}

RequesterLink *requester_link_add(Requester *requester, const Addr *addr, const char *path)
{
	RequesterLink *link = requester_link(requester, addr);

	if (!link) {
		link = g_new0(RequesterLink, 1);
		link->addr = *addr;
		g_ptr_array_add(requester->links, link);
	}
	g_free(link->path);
	link->path = g_strdup(path);
	return link;
}

bool requester_link_stays(const Requester *requester, const RequesterLink *link)
{
	return link->wanted || notifications_any(requester->context.notifications, requester, link->path);
}

/* Publishes what became of a link that was to stay. reason: why it has ended; NULL: it is there again. */
static void tell(Requester *requester, const RequesterLink *link, const char *reason, bool comes_back)
{
	json_object *message = json_object_new_object();
	char address[ADDR_STRING_SIZE];
	g_autofree char *below = NULL, *topic = NULL;

	below = g_strdup_printf("link/%s", addr_format(&link->addr, address));
	topic = outlet_topic(requester->context.outlet, below);
	answer_add_text(message, "address", address);
	answer_add_text(message, "requester", *requester->id ? requester->id : NULL);
	json_object_object_add(message, "connected", json_object_new_boolean(!reason));
	answer_add_text(message, "reason", reason);
	if (reason)
		json_object_object_add(message, "reconnects", json_object_new_boolean(comes_back));
	outlet_publish(requester->context.outlet, topic, message);
}

void requester_link_drop(Requester *requester, const Addr *addr, const char *reason)
{
	RequesterLink *link = requester_link(requester, addr);

	if (!link)
		return;
	if (reason && requester_link_stays(requester, link))
		tell(requester, link, reason, false);
	notifications_drop(requester->context.notifications, requester, link->path);
	g_ptr_array_remove(requester->links, link);
}

static void drop_links(Requester *requester, const char *reason)
{
	while (requester->links->len > 0) {
		const Addr addr = ((const RequesterLink *)requester->links->pdata[0])->addr;

		requester_link_drop(requester, &addr, reason);
	}
}

/* --- its lease --- */

static void over(Requester *requester, const char *reason)
{
	if (requester->over)
		return;
	requester->over = reason;
	requester->context.handlers->over(requester->context.userdata);
}

const char *requester_over(const Requester *requester)
{
	return requester->over;
}

void requester_give_up(Requester *requester)
{
	over(requester, "daemon-gone");
}

static uint64_t lease_us(const Requester *requester)
{
	return requester->context.outlet->config->lease_seconds * USEC_PER_SEC;
}

static int lease_ended(sd_event_source *source UNUSED, uint64_t usec UNUSED, void *userdata)
{
	Requester *requester = userdata;

	if (requester->commands > 0)
		requester_renew(requester);
	else
		over(requester, "lease");
	return 0;
}

void requester_renew(Requester *requester)
{
	sd_event_source_set_time_relative(requester->lease, lease_us(requester));
	sd_event_source_set_enabled(requester->lease, SD_EVENT_ONESHOT);
}

void requester_use(Requester *requester, int difference)
{
	requester->commands += (unsigned)difference;
	requester_renew(requester);
}

unsigned requester_commands(const Requester *requester)
{
	return requester->commands;
}

bool requester_is_idle(const Requester *requester)
{
	return requester->commands == 0 && requester->links->len == 0;
}

const char *requester_id(const Requester *requester)
{
	return requester->id;
}

/* --- what the daemon says by itself --- */

static RequesterLink *link_at(const Requester *requester, const char *path)
{
	for (guint i = 0; i < requester->links->len && path; i++) {
		RequesterLink *link = requester->links->pdata[i];

		if (strcmp(link->path, path) == 0)
			return link;
	}
	return NULL;
}

static int on_notification(Requester *requester, sd_bus_message *m)
{
	const void *value;
	uint64_t time;
	size_t length;
	int r;

	r = sd_bus_message_read(m, "t", &time);
	if (r >= 0)
		r = sd_bus_message_read_array(m, 'y', &value, &length);
	if (r >= 0)
		notifications_heard(requester->context.notifications, requester, sd_bus_message_get_path(m),
				    time, value, length);
	return r;
}

static int on_disconnected(Requester *requester, sd_bus_message *m)
{
	RequesterLink *link = link_at(requester, sd_bus_message_get_path(m));
	const char *reason;
	int r;

	r = sd_bus_message_read(m, "s", &reason);
	if (r < 0 || !link)
		return r;
	if (link->watch)
		tell(requester, link, reason, true);
	else
		requester_link_drop(requester, &link->addr, reason);
	return r;
}

static int on_pairing(Requester *requester, sd_bus_message *m)
{
	RequesterPairing pairing;
	int r;

	r = sd_bus_message_read(m, "usu", &pairing.id, &pairing.kind, &pairing.passkey);
	if (r >= 0)
		requester->context.handlers->pairing(requester, sd_bus_message_get_path(m), &pairing,
						     requester->context.userdata);
	return r;
}

static int on_changed(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	Requester *requester = userdata;
	RequesterLink *link = link_at(requester, sd_bus_message_get_path(m));
	g_autoptr(GVariant) arguments = NULL, changed = NULL;
	gboolean connected;

	if (!link || variant_read(m, &arguments) < 0 ||
	    !g_variant_is_of_type(arguments, G_VARIANT_TYPE("(sa{sv}as)")))
		return 0;
	changed = g_variant_get_child_value(arguments, 1);
	if (g_variant_lookup(changed, "Connected", "b", &connected) && connected)
		tell(requester, link, NULL, false);
	return 0;
}

void requester_link_keep(Requester *requester, RequesterLink *link)
{
	int r = 0;

	if (!link->watch)
		r = sd_bus_match_signal_async(requester->bus, &link->watch, requester->daemon, link->path,
					      "org.freedesktop.DBus.Properties", "PropertiesChanged",
					      on_changed, NULL, requester);
	if (r < 0)
		log_error("cannot listen for what becomes of a link: %s", strerror(-r));
}

/* These signals of the daemon come to us alone; nobody else's are believed. */
static int on_message(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	static const struct {
		const char *interface, *member;
		int (*heard)(Requester *requester, sd_bus_message *m);
	} signals[] = {
		{ INTERFACE_PREFIX "RemoteCharacteristic1", "Notification", on_notification },
		{ INTERFACE_PREFIX "Connection1", "Disconnected", on_disconnected },
		{ INTERFACE_PREFIX "Connection1", "PairingRequest", on_pairing },
	};
	Requester *requester = userdata;
	int r = 0;

	if (sd_bus_message_is_signal(m, "org.freedesktop.DBus.Local", "Disconnected"))
		over(requester, "daemon-gone");
	if (!requester->daemon || g_strcmp0(sd_bus_message_get_sender(m), requester->daemon) != 0)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		if (sd_bus_message_is_signal(m, signals[i].interface, signals[i].member))
			r = signals[i].heard(requester, m);
	if (r < 0)
		log_warning("a signal of the daemon is not as it should be: %s", strerror(-r));
	return 0;
}

/* --- its session --- */

static void tell_opened(Requester *requester, const Failure *failure)
{
	g_autoptr(GArray) waits = g_steal_pointer(&requester->waits);

	requester->waits = g_array_new(FALSE, FALSE, sizeof(Wait));
	for (guint i = 0; i < waits->len; i++) {
		const Wait *wait = &g_array_index(waits, Wait, i);

		wait->opened(wait->userdata, failure);
	}
}

static int on_opened(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	Requester *requester = userdata;
	const char *session;
	Failure failure = { "Failed", "the daemon's answer cannot be read" };

	requester->opening = sd_bus_slot_unref(requester->opening);
	if (sd_bus_message_is_method_error(m, NULL))
		failure = failure_of_bus(sd_bus_message_get_error(m));
	else if (sd_bus_message_read(m, "o", &session) >= 0) {
		requester->session = g_strdup(session);
		requester->daemon = g_strdup(sd_bus_message_get_sender(m));
	}
	tell_opened(requester, requester->session ? NULL : &failure);
	return 0;
}

int requester_open(Requester *requester, RequesterOpened opened, void *userdata)
{
	int r = 0;

	if (requester->session) {
		opened(userdata, NULL);
		return 0;
	}
	if (!requester->opening)
		r = sd_bus_call_method_async(requester->bus, &requester->opening, BUS_NAME, MANAGER_PATH,
					     INTERFACE_PREFIX "Manager1", "OpenSession", on_opened, requester,
					     "ua{sv}", requester->adapter, 0);
	if (r >= 0)
		g_array_append_val(requester->waits, ((Wait){ opened, userdata }));
	return r < 0 ? r : 0;
}

void requester_leave(Requester *requester, void *userdata)
{
	for (guint i = requester->waits->len; i > 0; i--)
		if (g_array_index(requester->waits, Wait, i - 1).userdata == userdata)
			g_array_remove_index(requester->waits, i - 1);
}

int requester_call_new(Requester *requester, sd_bus_message **ret, const char *path, const char *interface,
		       const char *member)
{
	return sd_bus_message_new_method_call(requester->bus, ret, requester->daemon,
					      path ? path : requester->session, interface, member);
}

int requester_call(Requester *requester, sd_bus_slot **slot, sd_bus_message *m,
		   sd_bus_message_handler_t handler, void *userdata, uint64_t timeout_us)
{
	return sd_bus_call_async(requester->bus, slot, m, handler, userdata, timeout_us);
}

/* --- its life --- */

int requester_new(Requester **ret, const RequesterContext *context, const char *id, const char *address,
		  unsigned adapter)
{
	Requester *requester = g_new0(Requester, 1);
	int r;

	requester->context = *context;
	requester->adapter = adapter;
	g_strlcpy(requester->id, id, sizeof(requester->id));
	requester->waits = g_array_new(FALSE, FALSE, sizeof(Wait));
	requester->links = g_ptr_array_new_with_free_func((GDestroyNotify)link_free);
	r = bus_open(&requester->bus, context->event, address);
	if (r >= 0)
		r = sd_bus_add_filter(requester->bus, &requester->filter, on_message, requester);
	if (r >= 0)
		r = sd_event_add_time_relative(context->event, &requester->lease, CLOCK_BOOTTIME,
					       lease_us(requester), 0, lease_ended, requester);
	if (r < 0) {
		requester_free(requester, NULL);
		return r;
	}
	*ret = requester;
	return 0;
}

void requester_free(Requester *requester, const char *reason)
{
	if (!requester)
		return;
	drop_links(requester, reason);
	sd_event_source_disable_unref(requester->lease);
	sd_bus_slot_unref(requester->opening);
	sd_bus_slot_unref(requester->filter);
	sd_bus_close_unref(requester->bus);
	g_array_unref(requester->waits);
	g_ptr_array_unref(requester->links);
	g_free(requester->session);
	g_free(requester->daemon);
	g_free(requester);
}
