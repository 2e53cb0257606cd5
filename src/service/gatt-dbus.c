/* SPDX-License-Identifier: GPL-2.0-or-later */
/* com.example.Bluetooth.RemoteService1, RemoteCharacteristic1, RemoteDescriptor1: the
 * attributes of a peer. */
#include <errno.h>
#include <string.h>

#include "meaning/constants.h"
#include "service/call-session.h"
#include "service/interfaces.h"
#include "service/link-dbus.h"
#include "service/options.h"
#include "service/stream.h"

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

/* What a peer said is for those who asked: Value is read through a call that knows who asks (get_value). */
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

const Method value_method = { .run = get_value, .check = call_attr, .question = true };

/* --- reads --- */

static int read_offset(sd_bus_message *m, void *userdata, Reason *reason)
{
	uint16_t *offset = userdata;
	int r = sd_bus_message_read_basic(m, 'q', offset);

	if (r < 0)
		return r;
	if (*offset > ATTR_VALUE_MAX)
		return reason_set(reason, E_INVALID_ARGUMENTS, "offset: at most %d", ATTR_VALUE_MAX);
	return 0;
}

static int append_bytes(sd_bus_message *m, GBytes *value)
{
	gsize length;
	const void *bytes = g_bytes_get_data(value, &length);

	return sd_bus_message_append_array(m, 'y', bytes, length);
}

static Call *call_of(OpWait *wait)
{
	return (Call *)(void *)((char *)wait - offsetof(Call, op));
}

/* Answers with ay or, for a descriptor that was asked for by UUID, aay. */
static int reply_value(Call *call, GBytes *value, bool in_array)
{
	sd_bus_message *reply = NULL;
	int r;

	r = sd_bus_message_new_method_return(call->message, &reply);
	if (r >= 0 && in_array)
		r = sd_bus_message_open_container(reply, 'a', "ay");
	if (r >= 0 && value)
		r = append_bytes(reply, value);
	if (r >= 0 && in_array)
		r = sd_bus_message_close_container(reply);
	if (r >= 0)
		r = sd_bus_send(NULL, reply, NULL);
	sd_bus_message_unref(reply);
	return r < 0 ? r : 0;
}

static void on_read(OpWait *wait, int error, const Reason *reason, GBytes *value)
{
	Call *call = call_of(wait);

	call_finish(call, error != 0 ? error : reply_value(call, value, false), reason);
}

static void on_read_descriptor(OpWait *wait, int error, const Reason *reason, GBytes *value)
{
	Call *call = call_of(wait);

	call_finish(call, error != 0 ? error : reply_value(call, value, true), reason);
}

static int start_read(Call *call, Attr *attr, uint16_t offset,
		      void (*done)(OpWait *wait, int error, const Reason *reason, GBytes *value),
		      Reason *reason)
{
	int r;

	r = call_keep(call, reason);
	if (r != 0)
		return r;
	call->op.done = done;
	r = attr_read(attr, call->session, offset, &call->op, reason);
	return r != 0 ? r : CALL_DEFERRED;
}

static int read_attr(Call *call, void *object, Reason *reason)
{
	static const Option table[] = {
		{ "offset", "q", read_offset },
		{ 0 }
	};
	uint16_t offset = 0;
	Attr *attr = object;
	int r;

	r = options_read(call->message, table, &offset, reason);
	return r != 0 ? r : start_read(call, attr, offset, on_read, reason);
}
METHOD(read_attr, call_attr)

static int read_descriptor(Call *call, void *object, Reason *reason)
{
	Attr *attr = object;
	Uuid uuid;
	int r;

	r = options_read_uuid(call->message, "uuid", &uuid, reason);
	if (r != 0)
		return r;
	for (guint i = 0; i < attr->link->attrs->len; i++) {
		Attr *descriptor = g_ptr_array_index(attr->link->attrs, i);

		if (descriptor->parent == attr && uuid_equal(&descriptor->uuid, &uuid))
			return start_read(call, descriptor, 0, on_read_descriptor, reason);
	}
	return reply_value(call, NULL, true);
}
METHOD(read_descriptor, call_attr)

/* --- writes --- */

typedef struct WriteOptions {
	uint16_t offset;
	OpKind kind;
} WriteOptions;

static int read_write_offset(sd_bus_message *m, void *userdata, Reason *reason)
{
	return read_offset(m, &((WriteOptions *)userdata)->offset, reason);
}

static int read_type(sd_bus_message *m, void *userdata, Reason *reason)
{
	WriteOptions *options = userdata;
	const char *text;
	int r = sd_bus_message_read_basic(m, 's', &text);

	if (r < 0)
		return r;
	if (strcmp(text, "request") == 0)
		options->kind = OP_WRITE_REQUEST;
	else if (strcmp(text, "command") == 0)
		options->kind = OP_WRITE_COMMAND;
	else if (strcmp(text, "reliable") == 0)
		options->kind = OP_WRITE_RELIABLE;
	else
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "type: \"request\", \"command\" or \"reliable\"");
	return 0;
}

static void on_done(OpWait *wait, int error, const Reason *reason, GBytes *value UNUSED)
{
	Call *call = call_of(wait);

	call_finish(call, error != 0 ? error : call_reply(call, NULL), reason);
}

static int write_attr(Call *call, void *object, Reason *reason)
{
	static const Option table[] = {
		{ "offset", "q", read_write_offset },
		{ "type", "s", read_type },
		{ 0 }
	};
	WriteOptions options = { .kind = OP_WRITE_REQUEST };
	Attr *attr = object;
	GBytes *value = NULL;
	gsize length;
	int r;

	r = options_read_value(call->message, &value, reason);
	if (r != 0)
		return r;
	r = options_read(call->message, table, &options, reason);
	if (r == 0)
		r = call_keep(call, reason);
	if (r == 0) {
		const void *bytes = g_bytes_get_data(value, &length);

		call->op.done = on_done;
		r = attr_write(attr, call->session, options.kind, options.offset, bytes, length, &call->op,
			       reason);
	}
	g_bytes_unref(value);
	return r != 0 ? r : CALL_DEFERRED;
}
METHOD(write_attr, call_attr)

/* --- notifications --- */

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
		attr_unsubscribe(attr, call->session);
		return call_reply(call, NULL);
	}
	r = call_keep(call, reason);
	if (r != 0)
		return r;
	call->op.done = on_done;
	r = attr_subscribe(attr, call->session, call_sender(call), &call->op, reason);
	if (r == 1)
		return CALL_DEFERRED;
	return r != 0 ? r : call_reply(call, NULL);
}
METHOD(callback, call_attr)

static int events(Call *call, void *object, Reason *reason UNUSED)
{
	uint32_t events = attr_take_events(object, call->session);

	return call_reply(call, "u", events);
}
METHOD(events, call_attr)

static int characteristics(Call *call, void *object, Reason *reason UNUSED)
{
	const Attr *attr = object;

	return reply_attr_paths(call, attr->link, ATTR_CHARACTERISTIC, attr);
}
QUESTION(characteristics, call_attr)

METHOD(stream_acquire_notify, call_attr)
METHOD(stream_acquire_write, call_attr)

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
				method_read_attr, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Write", SD_BUS_ARGS("v", value, "a{sv}", options), SD_BUS_NO_RESULT,
				method_write_attr, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Callback", SD_BUS_ARGS("u", triggers), SD_BUS_NO_RESULT, method_callback,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Events", SD_BUS_NO_ARGS, SD_BUS_RESULT("u", events), method_events,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("ReadDescriptor", SD_BUS_ARGS("v", uuid), SD_BUS_RESULT("aay", values),
				method_read_descriptor, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("AcquireNotify", SD_BUS_ARGS("a{sv}", options),
				SD_BUS_RESULT("h", fd, "q", mtu), method_stream_acquire_notify,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("AcquireWrite", SD_BUS_ARGS("a{sv}", options),
				SD_BUS_RESULT("h", fd, "q", mtu), method_stream_acquire_write,
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
				method_read_attr, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Write", SD_BUS_ARGS("v", value, "a{sv}", options), SD_BUS_NO_RESULT,
				method_write_attr, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_PROPERTY("UUID", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("Instance", "q", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_VTABLE_END
};
