/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands: which there are, and what has to be said with each. */
#include "mqtt/request.h"

#include <string.h>

#include "mqtt/json-input.h"
#include "mqtt/request-private.h"

static const struct {
	const char *name;
	unsigned bit;
} kinds[] = {
	[REQUEST_NONE] = { NULL, 0 },
	[REQUEST_CONNECT] = { "connect", COMMAND_CONNECT },
	[REQUEST_DISCONNECT] = { "disconnect", COMMAND_DISCONNECT },
	[REQUEST_SERVICES] = { "services", COMMAND_SERVICES },
	[REQUEST_READ] = { "read", COMMAND_READ },
	[REQUEST_WRITE] = { "write", COMMAND_WRITE },
	[REQUEST_NOTIFY] = { "notify", COMMAND_NOTIFY },
	[REQUEST_PAIR] = { "pair", COMMAND_PAIR },
	[REQUEST_FORGET] = { "forget", COMMAND_FORGET },
	[REQUEST_SCAN] = { "scan", COMMAND_SCAN },
	[REQUEST_RENEW] = { "renew", 0 },
};

const char *request_kind_name(RequestKind kind)
{
	return kinds[kind].name;
}

unsigned request_kind_bit(RequestKind kind)
{
	return kinds[kind].bit;
}

bool request_is_of_device(const Request *request)
{
	return request->has_address && (OF(request->kind) & OF_DEVICE) != 0;
}

static int check_known(json_object *object, RequestKind kind, Reason *reason)
{
	struct json_object_iterator end = json_object_iter_end(object);

	for (struct json_object_iterator at = json_object_iter_begin(object);
	     !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
		const char *name = json_object_iter_peek_name(&at);
		const RequestKey *key = request_keys;

		while (key->name && strcmp(key->name, name) != 0)
			key++;
		if (!key->name)
			return reason_set(reason, E_INVALID_ARGUMENTS, "\"%.60s\" is no key that is known",
					  name);
		if (kind != REQUEST_NONE && !(key->kinds & OF(kind)))
			return reason_set(reason, E_INVALID_ARGUMENTS, "%s: is not for \"%s\"", name,
					  request_kind_name(kind));
	}
	return 0;
}

/* What has to be there, and what does not go together. */
static int check_whole(json_object *object, const Request *request, Reason *reason)
{
	const AttrName *attr = &request->attr;

	if (request->kind == REQUEST_NONE)
		return reason_set(reason, E_INVALID_ARGUMENTS, "command: is missing");
	if (!request->has_address && (OF(request->kind) & OF_DEVICE) && request->kind != REQUEST_DISCONNECT)
		return reason_set(reason, E_INVALID_ARGUMENTS, "address: is missing");
	if ((OF(request->kind) & OF_ATTR) && attr->handle == 0 && !attr->has_uuid)
		return reason_set(reason, E_INVALID_ARGUMENTS, "uuid: is missing, and so is handle");
	if (attr->handle != 0 && (attr->has_uuid || attr->has_service || attr->has_descriptor))
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "handle: says all; not with uuid, service or descriptor");
	if (request->kind == REQUEST_WRITE && !json_object_object_get_ex(object, "value", NULL))
		return reason_set(reason, E_INVALID_ARGUMENTS, "value: is missing");
	if (!request->on && request->auto_reconnect && request->kind == REQUEST_NOTIFY)
		return reason_set(reason, E_INVALID_ARGUMENTS, "auto_reconnect: not with on false");
	return 0;
}

static int read_object(json_object *object, Request *request, Reason *reason)
{
	int r = 0;

	for (const RequestKey *key = request_keys; key->name; key++) {
		json_object *value;
		Reason why = { "" };
		int one;

		/* the first that is wrong is told; those that are for all are read in any case */
		if (!json_object_object_get_ex(object, key->name, &value) || (r != 0 && key->kinds != OF_ALL))
			continue;
		one = key->read(key, value, request, &why);
		if (r == 0 && one != 0 && reason)
			*reason = why;
		r = r != 0 ? r : one;
	}
	if (r == 0)
		r = check_known(object, request->kind, reason);
	return r != 0 ? r : check_whole(object, request, reason);
}

void request_init(Request *request)
{
	*request =
		(Request){ .addr_type = -1, .passkey = -1, .on = true, .attempts = 1, .format = VALUE_HEX };
}

int request_set_value(Request *request, const char *key, const char *text, ValueFormat format,
		      Reason *reason)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	Reason why = { "" };
	int r = value_parse(text, format, bytes, &why);

	if (r != 0)
		return reason_set(reason, r, "%s: %s", key, why.text);
	if (bytes->len > 0)
		memcpy(request->value, bytes->data, bytes->len);
	request->value_length = bytes->len;
	return 0;
}

int request_parse(Request *request, const void *payload, size_t length, Reason *reason)
{
	json_object *object;
	int r;

	request_init(request);
	r = json_input_parse(payload, length, &object, reason);
	if (r != 0)
		return r;
	r = read_object(object, request, reason);
	json_object_put(object);
	return r;
}

void request_clear(Request *request)
{
	g_clear_pointer(&request->response_topic, g_free);
	g_clear_pointer(&request->correlation, g_free);
	g_clear_pointer(&request->scan, g_free);
	if (request->omg) {
		g_free(request->omg->address);
		g_free(request->omg->service);
		g_free(request->omg->characteristic);
		g_free(request->omg->value);
		g_clear_pointer(&request->omg, g_free);
	}
}
