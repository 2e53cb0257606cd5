/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The calls to an object of an application: of centrals that read, write and subscribe. */
#include <stdlib.h>

#include "adapter-private.h"
#include "application.h"
#include "central-server.h"
#include "node.h"

#define ANSWER_MS 5000 /* bluetoothd does not wait any longer */

typedef struct NodeCall {
	Server *server;
	Node *node;
	const Central *central;
	bool write;
	bool doomed; /* the central has left: bluetoothd dies of its patience */
	bool replied; /* all the same */
	GCancellable *cancellable;
	guint timer;
	ServerAnswer answer;
	void *data;
} NodeCall;

static void call_free(NodeCall *call)
{
	g_object_unref(call->cancellable);
	g_free(call);
}

/* It is over, answered or not; the reply may still come. */
static void call_end(NodeCall *call)
{
	if (call->timer)
		g_source_remove(call->timer);
	call->timer = 0;
	call->doomed = false;
	(void)g_ptr_array_remove(call->server->calls, call);
	if (call->replied)
		call_free(call);
}

/* The answer, once. */
static void call_answer(NodeCall *call, uint8_t error, const uint8_t *value, size_t len)
{
	ServerAnswer answer = call->answer;

	void *data = call->data;

	call->answer = NULL;
	call_end(call);
	if (answer)
		answer(data, error, value, len);
}

static void call_cancel(NodeCall *call)
{
	const Bus *bus = call->server->adapter->bus;

	if (call->doomed && bus->crash)
		bus->crash(bus->crash_data);
	g_cancellable_cancel(call->cancellable);
	call_answer(call, ATT_UNLIKELY, NULL, 0);
}

static uint8_t att_error(const GError *error, bool write)
{
	static const struct {
		const char *name;
		uint8_t read, write;
	} errors[] = {
		{ BLUEZ_ERROR "NotSupported", ATT_REQUEST_NOT_SUPPORTED, ATT_REQUEST_NOT_SUPPORTED },
		{ BLUEZ_ERROR "NotAuthorized", ATT_INSUFFICIENT_AUTHORIZATION,
		  ATT_INSUFFICIENT_AUTHORIZATION },
		{ BLUEZ_ERROR "InvalidValueLength", ATT_INVALID_LENGTH, ATT_INVALID_LENGTH },
		{ BLUEZ_ERROR "InvalidOffset", ATT_INVALID_OFFSET, ATT_INVALID_OFFSET },
		{ BLUEZ_ERROR "InProgress", ATT_IN_PROGRESS, ATT_IN_PROGRESS },
		{ BLUEZ_ERROR "NotPermitted", ATT_READ_NOT_PERMITTED, ATT_WRITE_NOT_PERMITTED },
	};
	g_autofree char *name = g_dbus_error_get_remote_error(error);
	g_autoptr(GError) bare = g_error_copy(error);
	char *end;
	long code;

	(void)g_dbus_error_strip_remote_error(bare);
	if (g_strcmp0(name, BLUEZ_ERROR "Failed") == 0) {
		code = strtol(bare->message, &end, 0);
		if (*end != '\0')
			return 0x80;
		return code >= 0x80 && code <= 0x9f ? (uint8_t)code : ATT_UNLIKELY;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(errors); i++)
		if (g_strcmp0(name, errors[i].name) == 0)
			return write ? errors[i].write : errors[i].read;
	return ATT_UNLIKELY;
}

static void on_answer(GObject *connection, GAsyncResult *result, void *data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply =
		g_dbus_connection_call_finish(G_DBUS_CONNECTION(connection), result, &error);
	NodeCall *call = data;
	g_autoptr(GVariant) value = NULL;
	const uint8_t *bytes = NULL;
	size_t len = 0;

	if (!call->answer) { /* nobody waits any more */
		call->replied = true;
		if (!call->doomed)
			call_free(call);
		return;
	}
	if (!reply) {
		call_answer(call, att_error(error, call->write), NULL, 0);
	} else if (call->write) {
		call_answer(call, g_variant_n_children(reply) > 0 ? ATT_REQUEST_NOT_SUPPORTED : 0, NULL, 0);
	} else if (!g_variant_is_of_type(reply, G_VARIANT_TYPE("(ay)"))) {
		call_answer(call, ATT_REQUEST_NOT_SUPPORTED, NULL, 0);
	} else {
		value = g_variant_get_child_value(reply, 0);
		bytes = g_variant_get_fixed_array(value, &len, 1);
		call_answer(call, 0, bytes, MIN(len, ATTR_VALUE_MAX));
	}
	call_free(call);
}

static int on_patience_over(void *data)
{
	NodeCall *call = data;
	bool doomed = call->doomed;
	const Bus *bus = call->server->adapter->bus;

	call->timer = 0;
	if (doomed && bus->crash)
		bus->crash(bus->crash_data);
	call_answer(call, ATT_UNLIKELY, NULL, 0);
	return G_SOURCE_REMOVE;
}

static NodeCall *call_new(Node *node, const Central *central, bool write, ServerAnswer answer, void *data)
{
	NodeCall *call = g_new0(NodeCall, 1);

	call->server = application_server(node->application);
	call->node = node;
	call->central = central;
	call->write = write;
	call->answer = answer;
	call->data = data;
	call->cancellable = g_cancellable_new();
	call->timer = g_timeout_add(ANSWER_MS, on_patience_over, call);
	g_ptr_array_add(call->server->calls, call);
	return call;
}

static GVariantBuilder *options_new(const Central *central, uint16_t offset)
{
	GVariantBuilder *options = g_variant_builder_new(G_VARIANT_TYPE_VARDICT);

	g_variant_builder_add(options, "{sv}", "device", g_variant_new_object_path(central->end->device));
	if (offset > 0)
		g_variant_builder_add(options, "{sv}", "offset", g_variant_new_uint16(offset));
	g_variant_builder_add(options, "{sv}", "link", g_variant_new_string("LE"));
	g_variant_builder_add(options, "{sv}", "mtu", g_variant_new_uint16(central->att.mtu));
	return options;
}

static void call_send(NodeCall *call, const char *method, GVariant *args)
{
	const Node *node = call->node;

	g_dbus_connection_call(node_connection(node), application_owner(node->application),
			       node->path, node_iface(node), method, args, NULL,
			       G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, call->cancellable, on_answer, call);
}

/* A call that nobody is to answer. */
static void tell(const Node *node, const char *method, GVariant *args)
{
	g_autoptr(GDBusMessage) message = g_dbus_message_new_method_call(
		application_owner(node->application), node->path, node_iface(node), method);

	g_dbus_message_set_body(message, args);
	g_dbus_message_set_flags(message,
				 G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED | G_DBUS_MESSAGE_FLAGS_NO_AUTO_START);
	(void)g_dbus_connection_send_message(node_connection(node), message, G_DBUS_SEND_MESSAGE_FLAGS_NONE,
					     NULL, NULL);
}

void node_read(Node *node, Central *central, uint16_t offset, ServerAnswer answer, void *data)
{
	g_autoptr(GVariantBuilder) options = options_new(central, offset);

	call_send(call_new(node, central, false, answer, data), "ReadValue",
		  g_variant_new("(a{sv})", options));
}

void node_write(Node *node, Central *central, GBytes *value, ServerAnswer answer, void *data)
{
	g_autoptr(GVariantBuilder) options = options_new(central, 0);
	GVariant *args = g_variant_new(
		"(@aya{sv})", g_variant_new_from_bytes(G_VARIANT_TYPE_BYTESTRING, value, TRUE), options);

	/* Where commands are taken, bluetoothd does not ask for the outcome of requests either. */
	if (answer && !(node->props & ATTR_WRITE_COMMAND)) {
		call_send(call_new(node, central, true, answer, data), "WriteValue", args);
	} else {
		tell(node, "WriteValue", args);
		if (answer)
			answer(data, 0, NULL, 0);
	}
}

typedef struct Acquiring {
	Server *server; /* NULL: nobody wants to know any more */
	Node *node;
	const Central *central;
} Acquiring;

static void node_start(Node *node)
{
	node->subscribers++;
	node_tell(node, node_iface(node), "StartNotify", NULL);
}

static void on_acquired(GObject *connection, GAsyncResult *result, void *data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply =
		g_dbus_connection_call_finish(G_DBUS_CONNECTION(connection), result, &error);
	g_autofree char *name = error ? g_dbus_error_get_remote_error(error) : NULL;
	g_autofree Acquiring *acquiring = data;

	if (!acquiring->server)
		return;
	g_ptr_array_remove(acquiring->server->acquirings, acquiring);
	if (!reply && g_strcmp0(name, BLUEZ_ERROR "Failed") != 0 &&
	    !g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY))
		node_start(acquiring->node);
}

void node_subscribe(Node *node, Central *central)
{
	g_autoptr(GVariantBuilder) options = NULL;
	Acquiring *acquiring;

	if (!node->acquires) {
		node_start(node);
		return;
	}
	options = options_new(central, 0);
	acquiring = g_new0(Acquiring, 1);
	acquiring->server = application_server(node->application);
	acquiring->node = node;
	acquiring->central = central;
	g_ptr_array_add(acquiring->server->acquirings, acquiring);
	g_dbus_connection_call(node_connection(node), application_owner(node->application), node->path,
			       node_iface(node), "AcquireNotify", g_variant_new("(a{sv})", options), NULL,
			       G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, on_acquired, acquiring);
}

/* Of that object, or that central; NULL, NULL: all of them. */
static void acquirings_forget(Server *server, const Node *node, const Central *central)
{
	for (unsigned int i = server->acquirings->len; i > 0; i--) {
		Acquiring *acquiring = server->acquirings->pdata[i - 1];

		if ((node && acquiring->node != node) || (central && acquiring->central != central))
			continue;
		acquiring->server = NULL;
		g_ptr_array_remove_index(server->acquirings, i - 1);
	}
}

void node_unsubscribe(Node *node)
{
	if (node->subscribers > 0 && --node->subscribers == 0)
		node_tell(node, node_iface(node), "StopNotify", NULL);
}

void node_confirmed(Node *node)
{
	node_tell(node, node_iface(node), "Confirm", NULL);
}

void node_calls_end(Server *server)
{
	acquirings_forget(server, NULL, NULL);
	while (server->calls->len > 0) {
		NodeCall *call = server->calls->pdata[0];

		call->answer = NULL;
		g_cancellable_cancel(call->cancellable);
		call_end(call);
	}
}

void node_calls_forget(Server *server, const Central *central)
{
	acquirings_forget(server, NULL, central);
	for (unsigned int i = server->calls->len; i > 0; i--) {
		NodeCall *call = server->calls->pdata[i - 1];

		if (call->central != central)
			continue;
		call->doomed = call->answer != NULL;
		call->answer = NULL;
		call->central = NULL;
	}
}

Node *node_free(Node *node)
{
	GPtrArray *calls;

	if (!node)
		return NULL;

	acquirings_forget(application_server(node->application), node, NULL);
	calls = application_server(node->application)->calls;
	for (unsigned int i = calls->len; i > 0; i--) {
		NodeCall *call = i <= calls->len ? calls->pdata[i - 1] : NULL;

		if (call && call->node == node)
			call_cancel(call);
	}
	g_variant_unref(node->properties);
	g_free(node->path);
	g_free(node);
	return NULL;
}
