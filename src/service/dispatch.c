/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which calls come to whom. */
#include "service/dispatch.h"

#include <string.h>
#include <time.h>

#include "service/interfaces.h"
#include "service/objects.h"
#include "service/path.h"
#include "util/log.h"

/* How long a turn of the svc connection may take, beyond its first message. */
#define TURN_MAX 200 /* microseconds */

static uint64_t monotonic_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * USEC_PER_SEC + (uint64_t)now.tv_nsec / 1000;
}

/* Whether the call has no effect: it wants no answer, and is a question to sd-bus itself, or names no
 * interface, without which none of our methods is found. */
static bool is_idle_question(sd_bus_message *m)
{
	static const char bus[] = "org.freedesktop.DBus.";
	const char *interface = sd_bus_message_get_interface(m);

	if (sd_bus_message_get_expect_reply(m) || !sd_bus_message_is_method_call(m, NULL, NULL))
		return false;
	return !interface || (strncmp(interface, bus, strlen(bus)) == 0 &&
			      strcmp(sd_bus_message_get_member(m), "Set") != 0);
}

/* Whether the call wants no answer, and its user has used up the time for such calls; or it is not known yet
 * whose it is, and as many as may wait for that do. */
static bool is_one_too_many(Service *service, sd_bus_message *m)
{
	const unsigned early_max = service->broker->config.queued_calls_per_user;
	const Peer *peer;

	if (sd_bus_message_get_expect_reply(m) || !sd_bus_message_is_method_call(m, NULL, NULL))
		return false;
	peer = peers_find(service->peers, sd_bus_message_get_sender(m));
	if (!peer)
		return false;
	if (peer->user ? user_has_time(peer->user, service_now(service)) :
			 peer->early.length < early_max)
		return false;
	broker_call_dropped(service->broker);
	if (peer->user)
		log_limited(LOG_WARNING, "uid %u sends too many calls that want no answer: some are dropped",
			    user_uid(peer->user));
	return true;
}

/*
 * Sees every message first. Drops calls that must cost next to nothing, because they come as fast as the bus
 * can pass them on. Refuses a path that is longer than any of ours: sd-bus would look for an object at each
 * of its prefixes, which for a long one takes a second.
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

/* Handles more messages in this turn: a turn for each would be too slow where there are many. */
void service_finish_turn(Service *service)
{
	uint64_t began, now;

	if (!service->more)
		return;
	now = began = monotonic_now();
	for (int r = 1; r > 0 && now < began + TURN_MAX; now = monotonic_now())
		r = sd_bus_process(service->bus, NULL);
	service->more = false;
}

/* Also finds a radio that is unplugged: the method itself says so. */
static int find_known_radio(sd_bus *bus UNUSED, const char *path, const char *interface UNUSED,
			    void *userdata, void **ret_found, sd_bus_error *error UNUSED)
{
	const Path parsed = path_parse(path);
	const Service *service = userdata;

	*ret_found = parsed.kind == PATH_ADAPTER ? broker_radio(service->broker, parsed.index) : NULL;
	return *ret_found != NULL;
}

/* Properties that are handled as method calls: values, which are not for everybody, and those that are set,
 * which takes time. */
static const struct {
	const char *member, *interface, *property;
	const Method *method;
	sd_bus_object_find_t find;
} property_calls[] = {
	{ "Get", REMOTE_CHARACTERISTIC_INTERFACE, "Value", &attr_value_method, object_find_attr },
	{ "Get", LOCAL_CHARACTERISTIC_INTERFACE, "Value", &local_attr_value_method, object_find_local_attr },
	{ "Get", LOCAL_DESCRIPTOR_INTERFACE, "Value", &local_attr_value_method, object_find_local_attr },
	{ "Set", ADAPTER1_INTERFACE, "Name", &adapter_name_method, find_known_radio },
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

/* Of an interface of ours, on an object that is not there: the error is ours, too. */
static int refuse_missing_properties(sd_bus_message *m, const Service *service, sd_bus_error *error)
{
	const char *interface = "", *path = sd_bus_message_get_path(m);

	if (sd_bus_message_get_signature(m, true)[0] != 's')
		return 0;
	(void)sd_bus_message_read(m, "s", &interface);
	(void)sd_bus_message_rewind(m, true);
	return interface_find(interface) ? object_refuse_missing(service, path, interface, error) : 0;
}

/* Sees every call on the tree before sd-bus serves the standard interfaces: some of those calls are ours. */
static int on_any_call(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	int r;

	if (sd_bus_message_is_method_call(m, "org.freedesktop.DBus.Properties", NULL)) {
		r = begin_property_call(m, userdata, error);
		return r != 0 ? r : refuse_missing_properties(m, userdata, error);
	}
	if (sd_bus_message_is_method_call(m, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects") &&
	    strcmp(sd_bus_message_get_path(m), PATH_ROOT) == 0)
		return call_begin(m, userdata, &managed_objects_method);
	return 0;
}

/* What may be asked of a link whose object is not there. 0: the call is none of that. */
static int begin_hidden_link_call(sd_bus_message *m, Service *service)
{
	const Path path = path_parse(sd_bus_message_get_path(m));
	Link *link;

	if (path.kind != PATH_LINK || sd_bus_message_is_empty(m) <= 0)
		return 0;
	/* that the link is gone is an answer to IsConnected */
	if (sd_bus_message_is_method_call(m, CONNECTION_INTERFACE, "IsConnected"))
		return call_begin(m, NULL, &link_is_connected_method);
	/* a session that wants a lost link back may let go of it */
	link = object_link_at(service, &path);
	if (link && sd_bus_message_is_method_call(m, CONNECTION_INTERFACE, "Disconnect"))
		return call_begin(m, link, &link_disconnect_method);
	return 0;
}

/* Sees the calls that no vtable took: on something that is not there, or of a method that it
 * does not have. */
static int on_stray_call(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	static const char *const ours = "com.example.Bluetooth.";
	const char *interface = sd_bus_message_get_interface(m);
	const char *path = sd_bus_message_get_path(m);
	int r;

	if (!interface || strncmp(interface, ours, strlen(ours)) != 0 ||
	    strncmp(path, PATH_ROOT, strlen(PATH_ROOT)) != 0)
		return 0;
	r = begin_hidden_link_call(m, userdata);
	return r != 0 ? r : object_refuse_missing(userdata, path, interface, error);
}

const Interface interfaces[] = {
	{ MANAGER_INTERFACE, manager_vtable, object_find_manager },
	{ ADAPTER1_INTERFACE, adapter_vtable, object_find_adapter },
	{ SESSION_INTERFACE, session_vtable, object_find_session },
	{ CONNECTION_INTERFACE, link_vtable, object_find_link },
	{ REMOTE_SERVICE_INTERFACE, remote_service_vtable, object_find_attr },
	{ REMOTE_CHARACTERISTIC_INTERFACE, remote_characteristic_vtable, object_find_attr },
	{ REMOTE_DESCRIPTOR_INTERFACE, remote_descriptor_vtable, object_find_attr },
	{ LOCAL_SERVICE_INTERFACE, local_service_vtable, object_find_local_service },
	{ LOCAL_CHARACTERISTIC_INTERFACE, local_characteristic_vtable, object_find_local_attr },
	{ LOCAL_DESCRIPTOR_INTERFACE, local_descriptor_vtable, object_find_local_attr },
	{ 0 }
};

const Interface *interface_find(const char *name)
{
	for (const Interface *interface = interfaces; interface->name; interface++)
		if (strcmp(interface->name, name) == 0)
			return interface;
	return NULL;
}

int dispatch_start(Service *service)
{
	sd_bus *bus = service->bus;
	int r;

	r = sd_bus_add_filter(bus, NULL, on_any_message, service);
	if (r >= 0)
		r = sd_bus_add_fallback(bus, NULL, PATH_ROOT, on_any_call, service);
	if (r >= 0)	/* on the path above the vtables', so that they come first */
		r = sd_bus_add_fallback(bus, NULL, PATH_PARENT, on_stray_call, service);
	for (const Interface *interface = interfaces; interface->name && r >= 0; interface++)
		r = sd_bus_add_fallback_vtable(bus, NULL, PATH_ROOT, interface->name, interface->vtable,
					       interface->find, service);
	if (r >= 0)
		r = sd_bus_add_node_enumerator(bus, NULL, PATH_ROOT, object_list, service);
	if (r >= 0)
		r = sd_bus_add_object_manager(bus, NULL, PATH_ROOT);
	return r;
}
