/* SPDX-License-Identifier: GPL-2.0-or-later */
/* com.example.Bluetooth.RemoteService1, RemoteCharacteristic1, RemoteDescriptor1: what a peer offers. */
#include <errno.h>
#include <string.h>

#include "core/session.h"
#include "meaning/constants.h"
#include "service/attr-stream.h"
#include "service/attr-value.h"
#include "service/call-session.h"
#include "service/emit.h"
#include "service/interfaces.h"
#include "service/link-dbus.h"
#include "service/managed.h"
#include "service/objects.h"
#include "service/path.h"

/* --- properties --- */

static int get_property(sd_bus *bus UNUSED, const char *path UNUSED, const char *interface UNUSED,
			const char *property, sd_bus_message *reply, void *userdata,
			sd_bus_error *error UNUSED)
{
	const Attr *attr = userdata;
	char uuid[UUID_STRING_SIZE];

	if (strcmp(property, "UUID") == 0)
		return sd_bus_message_append(reply, "s", uuid_format(&attr->uuid, uuid));
	if (strcmp(property, "Instance") == 0)
		return sd_bus_message_append(reply, "q", attr->handle);
	if (strcmp(property, "IsPrimary") == 0)
		return sd_bus_message_append(reply, "b", (int)attr->primary);
	if (strcmp(property, "Properties") == 0)
		return sd_bus_message_append(reply, "u", attr->properties);
	if (strcmp(property, "Flags") == 0)
		return sd_bus_message_append_strv(reply, attr->flags);
	if (strcmp(property, "MTU") == 0)
		return sd_bus_message_append(reply, "q", attr->mtu);
	return -ENOENT;
}

/* A peer's values are for programs that hold the link: Value is read through a call that knows who asks
 * (get_value). */
static int refuse_value(sd_bus *bus UNUSED, const char *path UNUSED, const char *interface UNUSED,
			const char *property UNUSED, sd_bus_message *reply UNUSED, void *userdata UNUSED,
			sd_bus_error *error)
{
	return sd_bus_error_set(error, error_name(E_ACCESS_DENIED), "Value is for those who hold the link");
}

static int get_value(Call *call, void *object, Reason *reason UNUSED)
{
	return call_reply_bytes(call, ((const Attr *)object)->value);
}

const Method attr_value_method = { .run = get_value, .check = call_attr, .question = true };

METHOD(attr_value_read, call_attr)
METHOD(attr_value_read_descriptor, call_attr)
METHOD(attr_value_write, call_attr)

/* --- notifications --- */

static void on_subscribed(Wait *wait, int error, const Reason *reason)
{
	Call *call = CONTAINER_OF(wait, Call, wait);

	call_finish(call, error != 0 ? error : call_reply(call, NULL), reason);
}

static int callback(Call *call, void *object, Reason *reason)
{
	Attr *attr = object;
	uint32_t triggers;
	int r;

	r = sd_bus_message_read(call->message, "u", &triggers);
	if (r < 0)
		return r;
	if (triggers & ~(uint32_t)EVENT_CHAR_NOTIFY)
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "triggers: CHAR_NOTIFY_EVENT (0x20) or 0, not 0x%x", triggers);
	if (triggers == 0) {
		listener_unsubscribe(attr, call->session);
		return call_reply(call, NULL);
	}
	r = call_keep(call, reason);
	if (r != 0)
		return r;
	call_wait(call, on_subscribed);
	r = listener_subscribe(attr, call->session, call_sender(call), &call->op, reason);
	if (r == 1)
		return CALL_DEFERRED;
	return r != 0 ? r : call_reply(call, NULL);
}
METHOD(callback, call_attr)

static int events(Call *call, void *object, Reason *reason UNUSED)
{
	uint32_t events = listeners_take_events(object, call->session);

	return call_reply(call, "u", events);
}
METHOD(events, call_attr)

static int characteristics(Call *call, void *object, Reason *reason UNUSED)
{
	const Attr *attr = object;

	return link_dbus_reply_attrs(call, attr->link, ATTR_CHARACTERISTIC, attr);
}
QUESTION(characteristics, call_attr)

METHOD(attr_stream_acquire_notify, call_attr)
METHOD(attr_stream_acquire_write, call_attr)

/* --- signals --- */

void attr_dbus_added(void *userdata, Attr *attr)
{
	Service *service = userdata;
	char path[PATH_SIZE];

	path_of_attr(attr, path);
	managed_came(service, path, NULL);
	emit_check(sd_bus_emit_object_added(service->bus, path));
}

void attr_dbus_removed(void *userdata, Attr *attr)
{
	Service *service = userdata;
	char path[PATH_SIZE];

	path_of_attr(attr, path);
	managed_changed(service, path, NULL);
	emit_check(sd_bus_emit_interfaces_removed(service->bus, path, object_attr_interface(attr), NULL));
}

void attr_dbus_notification(void *userdata, Attr *attr, AttrSub *sub, GBytes *value, uint64_t now)
{
	Service *service = userdata;
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
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
	if (r == -ENOBUFS) {
		session_notification_lost(sub->session);
		return;
	}
	emit_check(r);
}

const sd_bus_vtable remote_service_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD_WITH_ARGS("Characteristics", SD_BUS_NO_ARGS, SD_BUS_RESULT("ao", characteristics),
				method_characteristics, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_PROPERTY("IsPrimary", "b", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("UUID", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("Instance", "q", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_VTABLE_END
};

const sd_bus_vtable remote_characteristic_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD_WITH_ARGS("Read", SD_BUS_ARGS("a{sv}", options), SD_BUS_RESULT("ay", value),
				method_attr_value_read, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Write", SD_BUS_ARGS("v", value, "a{sv}", options), SD_BUS_NO_RESULT,
				method_attr_value_write, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Callback", SD_BUS_ARGS("u", triggers), SD_BUS_NO_RESULT, method_callback,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Events", SD_BUS_NO_ARGS, SD_BUS_RESULT("u", events), method_events,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("ReadDescriptor", SD_BUS_ARGS("v", uuid), SD_BUS_RESULT("aay", values),
				method_attr_value_read_descriptor, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("AcquireNotify", SD_BUS_ARGS("a{sv}", options),
				SD_BUS_RESULT("h", fd, "q", mtu), method_attr_stream_acquire_notify,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("AcquireWrite", SD_BUS_ARGS("a{sv}", options),
				SD_BUS_RESULT("h", fd, "q", mtu), method_attr_stream_acquire_write,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_SIGNAL_WITH_ARGS("Notification", SD_BUS_ARGS("t", time, "ay", value), 0),
	SD_BUS_PROPERTY("UUID", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("Instance", "q", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("Properties", "u", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("Flags", "as", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("Value", "ay", refuse_value, 0, SD_BUS_VTABLE_PROPERTY_EXPLICIT),
	SD_BUS_PROPERTY("MTU", "q", get_property, 0, 0),
	SD_BUS_VTABLE_END
};

const sd_bus_vtable remote_descriptor_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD_WITH_ARGS("Read", SD_BUS_ARGS("a{sv}", options), SD_BUS_RESULT("ay", value),
				method_attr_value_read, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Write", SD_BUS_ARGS("v", value, "a{sv}", options), SD_BUS_NO_RESULT,
				method_attr_value_write, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_PROPERTY("UUID", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("Instance", "q", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_VTABLE_END
};
