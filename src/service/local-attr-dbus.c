/* SPDX-License-Identifier: GPL-2.0-or-later */
/* com.example.Bluetooth.LocalCharacteristic1 and LocalDescriptor1: the attributes that we offer to peers. */
#include <errno.h>
#include <string.h>

#include "core/local-subscriber.h"
#include "core/local-value.h"
#include "core/session.h"
#include "meaning/constants.h"
#include "service/call-session.h"
#include "service/emit.h"
#include "service/interfaces.h"
#include "service/local-new.h"
#include "service/local-service-dbus.h"
#include "service/local-value-dbus.h"
#include "service/managed.h"
#include "service/objects.h"
#include "service/path.h"

#define TRIGGERS_KNOWN (EVENT_CHAR_READ | EVENT_CHAR_WRITE | EVENT_CHAR_SUBSCRIBE)

static int descriptor(Call *call, void *object, Reason *reason)
{
	LocalAttr *attr = object;

	return local_new_attr(call, attr->service, attr, reason);
}
METHOD(descriptor, call_local_attr)

/* Values that a program serves are for itself and its peers: Value is read through a call that knows who asks
 * (get_value). */
static int refuse_value(sd_bus *bus UNUSED, const char *path UNUSED, const char *interface UNUSED,
			const char *property UNUSED, sd_bus_message *reply UNUSED, void *userdata UNUSED,
			sd_bus_error *error)
{
	return sd_bus_error_set(error, error_name(E_ACCESS_DENIED), "Value is for the owner of the session");
}

static int get_value(Call *call, void *object, Reason *reason UNUSED)
{
	return call_reply_bytes(call, ((const LocalAttr *)object)->value);
}

const Method local_attr_value_method = { .run = get_value, .check = call_local_attr, .question = true };

METHOD(local_value_dbus_set, call_local_attr)
METHOD(local_value_dbus_notify, call_local_attr)
METHOD(local_value_dbus_respond, call_local_attr)
METHOD(local_value_dbus_reject, call_local_attr)

static int callback(Call *call, void *object, Reason *reason)
{
	uint32_t triggers;
	int r;

	r = sd_bus_message_read(call->message, "u", &triggers);
	if (r < 0)
		return r;
	if (triggers & ~(uint32_t)TRIGGERS_KNOWN)
		return reason_set(
			reason, E_INVALID_ARGUMENTS,
			"triggers: 0x%x has bits that are no events of a characteristic of ours (0x%x)",
			triggers, TRIGGERS_KNOWN);
	r = local_listen(object, call_sender(call), triggers, reason);
	return r != 0 ? r : call_reply(call, NULL);
}
METHOD(callback, call_local_attr)

static int events(Call *call, void *object, Reason *reason UNUSED)
{
	return call_reply(call, "u", local_take_events(object));
}
METHOD(events, call_local_attr)

/* --- properties --- */

static int get_property(sd_bus *bus UNUSED, const char *path UNUSED, const char *interface UNUSED,
			const char *property, sd_bus_message *reply, void *userdata,
			sd_bus_error *error UNUSED)
{
	const LocalAttr *attr = userdata;
	char uuid[UUID_STRING_SIZE];

	if (strcmp(property, "UUID") == 0)
		return sd_bus_message_append(reply, "s", uuid_format(&attr->uuid, uuid));
	if (strcmp(property, "Properties") == 0)
		return sd_bus_message_append(reply, "u", attr->properties);
	if (strcmp(property, "Permissions") == 0)
		return sd_bus_message_append(reply, "u", attr->permissions);
	if (strcmp(property, "Subscribers") == 0)
		return sd_bus_message_append(reply, "u", local_subscribers(attr));
	return -ENOENT;
}

/* --- signals --- */

/* Sends a signal of a characteristic to each listener that asked for that event. */
static void send_to_listeners(Service *service, const LocalAttr *attr, uint32_t trigger,
			      const char *interface, const char *member,
			      int (*append)(sd_bus_message *m, const LocalAttr *attr, const void *what),
			      const void *what)
{
	char path[PATH_SIZE];

	for (guint i = 0; i < attr->listeners->len; i++) {
		const LocalListener *listener = &g_array_index(attr->listeners, LocalListener, i);
		CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
		int r;

		if (!(listener->triggers & trigger))
			continue;
		r = sd_bus_message_new_signal(service->bus, &m, path_of_local_attr(attr, path), interface,
					      member);
		if (r >= 0)
			r = append(m, attr, what);
		if (r >= 0)
			service_send(service, listener->connection, m, ATTR_VALUE_MAX);
		emit_check(r);
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

void local_attr_dbus_read_request(void *userdata, LocalAttr *attr, uint32_t id, const Addr *client,
				uint16_t offset)
{
	Service *service = userdata;
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

void local_attr_dbus_written(void *userdata, LocalAttr *attr, const Addr *client, GBytes *value)
{
	Service *service = userdata;
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

void local_attr_dbus_subscribed(void *userdata, LocalAttr *attr, const Addr *client, bool on)
{
	Service *service = userdata;
	const Subscribed subscribed = { .client = client, .on = on };
	char path[PATH_SIZE];

	managed_changed(service, path_of_local_attr(attr, path), attr->service->session);
	send_to_listeners(service, attr, EVENT_CHAR_SUBSCRIBE, LOCAL_CHARACTERISTIC_INTERFACE, "Subscribed",
			  append_subscribed, &subscribed);
	send_to_listeners(service, attr, EVENT_CHAR_SUBSCRIBE, "org.freedesktop.DBus.Properties",
			  "PropertiesChanged", append_subscribers, NULL);
}

void local_attr_dbus_added(void *userdata, LocalAttr *attr)
{
	Service *service = userdata;
	char path[PATH_SIZE];

	managed_came(service, path_of_local_attr(attr, path), attr->service->session);
	local_service_dbus_tell(service, attr->service->session, path, object_local_attr_interface(attr),
				attr);
}

void local_attr_dbus_removed(void *userdata, LocalAttr *attr)
{
	Service *service = userdata;
	char path[PATH_SIZE];

	managed_changed(service, path_of_local_attr(attr, path), attr->service->session);
	local_service_dbus_tell(service, attr->service->session, path, object_local_attr_interface(attr),
				NULL);
}

const sd_bus_vtable local_characteristic_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD_WITH_ARGS("SetValue", SD_BUS_ARGS("v", value), SD_BUS_NO_RESULT,
				method_local_value_dbus_set, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Notify", SD_BUS_ARGS("s", address, "v", value), SD_BUS_NO_RESULT,
				method_local_value_dbus_notify, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Callback", SD_BUS_ARGS("u", triggers), SD_BUS_NO_RESULT, method_callback,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Events", SD_BUS_NO_ARGS, SD_BUS_RESULT("u", events), method_events,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("RespondRead", SD_BUS_ARGS("u", id, "v", value), SD_BUS_NO_RESULT,
				method_local_value_dbus_respond, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("RejectRead", SD_BUS_ARGS("u", id, "y", att_error), SD_BUS_NO_RESULT,
				method_local_value_dbus_reject, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Descriptor", SD_BUS_ARGS("v", uuid, "a{sv}", options),
				SD_BUS_RESULT("o", descriptor), method_descriptor,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_SIGNAL_WITH_ARGS("ReadRequest", SD_BUS_ARGS("u", id, "s", client, "q", offset), 0),
	SD_BUS_SIGNAL_WITH_ARGS("WriteRequest", SD_BUS_ARGS("s", client, "ay", value), 0),
	SD_BUS_SIGNAL_WITH_ARGS("Subscribed", SD_BUS_ARGS("s", address, "b", on), 0),
	SD_BUS_PROPERTY("UUID", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("Properties", "u", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("Permissions", "u", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("Value", "ay", refuse_value, 0, SD_BUS_VTABLE_PROPERTY_EXPLICIT),
	SD_BUS_PROPERTY("Subscribers", "u", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SD_BUS_VTABLE_END
};

const sd_bus_vtable local_descriptor_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD_WITH_ARGS("SetValue", SD_BUS_ARGS("v", value), SD_BUS_NO_RESULT,
				method_local_value_dbus_set, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_PROPERTY("UUID", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("Permissions", "u", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("Value", "ay", refuse_value, 0, SD_BUS_VTABLE_PROPERTY_EXPLICIT),
	SD_BUS_VTABLE_END
};
