/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program on the bus, for tests: calls and properties. */
#include <check.h>

#include "client-private.h"

#define PREFIX "com.example.Bluetooth"
#define ROOT "/com/example/Bluetooth"
#define BUS "org.freedesktop.DBus"
#define PROPERTIES "org.freedesktop.DBus.Properties"
#define TIMEOUT_MS 25000

struct ClientCall {
	GVariant *reply;
	GError *error;
	bool done;
	bool forgotten;
};

static char *full_path(const char *path)
{
	if (path && path[0] == '/')
		return g_strdup(path);
	return path && path[0] != '\0' ? g_strconcat(ROOT "/", path, NULL) : g_strdup(ROOT);
}

static char *full_iface(const char *iface)
{
	return strchr(iface, '.') ? g_strdup(iface) : g_strconcat(PREFIX ".", iface, NULL);
}

Client *client_new(const char *address)
{
	g_autoptr(GError) error = NULL;
	Client *client = g_new0(Client, 1);

	client->connection = g_dbus_connection_new_for_address_sync(
		address,
		G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
			G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
		NULL, NULL, &error);
	if (!client->connection)
		ck_abort_msg("cannot connect to the bus at %s: %s", address, error->message);
	client->destination = g_strdup(PREFIX);
	client->timeout_ms = TIMEOUT_MS;
	client->subscriptions = g_array_new(FALSE, FALSE, sizeof(guint));
	client->signals = g_queue_new();
	return client;
}

Client *client_free(Client *client)
{
	if (!client)
		return NULL;

	for (unsigned int i = 0; i < client->subscriptions->len; i++)
		g_dbus_connection_signal_unsubscribe(
			client->connection, g_array_index(client->subscriptions, guint, i));
	g_array_unref(client->subscriptions);
	client_clear_signals(client);
	g_queue_free(client->signals);
	(void)g_dbus_connection_close_sync(client->connection, NULL, NULL);
	g_object_unref(client->connection);
	g_free(client->destination);
	g_free(client);
	return NULL;
}

const char *client_name(const Client *client)
{
	return g_dbus_connection_get_unique_name(client->connection);
}

GDBusConnection *client_connection(const Client *client)
{
	return client->connection;
}

void client_direct(Client *client, const char *destination)
{
	g_free(client->destination);
	client->destination = g_strdup(destination);
}

void client_set_timeout(Client *client, unsigned int ms)
{
	client->timeout_ms = (int)ms;
}

GVariant *client_call(Client *client, const char *path, const char *iface, const char *method,
		      GVariant *params, const char *reply_type, GError **error)
{
	g_autofree char *object = full_path(path);
	g_autofree char *interface = full_iface(iface);

	return g_dbus_connection_call_sync(
		client->connection, client->destination, object, interface, method, params,
		reply_type ? G_VARIANT_TYPE(reply_type) : NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START,
		client->timeout_ms, NULL, error);
}

GVariant *client_expect(Client *client, const char *path, const char *iface, const char *method,
			GVariant *params, const char *reply_type)
{
	g_autoptr(GError) error = NULL;
	GVariant *reply = client_call(client, path, iface, method, params, reply_type, &error);

	if (!reply)
		ck_abort_msg("%s.%s on %s: %s", iface, method, path ? path : "", error->message);
	return reply;
}

void client_do(Client *client, const char *path, const char *iface, const char *method,
	       GVariant *params)
{
	g_variant_unref(client_expect(client, path, iface, method, params, NULL));
}

void client_expect_error(Client *client, const char *path, const char *iface, const char *method,
			 GVariant *params, const char *error)
{
	g_autofree char *wanted = strchr(error, '.') ? g_strdup(error)
						     : g_strconcat(PREFIX ".Error.", error, NULL);
	g_autofree char *name = NULL;
	g_autoptr(GVariant) reply = NULL;
	g_autoptr(GError) got = NULL;

	reply = client_call(client, path, iface, method, params, NULL, &got);
	if (reply) {
		g_autofree char *text = g_variant_print(reply, FALSE);

		ck_abort_msg("%s.%s on %s: no error %s, but %s", iface, method, path ? path : "",
			     error, text);
	}
	name = g_dbus_error_get_remote_error(got);
	(void)g_dbus_error_strip_remote_error(got);
	if (g_strcmp0(name, wanted) != 0)
		ck_abort_msg("%s.%s on %s: not %s, but %s: %s", iface, method, path ? path : "",
			     wanted, name ? name : "no answer", got->message);
	if (got->message[0] == '\0')
		ck_abort_msg("%s.%s on %s: %s without a reason", iface, method, path ? path : "",
			     wanted);
}

static void on_reply(GObject *source, GAsyncResult *result, void *data)
{
	ClientCall *call = data;

	call->reply =
		g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &call->error);
	call->done = true;
	if (call->forgotten)
		client_call_forget(call);
}

ClientCall *client_begin(Client *client, const char *path, const char *iface, const char *method,
			 GVariant *params)
{
	g_autofree char *object = full_path(path);
	g_autofree char *interface = full_iface(iface);
	ClientCall *call = g_new0(ClientCall, 1);

	g_dbus_connection_call(client->connection, client->destination, object, interface, method,
			       params, NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, client->timeout_ms,
			       NULL, on_reply, call);
	return call;
}

void client_tell(Client *client, const char *path, const char *iface, const char *method, GVariant *params)
{
	g_autofree char *object = full_path(path), *interface = full_iface(iface);
	g_autoptr(GDBusMessage) message =
		g_dbus_message_new_method_call(client->destination, object, interface, method);

	g_dbus_message_set_flags(message, G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED);
	if (params)
		g_dbus_message_set_body(message, params);
	ck_assert(g_dbus_connection_send_message(client->connection, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE,
						 NULL, NULL));
}

guint32 client_bytes_in_bus(const Client *client, const char *name)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
		client->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
		"org.freedesktop.DBus.Debug.Stats", "GetConnectionStats", g_variant_new("(s)", name),
		G_VARIANT_TYPE("(a{sv})"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
	g_autoptr(GVariant) table = NULL;
	guint32 bytes = 0;

	ck_assert_msg(reply != NULL, "%s", reply ? "" : error->message);
	table = g_variant_get_child_value(reply, 0);
	ck_assert(g_variant_lookup(table, "OutgoingBytes", "u", &bytes));
	return bytes;
}

bool client_call_done(const ClientCall *call)
{
	return call->done;
}

GVariant *client_call_finish(ClientCall *call, GError **error)
{
	GVariant *reply;

	while (!call->done)
		g_main_context_iteration(NULL, TRUE);
	reply = call->reply;
	if (!reply)
		g_propagate_error(error, call->error);
	g_free(call);
	return reply;
}

void client_call_forget(ClientCall *call)
{
	call->forgotten = true;
	if (!call->done)
		return;
	g_clear_pointer(&call->reply, g_variant_unref);
	g_clear_error(&call->error);
	g_free(call);
}

GVariant *client_get(Client *client, const char *path, const char *iface, const char *property)
{
	g_autofree char *interface = full_iface(iface);
	g_autoptr(GVariant) reply = NULL;
	GVariant *value;

	reply = client_call(client, path, PROPERTIES, "Get",
			    g_variant_new("(ss)", interface, property), "(v)", NULL);
	if (!reply)
		return NULL;
	g_variant_get(reply, "(v)", &value);
	return value;
}

bool client_get_boolean(Client *client, const char *path, const char *iface, const char *property)
{
	g_autoptr(GVariant) value = client_get(client, path, iface, property);

	if (!value || !g_variant_is_of_type(value, G_VARIANT_TYPE_BOOLEAN))
		ck_abort_msg("%s.%s on %s is no boolean", iface, property, path ? path : "");
	return g_variant_get_boolean(value);
}

void client_set(Client *client, const char *path, const char *iface, const char *property,
		GVariant *value)
{
	g_autofree char *interface = full_iface(iface);

	client_do(client, path, PROPERTIES, "Set",
		  g_variant_new("(ssv)", interface, property, value));
}

static GVariant *client_ask_bus(Client *client, const char *method, const char *name,
				const char *type)
{
	return g_dbus_connection_call_sync(client->connection, BUS, "/org/freedesktop/DBus", BUS,
					   method, g_variant_new("(s)", name), G_VARIANT_TYPE(type),
					   G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
}

bool client_sees(Client *client, const char *name)
{
	g_autoptr(GVariant) reply = client_ask_bus(client, "NameHasOwner", name, "(b)");
	gboolean has = FALSE;

	if (reply)
		g_variant_get(reply, "(b)", &has);
	return has;
}

uid_t client_get_uid(Client *client, const char *name)
{
	g_autoptr(GVariant) reply = client_ask_bus(client, "GetConnectionUnixUser", name, "(u)");
	uint32_t uid;

	if (!reply)
		ck_abort_msg("nobody has the name %s", name);
	g_variant_get(reply, "(u)", &uid);
	return uid;
}
