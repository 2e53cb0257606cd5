/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Core's news of our services and their clients, for the programs that serve: unicast, all of it. */
#include <errno.h>

#include "core/local-subscriber.h"
#include "core/session.h"
#include "meaning/constants.h"
#include "service/local-dbus.h"
#include "service/objects.h"
#include "service/path.h"
#include "service/service.h"
#include "service/signals.h"

void service_session_client(Service *service, Session *session, const char *connection, const Addr *addr,
			    bool connected)
{
	char path[PATH_SIZE], address[ADDR_STRING_SIZE];
	sd_bus_message *m = NULL;
	int r;

	r = sd_bus_message_new_signal(service->bus, &m, path_of_signals(session, path), SESSION_INTERFACE,
				      connected ? "ClientConnected" : "ClientDisconnected");
	if (r >= 0)
		r = sd_bus_message_append(m, "s", addr_format(addr, address));
	if (r >= 0)
		service_send(service, connection, m, 0);
	sd_bus_message_unref(m);
	signal_log_error(r);
}

/* Sends a signal of a characteristic to each listener that asked for that event. */
static void send_to_listeners(Service *service, const LocalAttr *attr, uint32_t trigger,
			      const char *interface, const char *member,
			      int (*append)(sd_bus_message *m, const LocalAttr *attr, const void *what),
			      const void *what)
{
	char path[PATH_SIZE];

	for (guint i = 0; i < attr->listeners->len; i++) {
		const LocalListener *listener = &g_array_index(attr->listeners, LocalListener, i);
		sd_bus_message *m = NULL;
		int r;

		if (!(listener->triggers & trigger))
			continue;
		r = sd_bus_message_new_signal(service->bus, &m, path_of_local_attr(attr, path), interface,
					      member);
		if (r >= 0)
			r = append(m, attr, what);
		if (r >= 0)
			service_send(service, listener->connection, m, ATTR_VALUE_MAX);
		sd_bus_message_unref(m);
		signal_log_error(r);
	}
}

typedef struct ReadRequest {
	uint32_t id;
	const Addr *client;
	uint16_t offset;
} ReadRequest;

static int append_read(sd_bus_message *m, const LocalAttr *attr UNUSED, const void *what)
{
	const ReadRequest *request = what;
	char address[ADDR_STRING_SIZE];

	return sd_bus_message_append(m, "usq", request->id, addr_format(request->client, address),
				     request->offset);
}

void service_local_read_request(Service *service, LocalAttr *attr, uint32_t id, const Addr *client,
				uint16_t offset)
{
	const ReadRequest request = { .id = id, .client = client, .offset = offset };

	send_to_listeners(service, attr, EVENT_CHAR_READ, LOCAL_CHARACTERISTIC_INTERFACE, "ReadRequest",
			  append_read, &request);
}

typedef struct WriteRequest {
	const Addr *client;
	GBytes *value;
} WriteRequest;

static int append_write(sd_bus_message *m, const LocalAttr *attr UNUSED, const void *what)
{
	const WriteRequest *request = what;
	char address[ADDR_STRING_SIZE];
	gsize length;
	const void *bytes = g_bytes_get_data(request->value, &length);
	int r;

	r = sd_bus_message_append(m, "s", addr_format(request->client, address));
	return r < 0 ? r : sd_bus_message_append_array(m, 'y', bytes, length);
}

void service_local_written(Service *service, LocalAttr *attr, const Addr *client, GBytes *value)
{
	const WriteRequest request = { .client = client, .value = value };

	send_to_listeners(service, attr, EVENT_CHAR_WRITE, LOCAL_CHARACTERISTIC_INTERFACE, "WriteRequest",
			  append_write, &request);
}

static int append_subscribers(sd_bus_message *m, const LocalAttr *attr, const void *what UNUSED)
{
	return sd_bus_message_append(m, "sa{sv}as", LOCAL_CHARACTERISTIC_INTERFACE, 1, "Subscribers", "u",
				     local_subscribers(attr), 0);
}

typedef struct Subscribed {
	const Addr *client;
	bool on;
} Subscribed;

static int append_subscribed(sd_bus_message *m, const LocalAttr *attr UNUSED, const void *what)
{
	const Subscribed *subscribed = what;
	char address[ADDR_STRING_SIZE];

	return sd_bus_message_append(m, "sb", addr_format(subscribed->client, address), (int)subscribed->on);
}

void service_local_subscribed(Service *service, LocalAttr *attr, const Addr *client, bool on)
{
	const Subscribed subscribed = { .client = client, .on = on };

	service->news++;
	send_to_listeners(service, attr, EVENT_CHAR_SUBSCRIBE, LOCAL_CHARACTERISTIC_INTERFACE, "Subscribed",
			  append_subscribed, &subscribed);
	send_to_listeners(service, attr, EVENT_CHAR_SUBSCRIBE, "org.freedesktop.DBus.Properties",
			  "PropertiesChanged", append_subscribers, NULL);
}

/* --- the tree, as far as it is a program's own --- */

typedef int (*ObjectAppend)(sd_bus_message *m, const void *object);

/* A signal of ObjectManager to the owner of a private session; for a user session, to those who asked for its
 * signals. */
static void tell_owner(Service *service, const Session *session, const char *member, ObjectAppend append,
		       const void *object)
{
	guint n = session->owner ? 1 : session->subscribers->len;

	service->news++;
	for (guint i = 0; i < n; i++) {
		const char *connection = session->owner;
		sd_bus_message *m = NULL;
		int r;

		if (!connection)
			connection = g_array_index(session->subscribers, Subscriber, i).connection;
		r = sd_bus_message_new_signal(service->bus, &m, PATH_ROOT,
					      "org.freedesktop.DBus.ObjectManager", member);
		if (r >= 0)
			r = append(m, object);
		if (r >= 0)
			service_send(service, connection, m, 0);
		sd_bus_message_unref(m);
		signal_log_error(r);
	}
}

static int append_service(sd_bus_message *m, const void *object)
{
	const LocalService *local = object;
	char path[PATH_SIZE], uuid[UUID_STRING_SIZE];

	return sd_bus_message_append(m, "oa{sa{sv}}", path_of_local_service(local, path), 1,
				     LOCAL_SERVICE_INTERFACE, 3, "UUID", "s", uuid_format(&local->uuid, uuid),
				     "IsPrimary", "b", (int)local->primary,
				     "Started", "b", (int)local->wanted);
}

static int append_service_gone(sd_bus_message *m, const void *object)
{
	char path[PATH_SIZE];

	return sd_bus_message_append(m, "oas", path_of_local_service(object, path), 1,
				     LOCAL_SERVICE_INTERFACE);
}

static int append_attr(sd_bus_message *m, const void *object)
{
	const LocalAttr *attr = object;
	char path[PATH_SIZE], uuid[UUID_STRING_SIZE];

	path_of_local_attr(attr, path);
	uuid_format(&attr->uuid, uuid);
	if (attr->kind == LOCAL_DESCRIPTOR)
		return sd_bus_message_append(m, "oa{sa{sv}}", path, 1, LOCAL_DESCRIPTOR_INTERFACE, 2, "UUID",
					     "s", uuid, "Permissions", "u", attr->permissions);
	return sd_bus_message_append(m, "oa{sa{sv}}", path, 1, LOCAL_CHARACTERISTIC_INTERFACE, 4, "UUID", "s",
				     uuid, "Properties", "u", attr->properties, "Permissions", "u",
				     attr->permissions, "Subscribers", "u", local_subscribers(attr));
}

static int append_attr_gone(sd_bus_message *m, const void *object)
{
	const LocalAttr *attr = object;
	char path[PATH_SIZE];

	return sd_bus_message_append(m, "oas", path_of_local_attr(attr, path), 1,
				     object_local_attr_interface(attr));
}

void service_local_service_added(Service *service, LocalService *local)
{
	tell_owner(service, local->session, "InterfacesAdded", append_service, local);
}

void service_local_service_removed(Service *service, LocalService *local)
{
	tell_owner(service, local->session, "InterfacesRemoved", append_service_gone, local);
}

void service_local_attr_added(Service *service, LocalAttr *attr)
{
	tell_owner(service, attr->service->session, "InterfacesAdded", append_attr, attr);
}

void service_local_attr_removed(Service *service, LocalAttr *attr)
{
	tell_owner(service, attr->service->session, "InterfacesRemoved", append_attr_gone, attr);
}
