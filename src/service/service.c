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

/* Of the properties, those that go the way of a call: values, which are not for everybody, and what is set, which takes its
 * time. NULL: it is something else. */
static const Method *asks_for_property(sd_bus_message *m)
{
	const char *interface = "", *property = "";
	bool get = sd_bus_message_is_method_call(m, "org.freedesktop.DBus.Properties", "Get");

	if ((!get && !sd_bus_message_is_method_call(m, "org.freedesktop.DBus.Properties", "Set")) ||
	    strcmp(sd_bus_message_get_signature(m, true), get ? "ss" : "ssv") != 0)
		return NULL;
	(void)sd_bus_message_read(m, "ss", &interface, &property);
	(void)sd_bus_message_rewind(m, true);
	if (!get)
		return strcmp(interface, ADAPTER1_INTERFACE) == 0 && strcmp(property, "Name") == 0 ? &name_method : NULL;
	if (strcmp(property, "Value") != 0)
		return NULL;
	if (strcmp(interface, REMOTE_CHARACTERISTIC_INTERFACE) == 0)
		return &value_method;
	if (strcmp(interface, LOCAL_CHARACTERISTIC_INTERFACE) == 0 || strcmp(interface, LOCAL_DESCRIPTOR_INTERFACE) == 0)
		return &local_value_method;
	return NULL;
}

/* Asks something, and wants no answer. */
static bool is_idle_question(sd_bus_message *m)
{
	static const char bus[] = "org.freedesktop.DBus.";
	const char *interface = sd_bus_message_get_interface(m);
	const Method *method;

	if (sd_bus_message_get_expect_reply(m) || !sd_bus_message_is_method_call(m, NULL, NULL))
		return false;
	if (interface && strncmp(interface, bus, strlen(bus)) == 0)
		return strcmp(sd_bus_message_get_member(m), "Set") != 0;
	method = service_find_method(m);
	return method && method->question;
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
	log_limited(LOG_WARNING, "uid %u sends too many calls that want no answer: some are dropped", user_uid(peer->user));
	return true;
}

/*
 * Sees every message first, for what must cost next to nothing: such calls come as fast as the bus can pass them on. And a
 * path that is longer than any of ours: sd-bus would look for an object at each of its beginnings, which for a long one
 * takes a second.
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

/* After a turn of the svc connection: what else has come is taken at once, for a fraction of a millisecond. A turn for each
 * message would be too slow where there are many. */
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

/*
 * Sees every call below the root before the vtables do. What is called on something that is not there gets an error of
 * ours, which says what is missing.
 */
static int on_any_call(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	static const char *const ours = "com.example.Bluetooth.";
	const char *interface = sd_bus_message_get_interface(m);
	const char *object = sd_bus_message_get_path(m);
	Path path = path_parse(object);
	const Method *property = asks_for_property(m);
	void *found;

	if (property)
		return call_start(m, userdata, property);
	if (path.kind == PATH_MANAGER &&
	    sd_bus_message_is_method_call(m, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects"))
		return call_start(m, userdata, &managed_objects_method);
	if (!interface || strncmp(interface, ours, strlen(ours)) != 0 || path.kind == PATH_MANAGER)
		return 0;
	/* a link that is gone is an answer to that */
	if (path.kind == PATH_LINK && sd_bus_message_is_method_call(m, CONNECTION_INTERFACE, "IsConnected") &&
	    sd_bus_message_is_empty(m) > 0)
		return call_start(m, userdata, service_find_method(m));
	if (path.kind >= PATH_LINK && path.kind <= PATH_LOCAL_DESCRIPTOR) {
		if (find_link_object(NULL, object, NULL, userdata, &found, NULL) > 0 ||
		    find_local_object(NULL, object, NULL, userdata, &found, NULL) > 0)
			return 0;
		return sd_bus_error_setf(error, error_name(E_DOES_NOT_EXIST), "%s is not there (any more)", object);
	}
	if (path.kind == PATH_UNKNOWN)
		return sd_bus_error_setf(error, error_name(E_DOES_NOT_EXIST), "there is no object %s", object);
	if (strcmp(interface, ADAPTER1_INTERFACE) == 0 &&
	    find_adapter_object(NULL, object, NULL, userdata, &found, NULL) == 0)
		return sd_bus_error_setf(error, error_name(E_NO_SUCH_ADAPTER),
					 "there is no radio at %s; Manager1.Adapters lists them", object);
	if (find_session_object(NULL, object, NULL, userdata, &found, NULL) > 0)
		return 0;
	if (path.kind == PATH_PRIVATE_SESSION)
		return sd_bus_error_setf(error, error_name(E_DOES_NOT_EXIST), "there is no session %s (any more)", object);
	return sd_bus_error_setf(error, error_name(E_NO_SUCH_ADAPTER),
				 "there is no radio hci%u; Manager1.Adapters lists them", path.index);
}

const Interface interfaces[] = {
	{ MANAGER_INTERFACE, manager_vtable, manager_methods, find_manager_object },
	{ ADAPTER1_INTERFACE, adapter_vtable, adapter_methods, find_adapter_object },
	{ SESSION_INTERFACE, session_vtable, session_methods, find_session_object },
	{ CONNECTION_INTERFACE, link_vtable, link_methods, find_link_object },
	{ REMOTE_SERVICE_INTERFACE, remote_service_vtable, remote_service_methods, find_link_object },
	{ REMOTE_CHARACTERISTIC_INTERFACE, remote_characteristic_vtable, remote_characteristic_methods, find_link_object },
	{ REMOTE_DESCRIPTOR_INTERFACE, remote_descriptor_vtable, remote_descriptor_methods, find_link_object },
	{ LOCAL_SERVICE_INTERFACE, local_service_vtable, local_service_methods, find_local_object },
	{ LOCAL_CHARACTERISTIC_INTERFACE, local_characteristic_vtable, local_characteristic_methods, find_local_object },
	{ LOCAL_DESCRIPTOR_INTERFACE, local_descriptor_vtable, local_descriptor_methods, find_local_object },
	{ 0 }
};

const Method *service_find_method(sd_bus_message *m)
{
	const char *interface = sd_bus_message_get_interface(m);
	const char *member = sd_bus_message_get_member(m);

	/* a call may leave the interface out */
	for (const Interface *row = interfaces; row->name; row++) {
		if (interface && strcmp(interface, row->name) != 0)
			continue;
		for (const Method *method = row->methods; method->member; method++)
			if (strcmp(method->member, member) == 0)
				return method;
	}
	return NULL;
}

/* --- peers --- */

static void on_peer_known(void *userdata UNUSED, Peer *peer, int error, const Reason *reason)
{
	calls_run(peer, error, reason);
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
	static const PeersOps peers_ops = { .known = on_peer_known, .reads = on_peer_reads, .gone = on_peer_gone };
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
	for (const Interface *interface = interfaces; interface->name && r >= 0; interface++)
		r = sd_bus_add_fallback_vtable(bus, NULL, PATH_ROOT, interface->name, interface->vtable, interface->find,
					       service);
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
		log_error("the bus refuses our name: %s", refusal->message ? refusal->message : refusal->name);
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
				     "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName", on_named, naming,
				     "su", name, do_not_queue);
	if (r < 0) {
		free(naming);
		return r;
	}
	return sd_bus_slot_set_destroy_callback(service->name_call, naming_free);
}
