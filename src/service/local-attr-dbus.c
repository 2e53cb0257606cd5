/* SPDX-License-Identifier: GPL-2.0-or-later */
/* com.example.Bluetooth.LocalCharacteristic1 and LocalDescriptor1: the attributes that we offer to peers. */
#include <errno.h>
#include <string.h>

#include "core/local-subscriber.h"
#include "core/local-value.h"
#include "meaning/constants.h"
#include "service/call-session.h"
#include "service/interfaces.h"
#include "service/local-dbus.h"
#include "service/objects.h"
#include "service/options.h"

#define TRIGGERS_KNOWN (EVENT_CHAR_READ | EVENT_CHAR_WRITE | EVENT_CHAR_SUBSCRIBE)

/* --- new ones --- */

static int read_permissions(sd_bus_message *m, void *userdata, Reason *reason UNUSED)
{
	int r = sd_bus_message_read_basic(m, 'u', &((LocalOptions *)userdata)->permissions);

	return r < 0 ? r : 0;
}

static int read_properties(sd_bus_message *m, void *userdata, Reason *reason UNUSED)
{
	int r = sd_bus_message_read_basic(m, 'u', &((LocalOptions *)userdata)->properties);

	return r < 0 ? r : 0;
}

static int read_read_timeout(sd_bus_message *m, void *userdata, Reason *reason UNUSED)
{
	int r = sd_bus_message_read_basic(m, 'u', &((LocalOptions *)userdata)->read_timeout_ms);

	return r < 0 ? r : 0;
}

static int read_initial_value(sd_bus_message *m, void *userdata, Reason *reason)
{
	return options_read_value(m, &((LocalOptions *)userdata)->value, reason);
}

static int reply_attr(Call *call, const LocalAttr *attr)
{
	char path[PATH_SIZE];

	return call_reply(call, "o", path_of_local_attr(attr, path));
}

/* The characteristic is there in any case, and is shown as soon as the radio is there and nobody wants it
 * otherwise. */
static void on_shown(StartWait *wait, int error, const Reason *reason)
{
	Call *call = (Call *)(void *)((char *)wait - offsetof(Call, start));

	call_finish(call, error == 0 || error == E_NOT_READY ? reply_attr(call, call->made) : error, reason);
}

/* With it, the service is one that peers are to see: the answer is BlueZ's. */
static int reply_when_shown(Call *call, LocalAttr *attr)
{
	Reason reason = { "" };
	int r;

	call->made = attr;
	call->start.done = on_shown;
	r = local_service_start(attr->service, &call->start, service_now(call->service), &reason);
	return r == 1 ? CALL_DEFERRED : reply_attr(call, attr);
}

int reply_new_attr(Call *call, LocalService *service, LocalAttr *parent, Reason *reason)
{
	static const Option of_characteristic[] = {
		{ "permissions", "u", read_permissions },
		{ "properties", "u", read_properties },
		{ "value", NULL, read_initial_value },
		{ "read_timeout", "u", read_read_timeout },
		{ 0 }
	};
	static const Option of_descriptor[] = {
		{ "permissions", "u", read_permissions },
		{ "value", NULL, read_initial_value },
		{ 0 }
	};
	LocalOptions options = local_options(service->session,
					     parent ? LOCAL_DESCRIPTOR : LOCAL_CHARACTERISTIC);
	LocalAttr *attr = NULL;
	Uuid uuid;
	int r;

	r = options_read_uuid(call->message, "uuid", &uuid, reason);
	if (r == 0)
		r = options_read(call->message, parent ? of_descriptor : of_characteristic, &options, reason);
	if (r == 0 && !parent)
		r = call_keep(call, reason);
	if (r == 0)
		r = local_attr_new(service, parent, &uuid, &options, service_now(call->service), &attr,
				   reason);
	g_clear_pointer(&options.value, g_bytes_unref);
	if (r != 0)
		return r;
	return !parent && service->wanted ? reply_when_shown(call, attr) : reply_attr(call, attr);
}

static int descriptor(Call *call, void *object, Reason *reason)
{
	LocalAttr *attr = object;

	return reply_new_attr(call, attr->service, attr, reason);
}
METHOD(descriptor, call_local_attr)

/* --- values --- */

/* bluetoothd has taken something: again from the beginning, for the attribute may have gone meanwhile. */
static void on_flow(FlowWait *wait)
{
	Call *call = (Call *)(void *)((char *)wait - offsetof(Call, flow));
	const Path path = path_parse(sd_bus_message_get_path(call->message));
	LocalAttr *attr = object_local_attr(call->service, &path);
	Reason reason = { "" };
	int r;

	r = attr ? call_again(call, attr, &reason) :
		   reason_set(&reason, E_DOES_NOT_EXIST, "the service has no such attribute (any more)");
	call_finish(call, r, &reason);
}

/* -EAGAIN: it waits for bluetoothd, see local_set_value. */
static int reply_when_sent(Call *call, int r, Reason *reason)
{
	if (r != -EAGAIN)
		return r != 0 ? r : call_reply(call, NULL);
	r = call_keep(call, reason);
	if (r == 0)
		return CALL_DEFERRED;
	flow_wait_cancel(&call->flow);
	return r;
}

static int set_value(Call *call, void *object, Reason *reason)
{
	GBytes *value = NULL;
	int r;

	r = options_read_value(call->message, &value, reason);
	if (r != 0)
		return r;
	call->flow.done = on_flow;
	r = local_set_value(object, value, &call->flow, reason);
	g_bytes_unref(value);
	return reply_when_sent(call, r, reason);
}
METHOD(set_value, call_local_attr)

static int notify(Call *call, void *object, Reason *reason)
{
	GBytes *value = NULL;
	Addr client = { 0 };
	const char *address;
	int r;

	r = MIN(sd_bus_message_read(call->message, "s", &address), 0);
	if (r == 0)
		r = options_parse_addr(address, "address", &client, reason);
	if (r == 0)
		r = options_read_value(call->message, &value, reason);
	if (r != 0)
		return r;
	call->flow.done = on_flow;
	r = local_notify_one(object, &client, value, &call->flow, reason);
	g_bytes_unref(value);
	return reply_when_sent(call, r, reason);
}
METHOD(notify, call_local_attr)

/* What a program serves is between it and its peers: Value is read through a call that knows who asks
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

const Method local_value_method = { .run = get_value, .check = call_local_attr, .question = true };

/* --- what peers do --- */

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

static int respond_read(Call *call, void *object, Reason *reason)
{
	GBytes *value = NULL;
	uint32_t id;
	int r;

	r = sd_bus_message_read(call->message, "u", &id);
	if (r < 0)
		return r;
	r = options_read_value(call->message, &value, reason);
	if (r != 0)
		return r;
	r = local_respond(object, id, value, reason);
	g_bytes_unref(value);
	return r != 0 ? r : call_reply(call, NULL);
}
METHOD(respond_read, call_local_attr)

static int reject_read(Call *call, void *object, Reason *reason)
{
	uint8_t att_error;
	uint32_t id;
	int r;

	r = sd_bus_message_read(call->message, "uy", &id, &att_error);
	if (r < 0)
		return r;
	r = local_reject(object, id, att_error, reason);
	return r != 0 ? r : call_reply(call, NULL);
}
METHOD(reject_read, call_local_attr)

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

const sd_bus_vtable local_characteristic_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD_WITH_ARGS("SetValue", SD_BUS_ARGS("v", value), SD_BUS_NO_RESULT, method_set_value,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Notify", SD_BUS_ARGS("s", address, "v", value), SD_BUS_NO_RESULT,
				method_notify, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Callback", SD_BUS_ARGS("u", triggers), SD_BUS_NO_RESULT, method_callback,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Events", SD_BUS_NO_ARGS, SD_BUS_RESULT("u", events), method_events,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("RespondRead", SD_BUS_ARGS("u", id, "v", value), SD_BUS_NO_RESULT,
				method_respond_read, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("RejectRead", SD_BUS_ARGS("u", id, "y", att_error), SD_BUS_NO_RESULT,
				method_reject_read, SD_BUS_VTABLE_UNPRIVILEGED),
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
	SD_BUS_METHOD_WITH_ARGS("SetValue", SD_BUS_ARGS("v", value), SD_BUS_NO_RESULT, method_set_value,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_PROPERTY("UUID", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("Permissions", "u", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("Value", "ay", refuse_value, 0, SD_BUS_VTABLE_PROPERTY_EXPLICIT),
	SD_BUS_VTABLE_END
};
