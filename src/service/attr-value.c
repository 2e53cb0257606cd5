/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RemoteCharacteristic1 and RemoteDescriptor1: reads and writes. */
#include "service/attr-value.h"

#include <stddef.h>
#include <string.h>

#include "bus/options.h"

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

static Call *call_of(Wait *wait)
{
	return CONTAINER_OF(wait, Call, wait);
}

/* Answers with ay or, for a descriptor that was asked for by UUID, aay. */
static int reply_value(Call *call, GBytes *value, bool in_array)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
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
	return r < 0 ? r : 0;
}

static void on_read(Wait *wait, int error, const Reason *reason)
{
	Call *call = call_of(wait);

	call_finish(call, error != 0 ? error : reply_value(call, wait->value, false), reason);
}

static void on_read_descriptor(Wait *wait, int error, const Reason *reason)
{
	Call *call = call_of(wait);

	call_finish(call, error != 0 ? error : reply_value(call, wait->value, true), reason);
}

static int start_read(Call *call, Attr *attr, uint16_t offset,
		      void (*done)(Wait *wait, int error, const Reason *reason),
		      Reason *reason)
{
	int r;

	r = call_keep(call, reason);
	if (r != 0)
		return r;
	call_wait(call, done);
	r = attr_op_read(attr, call->session, offset, &call->op, reason);
	return r != 0 ? r : CALL_DEFERRED;
}

int attr_value_read(Call *call, void *object, Reason *reason)
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

int attr_value_read_descriptor(Call *call, void *object, Reason *reason)
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

static void on_done(Wait *wait, int error, const Reason *reason)
{
	Call *call = call_of(wait);

	call_finish(call, error != 0 ? error : call_reply(call, NULL), reason);
}

int attr_value_write(Call *call, void *object, Reason *reason)
{
	static const Option table[] = {
		{ "offset", "q", read_write_offset },
		{ "type", "s", read_type },
		{ 0 }
	};
	WriteOptions options = { .kind = OP_WRITE_REQUEST };
	Attr *attr = object;
	g_autoptr(GBytes) value = NULL;
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

		call_wait(call, on_done);
		r = attr_op_write(attr, call->session, options.kind, options.offset, bytes, length, &call->op,
			       reason);
	}
	return r != 0 ? r : CALL_DEFERRED;
}
