/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads, writes and notifications out, and their answers. */
#include "bluez/gatt-call.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bluez/bluez.h"
#include "bluez/gatt.h"
#include "bus/array.h"
#include "core/link.h"
#include "core/pairing.h"

/* ATT gives up after 30 s (Vol 3 Part F 3.3.3); bluetoothd tells us then. */
#define GATT_TIMEOUT (40 * USEC_PER_SEC)
#define RETRY_BUSY (50 * USEC_PER_MSEC)

/*
 * An operation fails with ATT error 0x0e when its link breaks. bluetoothd also answers 0x0e when the device
 * has not for 30 s: an error after ATT_TIMEOUT, a little less, is taken for that. An earlier one waits for
 * LATE_NEWS, because bluetoothd may tell only then that the link broke.
 */
#define ATT_TIMEOUT (29 * USEC_PER_SEC)
#define LATE_NEWS (100 * USEC_PER_MSEC)

/* An operation that bluetoothd was called for. */
typedef struct GattCall {
	Bluez *bluez;
	AttrOp *op;
	BluezCall *call;
	sd_event_source *retry;
	GBytes *held;		/* a value that came meanwhile: a notification, or what this read gave */
	uint64_t sent;
} GattCall;

static const char *path_of_attr(const Bluez *bluez, const Attr *attr, char path[static BLUEZ_PATH_SIZE])
{
	const Attr *characteristic = attr->kind == ATTR_DESCRIPTOR ? attr->parent : attr;
	size_t n;

	if (!characteristic || !characteristic->parent ||
	    !bluez_device_path(bluez, attr->link->radio, &attr->link->addr, path))
		return NULL;
	n = strlen(path);
	n += (size_t)snprintf(path + n, BLUEZ_PATH_SIZE - n, "/service%04x/char%04x",
			      characteristic->parent->handle, characteristic->handle);
	if (attr->kind == ATTR_DESCRIPTOR)
		snprintf(path + n, BLUEZ_PATH_SIZE - n, "/desc%04x", attr->handle);
	return path;
}

static void call_free(GattCall *call)
{
	call->op->edge = NULL;
	bluez_call_forget(call->call);
	sd_event_source_disable_unref(call->retry);
	g_clear_pointer(&call->held, g_bytes_unref);
	g_free(call);
}

/* The held value is not what the read gave: tells core of it as a notification. */
static void call_release_held(GattCall *call)
{
	g_autoptr(GBytes) held = g_steal_pointer(&call->held);

	if (held)
		attr_value(call->op->attr, held, bluez_now(call->bluez));
}

void gatt_call_forget(void *userdata UNUSED, AttrOp *op)
{
	GattCall *call = op->edge;

	if (!call)
		return;
	call_release_held(call);
	call_free(call);
}

bool gatt_call_hold_value(Attr *attr, GBytes *value)
{
	const AttrOp *op = g_queue_peek_head(&attr->ops);
	GattCall *call = op && op->running && op->kind == OP_READ ? op->edge : NULL;

	if (!call)
		return false;
	call_release_held(call);
	call->held = g_bytes_ref(value);
	return true;
}

/* bluetoothd gives some ATT errors names of their own (create_gatt_dbus_error in its gatt-client): back to
 * the codes. */
static int translate_error(const sd_bus_error *error, Reason *reason)
{
	static const struct {
		const char *name;
		const char *text;	/* in the message; NULL: any */
		int outcome;
		const char *says;
	} table[] = {
		{ "org.bluez.Error.NotPermitted", "paired", E_ATT_ERROR, ATT_WANTS_PAIRING },
		{ "org.bluez.Error.NotPermitted", NULL, E_NOT_PERMITTED, "the device does not permit it" },
		{ "org.bluez.Error.NotAuthorized", NULL, E_ATT_ERROR,
		  "0x08 the device does not authorize it, or bluetoothd, whose own plugin has the service "
		  "(ExportClaimedServices in its main.conf)" },
		{ "org.bluez.Error.InvalidArguments", "offset", E_ATT_ERROR, ATT_PAST_THE_END },
		{ "org.bluez.Error.InvalidArguments", "ength", E_ATT_ERROR,
		  "0x0d the value is too long for the attribute" },
		{ "org.bluez.Error.InvalidOffset", NULL, E_ATT_ERROR, ATT_PAST_THE_END },
		{ "org.bluez.Error.InvalidValueLength", NULL, E_ATT_ERROR,
		  "0x0d the value is too long for the attribute" },
		{ "org.bluez.Error.Failed", "initiate write", E_INVALID_ARGUMENTS,
		  "value: too long for a write command (MTU - 3 bytes)" },
		{ "org.bluez.Error.NotConnected", NULL, E_NOT_CONNECTED, "the link was lost" },
		{ "org.bluez.Error.Failed", "Not connected", E_NOT_CONNECTED, "the link was lost" },
		{ "org.bluez.Error.NotSupported", NULL, E_ATT_ERROR,
		  "0x06 the device does not support the request" },
		{ SD_BUS_ERROR_UNKNOWN_OBJECT, NULL, E_DOES_NOT_EXIST,
		  "the device has no such attribute any more" },
		{ SD_BUS_ERROR_NO_REPLY, NULL, E_TIMED_OUT, "no answer from the device" },
		{ SD_BUS_ERROR_TIMEOUT, NULL, E_TIMED_OUT, "no answer from the device" },
	};
	const char *message = error->message ? error->message : "";
	const char *code = strstr(message, "ATT error: ");

	if (code)
		return reason_set(reason, E_ATT_ERROR, "%.4s the device answered with this ATT error",
				  code + strlen("ATT error: "));
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (strcmp(error->name, table[i].name) == 0 &&
		    (!table[i].text || strstr(message, table[i].text)))
			return reason_set(reason, table[i].outcome, "%s", table[i].says);
	return reason_set(reason, E_FAILED, "bluetoothd: %s", message[0] ? message : error->name);
}

static bool is_unlikely(const sd_bus_error *error)
{
	return error && error->message && strstr(error->message, "ATT error: 0x0e");
}

static int read_answer(sd_bus_message *m, GBytes **ret)
{
	const void *bytes;
	size_t length;
	int r;

	r = array_read(m, 'y', &bytes, &length);
	if (r < 0)
		return r;
	*ret = g_bytes_new(bytes, MIN(length, (size_t)ATTR_VALUE_MAX));
	return 0;
}

static void call_send(GattCall *call);

/* Ends the operation without an answer of bluetoothd. */
static int call_end(GattCall *call, int error, const char *says)
{
	AttrOp *op = call->op;
	Reason reason;

	reason_set(&reason, error, "%s", says);
	call_release_held(call);
	call_free(call);
	attr_op_done(op, error, &reason, NULL);
	return 0;
}

static void call_wait(GattCall *call, uint64_t wait, sd_event_time_handler_t then)
{
	(void)sd_event_add_time_relative(call->bluez->event, &call->retry, CLOCK_BOOTTIME, wait, 0, then,
					 call);
}

static int on_retry(sd_event_source *source UNUSED, uint64_t now UNUSED, void *userdata)
{
	GattCall *call = userdata;

	call->retry = sd_event_source_disable_unref(call->retry);
	/* BlueZ has not begun it, and who asked has left; a switch of notifications is made all the same */
	if (call->op->kind <= OP_WRITE_RELIABLE && call->op->waits.waits.length == 0)
		return call_end(call, E_FAILED, "nobody waits for it any more");
	call_send(call);
	return 0;
}

/*
 * LATE_NEWS has passed and the link did not break, so the error was the device's. Or bluetoothd's: since 5.78
 * it gives up an operation that needs a pairing when the socket does not take the operation a second time at
 * once. The pairing goes on, so we ask again once that is done.
 */
static int on_no_news(sd_event_source *source, uint64_t now UNUSED, void *userdata)
{
	GattCall *call = userdata;

	if (!pairing_is_for(call->op))
		return call_end(call, E_ATT_ERROR, "0x0e the device answered with this ATT error");
	if (call->op->attr->link->bluez.paired)
		return on_retry(source, now, call);
	(void)sd_event_source_set_time_relative(source, LATE_NEWS);
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

/* What is to be done in *wait (µs) where the answer is not final. NULL: it is final. */
static sd_event_time_handler_t call_waits_for(const GattCall *call, const sd_bus_error *error, uint64_t *wait)
{
	/* another program uses the attribute, straight through bluetoothd: try again */
	*wait = RETRY_BUSY;
	if (sd_bus_error_has_name(error, "org.bluez.Error.InProgress") && call->op->kind <= OP_WRITE_RELIABLE)
		return on_retry;
	*wait = LATE_NEWS;
	return is_unlikely(error) && bluez_now(call->bluez) < call->sent + ATT_TIMEOUT ? on_no_news : NULL;
}

static int call_result(const GattCall *call, sd_bus_message *m, GBytes **value, Reason *reason)
{
	const sd_bus_error *error = sd_bus_message_get_error(m);
	const OpKind kind = call->op->kind;

	if (!error)
		return kind == OP_READ ? read_answer(m, value) : 0;
	/* notifications are on already */
	if (kind == OP_NOTIFY_ON && sd_bus_error_has_name(error, "org.bluez.Error.InProgress"))
		return 0;
	return is_unlikely(error) ? reason_set(reason, E_TIMED_OUT, "no answer from the device") :
				    translate_error(error, reason);
}

static int on_answer(sd_bus_message *m, void *userdata, sd_bus_error *ret_error UNUSED)
{
	GattCall *call = userdata;
	AttrOp *op = call->op;
	g_autoptr(GBytes) value = NULL;
	sd_event_time_handler_t later;
	Reason reason = { "" };
	uint64_t wait;
	int r;

	call->call = bluez_call_forget(call->call);
	later = call_waits_for(call, sd_bus_message_get_error(m), &wait);
	if (later) {
		call_wait(call, wait, later);
		return 0;
	}
	r = call_result(call, m, &value, &reason);
	/* a value that came meanwhile and is not what was read is a notification */
	if (!value || !call->held || !g_bytes_equal(call->held, value))
		call_release_held(call);
	call_free(call);
	attr_op_done(op, r, &reason, value);
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
	return call_end(userdata, E_NOT_CONNECTED, "the link was lost");
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
	char buffer[BLUEZ_PATH_SIZE];
	const char *path = path_of_attr(call->bluez, attr, buffer);
	const char *interface =
		attr->kind == ATTR_DESCRIPTOR ? DESCRIPTOR_INTERFACE : CHARACTERISTIC_INTERFACE;
	int r = -ENOTCONN;

	call->sent = bluez_now(call->bluez);
	if (path)
		r = bluez_call_for(call->bluez, path, interface, members[call->op->kind], &call->call,
				   on_answer, call, append_arguments, call->op, GATT_TIMEOUT);
	/* never end the operation from within gatt_call_start: core does not expect it */
	if (r == -EBUSY)
		call_wait(call, RETRY_BUSY, on_retry);
	else if (r < 0)
		call_wait(call, 0, on_cannot_call);
}

void gatt_call_start(void *userdata, AttrOp *op)
{
	Bluez *bluez = userdata;
	GattCall *call = g_new0(GattCall, 1);

	call->bluez = bluez;
	call->op = op;
	op->edge = call;
	call_send(call);
}
