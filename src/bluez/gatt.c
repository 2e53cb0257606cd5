/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GATT objects in, reads, writes and notifications out. */
#include "bluez/gatt.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bluez/adapter.h"
#include "bluez/bluez.h"
#include "bluez/device.h"
#include "bluez/msg.h"
#include "core/link.h"
#include "util/log.h"

#define SERVICE_INTERFACE "org.bluez.GattService1"
#define CHARACTERISTIC_INTERFACE "org.bluez.GattCharacteristic1"
#define DESCRIPTOR_INTERFACE "org.bluez.GattDescriptor1"

#define PATH_MAX_LENGTH 128

/* ATT gives up after 30 s (Vol 3 Part F 3.3.3); bluetoothd tells us then. */
#define GATT_TIMEOUT (40 * USEC_PER_SEC)
#define RETRY_BUSY (50 * USEC_PER_MSEC)

/* What was under way on a link that breaks gets ATT error 0x0e; that the link broke is told shortly before or after. */
#define ATT_TIMEOUT (29 * USEC_PER_SEC)	/* a little less than the 30 s, after which bluetoothd answers 0x0e itself */
#define LATE_NEWS (100 * USEC_PER_MSEC)

/* An operation that bluetoothd is at. */
typedef struct GattCall {
	Bluez *bluez;
	AttrOp *op;
	sd_bus_slot *slot;
	sd_event_source *retry;
	GBytes *held;		/* a value that came meanwhile: a notification, or what this read gave */
	uint64_t sent;
} GattCall;

/* --- paths --- */

typedef struct GattPath {
	AttrKind kind;
	uint16_t handle;
	uint16_t parent;	/* handle */
	Link *link;
} GattPath;

static bool take_handle(const char **text, const char *word, uint16_t *ret)
{
	size_t length = strlen(word);
	unsigned value = 0;
	int used = 0;

	if (strncmp(*text, word, length) != 0 || sscanf(*text + length, "%4x%n", &value, &used) != 1 || used != 4)
		return false;
	*text += length + 4;
	*ret = (uint16_t)value;
	return true;
}

/* …/dev_AA_BB_CC_DD_EE_FF/serviceHHHH[/charHHHH[/descHHHH]] of a device that somebody has a link to. */
static bool parse_path(const Bluez *bluez, const char *path, GattPath *ret)
{
	const char *tail = strstr(path, "/service");
	const Device *device;
	uint16_t service, characteristic;
	char *device_path;

	if (!tail)
		return false;
	device_path = g_strndup(path, (gsize)(tail - path));
	device = g_hash_table_lookup(bluez->devices, device_path);
	g_free(device_path);
	if (!device || !device->adapter->radio)
		return false;
	ret->link = link_find(device->adapter->radio, &device->addr);
	if (!ret->link || !take_handle(&tail, "/service", &service))
		return false;

	ret->kind = ATTR_SERVICE;
	ret->handle = service;
	ret->parent = 0;
	if (*tail && take_handle(&tail, "/char", &characteristic)) {
		ret->kind = ATTR_CHARACTERISTIC;
		ret->handle = characteristic;
		ret->parent = service;
		if (*tail && take_handle(&tail, "/desc", &ret->handle)) {
			ret->kind = ATTR_DESCRIPTOR;
			ret->parent = characteristic;
		}
	}
	return *tail == '\0';
}

static const char *path_of_attr(const Bluez *bluez, const Attr *attr, char path[static PATH_MAX_LENGTH])
{
	const Link *link = attr->link;
	const Adapter *adapter = bluez_adapter(bluez, link->radio);
	const Attr *characteristic = attr->kind == ATTR_DESCRIPTOR ? attr->parent : attr;
	char device[ADDR_STRING_SIZE];
	int n;

	if (!adapter || !characteristic || !characteristic->parent)
		return NULL;
	addr_format_with(&link->addr, '_', device);
	n = snprintf(path, PATH_MAX_LENGTH, "%s/dev_%s/service%04x/char%04x", adapter->path, device,
		     characteristic->parent->handle, characteristic->handle);
	if (attr->kind == ATTR_DESCRIPTOR)
		snprintf(path + n, PATH_MAX_LENGTH - (size_t)n, "/desc%04x", attr->handle);
	return path;
}

/* --- objects --- */

bool gatt_is_interface(const char *interface)
{
	return strcmp(interface, SERVICE_INTERFACE) == 0 || strcmp(interface, CHARACTERISTIC_INTERFACE) == 0 ||
	       strcmp(interface, DESCRIPTOR_INTERFACE) == 0;
}

typedef struct Reading {
	Bluez *bluez;
	Attr *attr;
	bool change;		/* not how it is: its value may be a notification */
} Reading;

static int read_flags(Attr *attr, sd_bus_message *m)
{
	char **flags = NULL;
	int r;

	r = msg_enter_variant(m, "as");
	if (r <= 0)
		return r;
	r = sd_bus_message_read_strv(m, &flags);
	if (r < 0)
		return r;
	/* sd-bus allocates with malloc, as GLib does */
	attr_set_flags(attr, flags);
	return msg_exit_variant(m);
}

static void take_value(Reading *reading, const uint8_t *bytes, size_t length)
{
	Attr *attr = reading->attr;
	AttrOp *op = g_queue_peek_head(&attr->ops);
	GattCall *call = op && op->running && op->kind == OP_READ ? op->edge : NULL;
	GBytes *value = g_bytes_new(bytes, MIN(length, (size_t)ATTR_VALUE_MAX));

	if (!reading->change) {
		if (length > 0 && !attr->value)
			attr->value = g_bytes_ref(value);
	} else if (call) {
		/* bluetoothd shows what a read gave just before it answers: which of the two this is, the answer tells */
		if (call->held) {
			attr_value(attr, call->held, bluez_now(reading->bluez));
			g_bytes_unref(call->held);
		}
		call->held = g_bytes_ref(value);
	} else {
		attr_value(attr, value, bluez_now(reading->bluez));
	}
	g_bytes_unref(value);
}

static int read_property(sd_bus_message *m, const char *key, void *userdata)
{
	Reading *reading = userdata;
	Attr *attr = reading->attr;
	const uint8_t *bytes;
	const char *text;
	size_t length;
	int flag, r;
	Uuid uuid;

	if (strcmp(key, "UUID") == 0) {
		r = msg_read_variant(m, 's', &text);
		if (r > 0 && uuid_parse(text, &uuid) == 0)
			attr->uuid = uuid;
		return r;
	}
	if (strcmp(key, "Primary") == 0) {
		r = msg_read_variant(m, 'b', &flag);
		if (r > 0)
			attr->primary = flag;
		return r;
	}
	if (strcmp(key, "MTU") == 0)
		return msg_read_variant(m, 'q', &attr->mtu);
	if (strcmp(key, "Flags") == 0)
		return read_flags(attr, m);
	if (strcmp(key, "Value") == 0) {
		r = msg_read_variant_bytes(m, &bytes, &length);
		if (r > 0)
			take_value(reading, bytes, length);
		return r;
	}
	return sd_bus_message_skip(m, "v");
}

int gatt_read(Bluez *bluez, sd_bus_message *m, const char *path, bool change)
{
	Reading reading = { .bluez = bluez };
	GattPath at;
	Attr *attr;
	int r;

	if (!parse_path(bluez, path, &at))
		return sd_bus_message_skip(m, "a{sv}");
	attr = attr_find(at.link, at.kind, at.handle);
	if (!attr) {
		r = attr_new(&attr, at.link, at.kind, at.handle);
		if (r < 0)
			return r;
	}
	reading.attr = attr;
	reading.change = change && attr->present;
	if (at.kind == ATTR_CHARACTERISTIC)
		attr->parent = attr_find(at.link, ATTR_SERVICE, at.parent);
	else if (at.kind == ATTR_DESCRIPTOR)
		attr->parent = attr_find(at.link, ATTR_CHARACTERISTIC, at.parent);
	r = msg_walk_properties(m, read_property, &reading);
	if (!attr->present)
		attr_appeared(attr);
	return r;
}

void gatt_removed(Bluez *bluez, const char *path)
{
	GattPath at;
	Attr *attr;

	if (!parse_path(bluez, path, &at))
		return;
	attr = attr_find(at.link, at.kind, at.handle);
	if (attr)
		attr_vanished(attr);
}

/* --- calls --- */

static void call_free(GattCall *call)
{
	call->op->edge = NULL;
	sd_bus_slot_unref(call->slot);
	sd_event_source_disable_unref(call->retry);
	g_clear_pointer(&call->held, g_bytes_unref);
	g_free(call);
}

void gatt_forget(AttrOp *op)
{
	if (op->edge)
		call_free(op->edge);
}

/* bluetoothd gives some ATT errors names of their own (create_gatt_dbus_error in its gatt-client): back to the codes. */
static int translate_error(const sd_bus_error *error, Reason *reason)
{
	static const struct {
		const char *name;
		const char *text;	/* in the message; NULL: any */
		int outcome;
		const char *says;
	} table[] = {
		{ "org.bluez.Error.NotPermitted", "paired", E_ATT_ERROR,
		  "0x05 the device wants a paired or encrypted link; see Connection1.Pair" },
		{ "org.bluez.Error.NotPermitted", NULL, E_NOT_PERMITTED, "the device does not permit it" },
		{ "org.bluez.Error.NotAuthorized", NULL, E_ATT_ERROR, "0x08 the device does not authorize it" },
		{ "org.bluez.Error.InvalidArguments", "offset", E_ATT_ERROR, "0x07 the offset is past the end of the value" },
		{ "org.bluez.Error.InvalidArguments", "ength", E_ATT_ERROR, "0x0d the value is too long for the attribute" },
		{ "org.bluez.Error.InvalidOffset", NULL, E_ATT_ERROR, "0x07 the offset is past the end of the value" },
		{ "org.bluez.Error.InvalidValueLength", NULL, E_ATT_ERROR, "0x0d the value is too long for the attribute" },
		{ "org.bluez.Error.Failed", "initiate write", E_INVALID_ARGUMENTS,
		  "value: too long for a write command (MTU - 3 bytes)" },
		{ "org.bluez.Error.NotConnected", NULL, E_NOT_CONNECTED, "the link was lost" },
		{ "org.bluez.Error.Failed", "Not connected", E_NOT_CONNECTED, "the link was lost" },
		{ "org.bluez.Error.NotSupported", NULL, E_ATT_ERROR, "0x06 the device does not support the request" },
		{ SD_BUS_ERROR_UNKNOWN_OBJECT, NULL, E_DOES_NOT_EXIST, "the device has no such attribute any more" },
		{ SD_BUS_ERROR_NO_REPLY, NULL, E_TIMED_OUT, "no answer from the device" },
		{ SD_BUS_ERROR_TIMEOUT, NULL, E_TIMED_OUT, "no answer from the device" },
	};
	const char *message = error->message ? error->message : "";
	const char *code = strstr(message, "ATT error: ");

	if (code)
		return reason_set(reason, E_ATT_ERROR, "%.4s the device answered with this ATT error",
				  code + strlen("ATT error: "));
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (strcmp(error->name, table[i].name) == 0 && (!table[i].text || strstr(message, table[i].text)))
			return reason_set(reason, table[i].outcome, "%s", table[i].says);
	return reason_set(reason, E_FAILED, "bluetoothd: %s", message[0] ? message : error->name);
}

static int read_answer(sd_bus_message *m, GBytes **ret)
{
	const void *bytes;
	size_t length;
	int r;

	r = sd_bus_message_read_array(m, 'y', &bytes, &length);
	if (r < 0)
		return r;
	*ret = g_bytes_new(bytes, MIN(length, (size_t)ATTR_VALUE_MAX));
	return 0;
}

static void call_send(GattCall *call);

/* The link did not break: the error was the device's. */
static int on_no_news(sd_event_source *source UNUSED, uint64_t now UNUSED, void *userdata)
{
	GattCall *call = userdata;
	AttrOp *op = call->op;
	Reason reason;
	int r = reason_set(&reason, E_ATT_ERROR, "0x0e the device answered with this ATT error");

	call_free(call);
	attr_op_done(op, r, &reason, NULL);
	return 0;
}

static int on_retry(sd_event_source *source UNUSED, uint64_t now UNUSED, void *userdata)
{
	GattCall *call = userdata;

	call->retry = sd_event_source_disable_unref(call->retry);
	call_send(call);
	return 0;
}

static int on_answer(sd_bus_message *m, void *userdata, sd_bus_error *ret_error UNUSED)
{
	GattCall *call = userdata;
	AttrOp *op = call->op;
	Bluez *bluez = call->bluez;
	const sd_bus_error *error = sd_bus_message_get_error(m);
	GBytes *value = NULL, *held;
	Reason reason = { "" };
	bool unlikely, late;
	int r = 0;

	call->slot = sd_bus_slot_unref(call->slot);
	if (error && sd_bus_error_has_name(error, "org.bluez.Error.InProgress") && op->kind <= OP_WRITE_RELIABLE) {
		/* another program is at it, straight through bluetoothd: our turn comes */
		(void)sd_event_add_time_relative(call->bluez->event, &call->retry, CLOCK_BOOTTIME, RETRY_BUSY, 0, on_retry,
						 call);
		return 0;
	}
	unlikely = error && error->message && strstr(error->message, "ATT error: 0x0e");
	late = bluez_now(bluez) >= call->sent + ATT_TIMEOUT;
	if (unlikely && !late) {
		(void)sd_event_add_time_relative(call->bluez->event, &call->retry, CLOCK_BOOTTIME, LATE_NEWS, 0, on_no_news,
						 call);
		return 0;
	}
	if (error && !(op->kind == OP_NOTIFY_ON && sd_bus_error_has_name(error, "org.bluez.Error.InProgress")))
		r = unlikely ? reason_set(&reason, E_TIMED_OUT, "no answer from the device") : translate_error(error, &reason);
	else if (op->kind == OP_READ)
		r = read_answer(m, &value);

	/* a value that came meanwhile and is not what was read is a notification */
	held = call->held ? g_bytes_ref(call->held) : NULL;
	call_free(call);
	if (held && !(value && g_bytes_equal(held, value)))
		attr_value(op->attr, held, bluez_now(bluez));
	if (held)
		g_bytes_unref(held);
	attr_op_done(op, r, &reason, value);
	if (value)
		g_bytes_unref(value);
	return 0;
}

static int append_options(sd_bus_message *m, const AttrOp *op)
{
	static const char *const types[] = {
		[OP_WRITE_REQUEST] = "request",
		[OP_WRITE_COMMAND] = "command",
		[OP_WRITE_RELIABLE] = "reliable",
	};
	int r;

	r = sd_bus_message_open_container(m, 'a', "{sv}");
	if (r >= 0 && op->offset > 0)
		r = sd_bus_message_append(m, "{sv}", "offset", "q", op->offset);
	if (r >= 0 && op->kind != OP_READ && op->attr->kind == ATTR_CHARACTERISTIC)
		r = sd_bus_message_append(m, "{sv}", "type", "s", types[op->kind]);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_arguments(sd_bus_message *m, void *userdata)
{
	const AttrOp *op = userdata;
	gsize length = 0;
	const void *bytes;
	int r;

	if (op->kind == OP_NOTIFY_ON || op->kind == OP_NOTIFY_OFF)
		return 0;
	if (op->kind != OP_READ) {
		bytes = g_bytes_get_data(op->value, &length);
		r = sd_bus_message_append_array(m, 'y', bytes, length);
		if (r < 0)
			return r;
	}
	return append_options(m, op);
}

static int on_cannot_call(sd_event_source *source UNUSED, uint64_t now UNUSED, void *userdata)
{
	GattCall *call = userdata;
	AttrOp *op = call->op;
	Reason reason;
	int r = reason_set(&reason, E_NOT_CONNECTED, "the link was lost");

	call_free(call);
	attr_op_done(op, r, &reason, NULL);
	return 0;
}

static void call_send(GattCall *call)
{
	static const char *const members[] = {
		[OP_READ] = "ReadValue",
		[OP_WRITE_REQUEST] = "WriteValue",
		[OP_WRITE_COMMAND] = "WriteValue",
		[OP_WRITE_RELIABLE] = "WriteValue",
		[OP_NOTIFY_ON] = "StartNotify",
		[OP_NOTIFY_OFF] = "StopNotify",
	};
	const Attr *attr = call->op->attr;
	char buffer[PATH_MAX_LENGTH];
	const char *path = path_of_attr(call->bluez, attr, buffer);
	const char *interface = attr->kind == ATTR_DESCRIPTOR ? DESCRIPTOR_INTERFACE : CHARACTERISTIC_INTERFACE;
	int r = -ENOTCONN;

	call->sent = bluez_now(call->bluez);
	if (path)
		r = bluez_call_for(call->bluez, path, interface, members[call->op->kind], &call->slot, on_answer, call,
				   append_arguments, call->op, GATT_TIMEOUT);
	/* never answer from within attr_start: core does not expect it */
	if (r < 0)
		(void)sd_event_add_time_relative(call->bluez->event, &call->retry, CLOCK_BOOTTIME, 0, 0, on_cannot_call,
						 call);
}

void gatt_start(Bluez *bluez, AttrOp *op)
{
	GattCall *call = g_new0(GattCall, 1);

	call->bluez = bluez;
	call->op = op;
	op->edge = call;
	call_send(call);
}
