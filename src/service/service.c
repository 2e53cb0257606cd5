/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tree on the bus: which objects there are, what is said of them, and by what name we are known. */
#include "service/service.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "service/interfaces.h"
#include "service/objects.h"
#include "service/path.h"
#include "util/log.h"

/* What a turn of the svc connection may take, beyond its first message. */
#define TURN_MAX 200 /* microseconds */

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

static uint64_t monotonic_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * USEC_PER_SEC + (uint64_t)now.tv_nsec / 1000;
}

/* --- calls --- */

/* Asks something of sd-bus, and wants no answer; or names no interface, and none of ours is called so. */
static bool is_idle_question(sd_bus_message *m)
{
	static const char bus[] = "org.freedesktop.DBus.";
	const char *interface = sd_bus_message_get_interface(m);

	if (sd_bus_message_get_expect_reply(m) || !sd_bus_message_is_method_call(m, NULL, NULL))
		return false;
	return !interface || (strncmp(interface, bus, strlen(bus)) == 0 &&
			      strcmp(sd_bus_message_get_member(m), "Set") != 0);
}

/* Wants something done, and no answer, and its user has had much of that. */
static bool is_one_too_many(Service *service, sd_bus_message *m)
{
	const Peer *peer;

	if (sd_bus_message_get_expect_reply(m) || !sd_bus_message_is_method_call(m, NULL, NULL))
		return false;
	peer = peers_find(service->peers, sd_bus_message_get_sender(m));
	if (!peer || !peer->user || user_has_time(peer->user, service_now(service)))
		return false;
	service->broker->stats.dropped_calls++;
	log_limited(LOG_WARNING, "uid %u sends too many calls that want no answer: some are dropped",
		    user_uid(peer->user));
	return true;
}

/*
 * Sees every message first, for what must cost next to nothing: such calls come as fast as the bus can pass
 * them on. And a path that is longer than any of ours: sd-bus would look for an object at each of its
 * beginnings, which for a long one takes a second.
 */
static int on_any_message(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	const char *path = sd_bus_message_get_path(m);
	Service *service = userdata;

	service->more = true;
	if (is_idle_question(m) || is_one_too_many(service, m))
		return 1;
	if (!path || strnlen(path, PATH_SIZE) < PATH_SIZE || sd_bus_message_is_signal(m, NULL, NULL))
		return 0;
	return sd_bus_error_setf(error, error_name(E_DOES_NOT_EXIST), "there is no object %.40s...", path);
}

/* After a turn of the svc connection: what else has come is taken at once, for a fraction of a millisecond. A
 * turn for each message would be too slow where there are many. */
static int on_turn_done(sd_event_source *source UNUSED, void *userdata)
{
	Service *service = userdata;
	uint64_t began, now;

	if (!service->more)
		return 0;
	now = began = monotonic_now();
	for (int r = 1; r > 0 && now < began + TURN_MAX; now = monotonic_now())
		r = sd_bus_process(service->bus, NULL);
	service->more = false;
	return 0;
}

/* Also one that is unplugged, of which the method says so. */
static int find_known_radio(sd_bus *bus UNUSED, const char *path, const char *interface UNUSED,
			    void *userdata, void **ret_found, sd_bus_error *error UNUSED)
{
	const Path parsed = path_parse(path);
	const Service *service = userdata;

	*ret_found = parsed.kind == PATH_ADAPTER ? broker_radio(service->broker, parsed.index) : NULL;
	return *ret_found != NULL;
}

/* Properties that go the way of a call: values, which are not for everybody, and what is set, which takes its
 * time. */
static const struct {
	const char *member, *interface, *property;
	const Method *method;
	sd_bus_object_find_t find;
} property_calls[] = {
	{ "Get", REMOTE_CHARACTERISTIC_INTERFACE, "Value", &value_method, find_attr_object },
	{ "Get", LOCAL_CHARACTERISTIC_INTERFACE, "Value", &local_value_method, find_local_attr_object },
	{ "Get", LOCAL_DESCRIPTOR_INTERFACE, "Value", &local_value_method, find_local_attr_object },
	{ "Set", ADAPTER1_INTERFACE, "Name", &name_method, find_known_radio },
};

static int begin_property_call(sd_bus_message *m, Service *service, sd_bus_error *error)
{
	const char *interface = "", *property = "", *path = sd_bus_message_get_path(m);
	bool get = strcmp(sd_bus_message_get_member(m), "Get") == 0;
	void *object;

	if (strcmp(sd_bus_message_get_signature(m, true), get ? "ss" : "ssv") != 0)
		return 0;
	(void)sd_bus_message_read(m, "ss", &interface, &property);
	(void)sd_bus_message_rewind(m, true);
	for (size_t i = 0; i < ARRAY_SIZE(property_calls); i++) {
		if (strcmp(property_calls[i].member, sd_bus_message_get_member(m)) != 0 ||
		    strcmp(property_calls[i].interface, interface) != 0 ||
		    strcmp(property_calls[i].property, property) != 0)
			continue;
		if (property_calls[i].find(service->bus, path, interface, service, &object, error) > 0)
			return call_begin(m, object, property_calls[i].method);
		return object_refuse_missing(service, path, interface, error);
	}
	return 0;
}

/* Sees every call on the tree before sd-bus does what it does of itself: some of that goes the
 * way of a call. */
static int on_any_call(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	if (sd_bus_message_is_method_call(m, "org.freedesktop.DBus.Properties", NULL))
		return begin_property_call(m, userdata, error);
	if (sd_bus_message_is_method_call(m, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects") &&
	    strcmp(sd_bus_message_get_path(m), PATH_ROOT) == 0)
		return call_begin(m, userdata, &managed_objects_method);
	return 0;
}

/* Sees the calls that no vtable took: on something that is not there, or of a method that it
 * does not have. */
static int on_stray_call(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	static const char *const ours = "com.example.Bluetooth.";
	const char *interface = sd_bus_message_get_interface(m);
	const char *path = sd_bus_message_get_path(m);

	if (!interface || strncmp(interface, ours, strlen(ours)) != 0 ||
	    strncmp(path, PATH_ROOT, strlen(PATH_ROOT)) != 0)
		return 0;
	/* a link that is gone is an answer to that */
	if (sd_bus_message_is_method_call(m, CONNECTION_INTERFACE, "IsConnected") &&
	    sd_bus_message_is_empty(m) > 0 && path_parse(path).kind == PATH_LINK)
		return call_begin(m, NULL, &is_connected_method);
	return object_refuse_missing(userdata, path, interface, error);
}

const Interface interfaces[] = {
	{ MANAGER_INTERFACE, manager_vtable, find_manager_object },
	{ ADAPTER1_INTERFACE, adapter_vtable, find_adapter_object },
	{ SESSION_INTERFACE, session_vtable, find_session_object },
	{ CONNECTION_INTERFACE, link_vtable, find_link_object },
	{ REMOTE_SERVICE_INTERFACE, remote_service_vtable, find_attr_object },
	{ REMOTE_CHARACTERISTIC_INTERFACE, remote_characteristic_vtable, find_attr_object },
	{ REMOTE_DESCRIPTOR_INTERFACE, remote_descriptor_vtable, find_attr_object },
	{ LOCAL_SERVICE_INTERFACE, local_service_vtable, find_local_service_object },
	{ LOCAL_CHARACTERISTIC_INTERFACE, local_characteristic_vtable, find_local_attr_object },
	{ LOCAL_DESCRIPTOR_INTERFACE, local_descriptor_vtable, find_local_attr_object },
	{ 0 }
};

/* --- peers --- */

static void on_peer_known(void *userdata UNUSED, Peer *peer, int error, const Reason *reason)
{
	calls_admit(peer, error, reason);
}

static void on_peer_reads(void *userdata, Peer *peer, bool reads)
{
	Service *service = userdata;

	broker_peer_reads(service->broker, peer->name, reads);
}

static void on_peer_gone(void *userdata, Peer *peer)
{
	Service *service = userdata;

	calls_forget(peer);
	broker_peer_gone(service->broker, peer->name, service_now(service));
}

void service_bluez_stalled(Service *service)
{
	peers_for_each(service->peers, calls_bluez_stalled);
}

/* --- life --- */

int service_new(Service **ret, sd_event *event, sd_bus *bus, Broker *broker)
{
	static const PeersOps peers_ops = { .known = on_peer_known,
					    .reads = on_peer_reads,
					    .gone = on_peer_gone };
	Service *service;
	int r;

	service = calloc(1, sizeof(*service));
	if (!service)
		return -ENOMEM;
	service->event = sd_event_ref(event);
	service->bus = sd_bus_ref(bus);
	service->broker = broker;
	service->started = service_now(service);
	g_queue_init(&service->jobs);

	r = peers_new(&service->peers, bus, broker->quota, &peers_ops, service);
	if (r >= 0)
		r = sd_event_add_post(event, &service->turn_done, on_turn_done, service);
	if (r >= 0)
		r = sd_bus_add_filter(bus, NULL, on_any_message, service);
	if (r >= 0)
		r = sd_bus_add_fallback(bus, NULL, PATH_ROOT, on_any_call, service);
	if (r >= 0)	/* above the vtables, so that these come first */
		r = sd_bus_add_fallback(bus, NULL, PATH_PARENT, on_stray_call, service);
	for (const Interface *interface = interfaces; interface->name && r >= 0; interface++)
		r = sd_bus_add_fallback_vtable(bus, NULL, PATH_ROOT, interface->name, interface->vtable,
					       interface->find, service);
	if (r >= 0)
		r = sd_bus_add_node_enumerator(bus, NULL, PATH_ROOT, list_objects, service);
	if (r >= 0)
		r = sd_bus_add_object_manager(bus, NULL, PATH_ROOT);
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
	sd_event_source_disable_unref(service->turn_done);
	sd_bus_slot_unref(service->name_call);
	peers_free(service->peers);
	jobs_end(service);
	sd_bus_unref(service->bus);
	sd_event_unref(service->event);
	free(service);
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

static void naming_free(void *naming)
{
	free(naming);
}

int service_own_name(Service *service, const char *name, ServiceNamed done, void *userdata)
{
	const uint32_t do_not_queue = 4;
	Naming *naming;
	int r;

	naming = calloc(1, sizeof(*naming));
	if (!naming)
		return -ENOMEM;
	naming->done = done;
	naming->userdata = userdata;
	r = sd_bus_call_method_async(service->bus, &service->name_call, "org.freedesktop.DBus",
				     "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName", on_named,
				     naming, "su", name, do_not_queue);
	if (r < 0) {
		free(naming);
		return r;
	}
	return sd_bus_slot_set_destroy_callback(service->name_call, naming_free);
}
