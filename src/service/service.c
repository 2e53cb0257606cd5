/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The connection to programs: its life, its name, and what goes out over it. */
#include "service/service.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <time.h>

#include <linux/sockios.h>

#include "core/broker-events.h"
#include "service/dispatch.h"
#include "service/emit.h"
#include "service/watch.h"
#include "util/log.h"

/* Bytes that the bus has not read yet: above this, batches stay in the rings, where they are bounded, and
 * long answers are not begun. dbus-daemon reads 2 KiB of a connection in each turn of its loop, and the
 * socket holds 8 MiB, behind all of which an answer would wait. */
#define BACKLOG_MAX (64 * 1024)

typedef struct Naming {
	ServiceNamed done;
	void *userdata;
} Naming;

uint64_t service_now(const Service *service)
{
	uint64_t now = 0;

	(void)sd_event_now(service->event, CLOCK_BOOTTIME, &now);
	return now;
}

/* --- peers --- */

static void on_peer_known(void *userdata, Peer *peer, int error, const Reason *reason)
{
	calls_admit(userdata, peer, error, reason);
}

static void on_peer_reads(void *userdata, Peer *peer, bool reads)
{
	Service *service = userdata;

	broker_peer_reads(service->broker, peer->name, reads);
	if (reads)
		watch_reads(service, peer);
}

static void on_peer_gone(void *userdata, Peer *peer)
{
	Service *service = userdata;

	watch_forget(service, peer);
	calls_forget(peer);
	broker_peer_gone(service->broker, peer->name, service_now(service));
}

void service_bluez_stalled(void *userdata)
{
	Service *service = userdata;

	/* BlueZ may answer again by now */
	if (service->broker->bluez_stalled)
		peers_for_each(service->peers, calls_bluez_stalled);
}

static const FaceOps service_face = {
	.radio_added = adapter_radio_added,
	.radio_removed = adapter_radio_removed,
	.radio_changed = adapter_radio_changed,
	.session_event = session_dbus_event,
	.session_batch = session_dbus_batch,
	.session_scan_stopped = session_dbus_scan_stopped,
	.link_added = link_dbus_added,
	.link_removed = link_dbus_removed,
	.link_changed = link_dbus_changed,
	.link_lost = link_dbus_lost,
	.attr_added = attr_dbus_added,
	.attr_removed = attr_dbus_removed,
	.attr_notification = attr_dbus_notification,
	.session_client = session_dbus_client,
	.local_service_added = local_service_dbus_added,
	.local_service_removed = local_service_dbus_removed,
	.local_attr_added = local_attr_dbus_added,
	.local_attr_removed = local_attr_dbus_removed,
	.local_read_request = local_attr_dbus_read_request,
	.local_written = local_attr_dbus_written,
	.local_subscribed = local_attr_dbus_subscribed,
	.list_changed = watch_list_changed,
	.bluez_stalled = service_bluez_stalled,
};

/* --- what we send --- */

bool service_is_behind(const Service *service)
{
	uint64_t messages = 0;
	int bytes = 0;

	if (sd_bus_get_n_queued_write(service->bus, &messages) >= 0 && messages > 0)
		return true;
	return ioctl(sd_bus_get_fd(service->bus), SIOCOUTQ, &bytes) >= 0 && bytes > BACKLOG_MAX;
}

int service_send(Service *service, const char *connection, sd_bus_message *m, size_t bytes)
{
	int r = peers_send(service->peers, connection, m, bytes);

	if (r == -ENOBUFS)
		broker_signal_lost(service->broker);
	else
		emit_check(r);
	return r;
}

/* --- life --- */

int service_new(Service **ret, sd_event *event, sd_bus *bus, Broker *broker)
{
	static const PeersOps peers_ops = { .known = on_peer_known,
					    .reads = on_peer_reads,
					    .gone = on_peer_gone };
	Service *service;
	int r;

	service = g_new0(Service, 1);
	service->event = sd_event_ref(event);
	service->bus = sd_bus_ref(bus);
	service->broker = broker;
	service->face = (Face){ .ops = &service_face, .userdata = service };
	broker_add_face(broker, &service->face);
	service->started = service_now(service);
	service->watchers = g_ptr_array_new();
	g_queue_init(&service->jobs);
	g_queue_init(&service->listings);
	service->answer_max = ANSWER_MAX;

	r = peers_new(&service->peers, bus, broker->quota, &peers_ops, service);
	if (r >= 0)
		r = dispatch_start(service);
	if (r < 0) {
		service_free(service);
		return r;
	}
	*ret = service;
	return 0;
}

Service *service_free(Service *service)
{
	if (!service)
		return NULL;
	sd_bus_slot_unref(service->name_call);
	peers_free(service->peers);
	g_ptr_array_free(service->watchers, TRUE);
	jobs_end(service);
	sd_bus_unref(service->bus);
	sd_event_unref(service->event);
	g_free(service);
	return NULL;
}

static int on_named(sd_bus_message *m, void *userdata, sd_bus_error *ret_error UNUSED)
{
	Naming *naming = userdata;
	const sd_bus_error *refusal = sd_bus_message_get_error(m);
	uint32_t answer = 0;
	int error = 0;

	if (refusal) {
		error = -sd_bus_message_get_errno(m);
		log_error("the bus refuses our name: %s",
			  refusal->message ? refusal->message : refusal->name);
	} else if (sd_bus_message_read(m, "u", &answer) < 0 || (answer != 1 && answer != 4)) {
		error = -EEXIST;	/* neither primary owner nor already owner */
	}
	naming->done(naming->userdata, error);
	return 0;
}

int service_own_name(Service *service, const char *name, ServiceNamed done, void *userdata)
{
	const uint32_t do_not_queue = 4;
	Naming *naming;
	int r;

	naming = g_new0(Naming, 1);
	naming->done = done;
	naming->userdata = userdata;
	r = sd_bus_call_method_async(service->bus, &service->name_call, "org.freedesktop.DBus",
				     "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName", on_named,
				     naming, "su", name, do_not_queue);
	if (r < 0) {
		g_free(naming);
		return r;
	}
	return sd_bus_slot_set_destroy_callback(service->name_call, g_free);
}
