/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program on the bus, for tests: signals, and waiting. */
#include <check.h>

#include "client-private.h"

typedef struct ClientSignal {
	char *name;
	char *path;
	GVariant *body;
} ClientSignal;

static void signal_free(ClientSignal *signal)
{
	g_free(signal->name);
	g_free(signal->path);
	g_variant_unref(signal->body);
	g_free(signal);
}

static void on_signal(GDBusConnection *connection, const char *sender, const char *path,
		      const char *iface, const char *name, GVariant *body, void *data)
{
	ClientSignal *signal = g_new0(ClientSignal, 1);
	Client *client = data;

	(void)connection;
	(void)sender;
	(void)iface;
	signal->name = g_strdup(name);
	signal->path = g_strdup(path);
	signal->body = g_variant_ref(body);
	g_queue_push_tail(client->signals, signal);
}

void client_subscribe(Client *client, const char *sender, const char *iface, const char *signal,
		      const char *path)
{
	g_autofree char *interface = !iface || strchr(iface, '.')
					     ? g_strdup(iface)
					     : g_strconcat("com.example.Bluetooth.", iface, NULL);
	guint id;

	id = g_dbus_connection_signal_subscribe(
		client->connection, sender ? sender : client->destination, interface, signal, path,
		NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_signal, client, NULL);
	g_array_append_val(client->subscriptions, id);
	client_sync(client);
}

static ClientSignal *client_find_signal(const Client *client, const char *name)
{
	for (GList *at = client->signals->head; at; at = at->next) {
		ClientSignal *signal = at->data;

		if (g_str_equal(signal->name, name))
			return signal;
	}
	return NULL;
}

typedef struct Wanted {
	const Client *client;
	const char *name;
} Wanted;

static bool signal_is_there(void *data)
{
	const Wanted *wanted = data;

	return client_find_signal(wanted->client, wanted->name) != NULL;
}

GVariant *client_wait_signal(Client *client, const char *name, unsigned int timeout_ms,
			     char **ret_path)
{
	Wanted wanted = { client, name };
	ClientSignal *signal;
	GVariant *body;

	if (!wait_until(signal_is_there, &wanted, timeout_ms))
		return NULL;

	signal = client_find_signal(client, name);
	g_queue_remove(client->signals, signal);
	body = g_variant_ref(signal->body);
	if (ret_path)
		*ret_path = g_strdup(signal->path);
	signal_free(signal);
	return body;
}

unsigned int client_count_signals(const Client *client, const char *name)
{
	unsigned int n = 0;

	for (GList *at = client->signals->head; at; at = at->next)
		if (!name || g_str_equal(((ClientSignal *)at->data)->name, name))
			n++;
	return n;
}

void client_clear_signals(Client *client)
{
	ClientSignal *signal;

	while ((signal = g_queue_pop_head(client->signals)))
		signal_free(signal);
}

void client_drop_signals(Client *client)
{
	client_sync(client);
	client_clear_signals(client);
}

void client_sync(Client *client)
{
	g_autofree char *destination = g_strdup(client->destination);
	g_autoptr(GVariant) reply = NULL;
	ClientCall *call;

	client_direct(client, "org.freedesktop.DBus");
	call = client_begin(client, "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetId",
			    NULL);
	client_direct(client, destination);
	reply = client_call_finish(call, NULL);
	ck_assert_msg(reply != NULL, "the bus does not answer");
}

static int on_timeout(void *data)
{
	*(bool *)data = true;
	return G_SOURCE_CONTINUE;
}

/* Predicates are evaluated at least this often, for what they look at may change without an event here. */
#define POLL_MS 10

static int on_poll(void *data)
{
	(void)data;
	return G_SOURCE_CONTINUE;
}

bool wait_until(bool (*predicate)(void *data), void *data, unsigned int timeout_ms)
{
	bool over = false, holds;
	guint timeout = g_timeout_add(timeout_ms, on_timeout, &over);
	guint poll = g_timeout_add(POLL_MS, on_poll, NULL);

	while (!(holds = predicate(data)) && !over)
		g_main_context_iteration(NULL, TRUE);
	g_source_remove(timeout);
	g_source_remove(poll);
	return holds;
}

static bool never(void *data)
{
	(void)data;
	return false;
}

void wait_ms(unsigned int ms)
{
	(void)wait_until(never, NULL, ms);
}
