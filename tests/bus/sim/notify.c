/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The programs that want one characteristic's notifications. */
#include "notify.h"
#include "pipe.h"
#include "procedure.h"

typedef enum {
	CLIENT_OFF, /* no link */
	CLIENT_ENABLING,
	CLIENT_ON,
} ClientState;

typedef struct NotifyClient {
	Notify *notify;
	char *owner;
	guint watch;
	ClientState state;
	GDBusMethodInvocation *call; /* that waits for the enabling */
	bool acquires;
	Pipe *pipe;
} NotifyClient;

struct Notify {
	Bus *bus;
	uint16_t ccc;
	uint32_t flags;
	const NotifyOps *ops;
	void *owner;
	Link *link;
	GPtrArray *clients;
	bool writing; /* the client configuration */
	bool on;
};

static void client_free(void *data)
{
	NotifyClient *client = data;

	if (client->watch)
		g_bus_unwatch_name(client->watch);
	g_clear_object(&client->call);
	pipe_free(client->pipe);
	g_free(client->owner);
	g_free(client);
}

static NotifyClient *notify_find(const Notify *notify, const char *owner)
{
	for (unsigned int i = 0; i < notify->clients->len; i++) {
		NotifyClient *client = notify->clients->pdata[i];

		if (g_str_equal(client->owner, owner))
			return client;
	}
	return NULL;
}

/* The one that has acquired, and so is alone; or NULL. */
static NotifyClient *notify_acquirer(const Notify *notify)
{
	NotifyClient *client = notify->clients->len > 0 ? notify->clients->pdata[0] : NULL;

	return client && client->acquires ? client : NULL;
}

static unsigned int notify_count(const Notify *notify, ClientState least)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < notify->clients->len; i++)
		if (((NotifyClient *)notify->clients->pdata[i])->state >= least)
			n++;
	return n;
}

static void notify_configure(Notify *notify, bool on, LinkAnswer answer)
{
	uint8_t value[2] = { on ? notify->flags & ATTR_NOTIFY ? 1 : 2 : 0, 0 };
	g_autoptr(GBytes) bytes = g_bytes_new(value, sizeof(value));

	link_request(notify->link, ATT_WRITE, notify->ccc, 0, bytes, answer, notify);
}

static void notify_remove(Notify *notify, NotifyClient *client)
{
	bool enabled = client->state != CLIENT_OFF, acquired = client->pipe != NULL;

	g_ptr_array_remove(notify->clients, client);
	if (notify->link && notify->ccc && enabled && notify_count(notify, CLIENT_ENABLING) == 0)
		notify_configure(notify, false, NULL);
	if (acquired)
		notify->ops->acquired(notify->owner);
	if (notify->on && notify_count(notify, CLIENT_ON) == 0) {
		notify->on = false;
		notify->ops->notifying(notify->owner);
	}
}

static void client_on_gone(GDBusConnection *connection, const char *name, void *data)
{
	NotifyClient *client = data;

	(void)connection;
	(void)name;
	notify_remove(client->notify, client);
}

static NotifyClient *client_new(Notify *notify, const char *owner)
{
	NotifyClient *client = g_new0(NotifyClient, 1);

	client->notify = notify;
	client->owner = g_strdup(owner);
	client->watch = g_bus_watch_name_on_connection(notify->bus->connection, owner,
						       G_BUS_NAME_WATCHER_FLAGS_NONE, NULL,
						       client_on_gone, client, NULL);
	g_ptr_array_add(notify->clients, client);
	return client;
}

static void client_on_piped(void *owner, const uint8_t *value, size_t len)
{
	NotifyClient *client = owner;

	client->notify->ops->piped(client->notify->owner, value, len);
}

static void client_on_closed(void *owner)
{
	NotifyClient *client = owner;

	notify_remove(client->notify, client);
}

static const PipeOps client_pipe_ops = { .heard = client_on_piped, .closed = client_on_closed };

static void client_open_pipe(NotifyClient *client)
{
	Notify *notify = client->notify;
	int fd;

	client->pipe = pipe_new(&client_pipe_ops, client, &fd);
	if (!client->pipe) {
		bus_error(notify->bus, g_steal_pointer(&client->call), "Failed",
			  "Too many open files");
		return;
	}
	notify->ops->acquired(notify->owner);
	bus_reply_fd(notify->bus, g_steal_pointer(&client->call), fd, link_mtu(notify->link));
}

static void client_complete(NotifyClient *client, uint8_t error)
{
	Notify *notify = client->notify;

	if (error && client->acquires) {
		/* bluetoothd 5.66 forgets to answer, and lets nobody else in any more. */
		client->state = CLIENT_OFF;
	} else if (error) {
		if (client->call)
			procedure_error(notify->bus, g_steal_pointer(&client->call), error);
		client->state = CLIENT_OFF;
		notify_remove(notify, client);
	} else if (client->acquires) {
		client->state = CLIENT_ON;
		client_open_pipe(client);
	} else {
		client->state = CLIENT_ON;
		if (!notify->on) {
			notify->on = true;
			notify->ops->notifying(notify->owner);
		}
		if (client->call)
			bus_reply(notify->bus, g_steal_pointer(&client->call), NULL);
	}
}

static void notify_on_configured(void *data, uint8_t error, const uint8_t *value, size_t len)
{
	Notify *notify = data;

	(void)value;
	(void)len;
	notify->writing = false;
	for (unsigned int i = notify->clients->len; i > 0; i--) {
		NotifyClient *client = notify->clients->pdata[i - 1];

		if (client->state == CLIENT_ENABLING)
			client_complete(client, error);
	}
}

static void client_enable(NotifyClient *client)
{
	Notify *notify = client->notify;

	client->state = CLIENT_ENABLING;
	if (notify->writing)
		return;
	if (!notify->ccc || notify_count(notify, CLIENT_ENABLING) > 1) {
		client_complete(client, 0);
		return;
	}
	notify->writing = true;
	notify_configure(notify, true, notify_on_configured);
}

void notify_start(Notify *notify, GDBusMethodInvocation *call)
{
	const char *sender = g_dbus_method_invocation_get_sender(call);
	NotifyClient *client = notify_find(notify, sender);

	if (notify_acquirer(notify)) {
		bus_error(notify->bus, call, "NotPermitted", "Notify acquired");
	} else if (!(notify->flags & (ATTR_NOTIFY | ATTR_INDICATE))) {
		bus_error(notify->bus, call, "NotSupported", "Operation is not supported");
	} else if (client && client->state == CLIENT_OFF) {
		bus_error(notify->bus, call, "InProgress", "In Progress");
	} else if (client) {
		bus_reply(notify->bus, call, NULL);
	} else if (!notify->link) { /* for when it is connected */
		(void)client_new(notify, sender);
		bus_reply(notify->bus, call, NULL);
	} else {
		client = client_new(notify, sender);
		client->call = call;
		client_enable(client);
	}
}

void notify_stop(Notify *notify, GDBusMethodInvocation *call)
{
	NotifyClient *client = notify_acquirer(notify); /* whoever it is */

	if (!client)
		client = notify_find(notify, g_dbus_method_invocation_get_sender(call));
	if (!client) {
		bus_error(notify->bus, call, "Failed", "No notify session started");
		return;
	}
	notify_remove(notify, client);
	bus_reply(notify->bus, call, NULL);
}

void notify_acquire(Notify *notify, GDBusMethodInvocation *call)
{
	NotifyClient *client;

	if (!notify->link) {
		bus_error(notify->bus, call, "Failed", "Not connected");
	} else if (notify_acquirer(notify)) {
		bus_error(notify->bus, call, "NotPermitted", "Notify acquired");
	} else if (notify->clients->len > 0) {
		bus_error(notify->bus, call, "InProgress", "In Progress");
	} else if (!(notify->flags & ATTR_NOTIFY)) {
		bus_error(notify->bus, call, "NotSupported", "Operation is not supported");
	} else {
		client = client_new(notify, g_dbus_method_invocation_get_sender(call));
		client->acquires = true;
		client->call = call;
		client_enable(client);
	}
}

void notify_set_link(Notify *notify, Link *link)
{
	NotifyClient *acquirer = notify_acquirer(notify);

	notify->link = link;
	if (!link) {
		/* Notifying stays what it was. */
		for (unsigned int i = 0; i < notify->clients->len; i++)
			((NotifyClient *)notify->clients->pdata[i])->state = CLIENT_OFF;
		if (acquirer)
			notify_remove(notify, acquirer);
		return;
	}
	for (unsigned int i = 0; i < notify->clients->len; i++)
		client_enable(notify->clients->pdata[i]);
}

void notify_hear(Notify *notify, const uint8_t *value, size_t len)
{
	for (unsigned int i = 0; i < notify->clients->len; i++) {
		NotifyClient *client = notify->clients->pdata[i];

		if (client->state == CLIENT_OFF)
			continue;
		if (!client->acquires)
			notify->ops->heard(notify->owner, value, len);
		else if (client->pipe) /* else it comes too early, and is lost */
			pipe_send(client->pipe, value, len);
	}
}

bool notify_is_on(const Notify *notify)
{
	return notify->on;
}

bool notify_is_acquired(const Notify *notify)
{
	const NotifyClient *acquirer = notify_acquirer(notify);

	return acquirer && acquirer->pipe;
}

Notify *notify_new(Bus *bus, uint16_t ccc, uint32_t flags, const NotifyOps *ops, void *owner)
{
	Notify *notify = g_new0(Notify, 1);

	notify->bus = bus;
	notify->ccc = ccc;
	notify->flags = flags;
	notify->ops = ops;
	notify->owner = owner;
	notify->clients = g_ptr_array_new_with_free_func(client_free);
	return notify;
}

Notify *notify_free(Notify *notify)
{
	if (!notify)
		return NULL;

	if (notify->link)
		link_forget(notify->link, notify);
	g_ptr_array_unref(notify->clients);
	g_free(notify);
	return NULL;
}
