/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program on the bus, for tests: a GDBus connection of its own, several of which live in one
 * test, under any uid.
 *
 * Short forms: a path that does not begin with '/' is one below the daemon's ("hci0/session/1"),
 * NULL or "" the daemon's own; an interface without a dot is one of the daemon's ("Session1"), and
 * so is an error ("NotReady"). Calls go to the daemon, unless client_direct has set another
 * destination. Signals come in while the main loop runs, that is in wait_until, client_wait_signal
 * and wait_ms. */
#pragma once

#include <stdbool.h>

#include <gio/gio.h>

typedef struct Client Client;

Client *client_new(const char *address);
/* Connects as that user, with the groups the user database gives; the test must be root. */
Client *client_new_as(const char *address, uid_t uid);
bool client_can_be_others(void);
/* A socket that is connected to "unix:path=…" as that user, and has said nothing yet. */
int client_socket_as(const char *address, uid_t uid);
/* Leaves the bus, and frees it. Returns NULL. */
Client *client_free(Client *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Client, client_free)

const char *client_name(const Client *client); /* its unique name */
GDBusConnection *client_connection(const Client *client);
void client_direct(Client *client, const char *destination); /* e.g. "org.bluez" */
void client_set_timeout(Client *client, unsigned int ms); /* of calls; default 25 s */

/* Calls and waits. params: floating or NULL. The reply is a tuple; reply_type NULL: any. Returns NULL and
 * sets error if the call fails. */
GVariant *client_call(Client *client, const char *path, const char *iface, const char *method,
		      GVariant *params, const char *reply_type, GError **error);
/* The same; an error fails the test. */
GVariant *client_expect(Client *client, const char *path, const char *iface, const char *method,
			GVariant *params, const char *reply_type);
/* The same, without returning the reply. */
void client_do(Client *client, const char *path, const char *iface, const char *method,
	       GVariant *params);
/* The same; fails the test unless the call fails with this error, and a message. */
void client_expect_error(Client *client, const char *path, const char *iface, const char *method,
			 GVariant *params, const char *error);
/* Calls without wanting a reply (NO_REPLY_EXPECTED). */
void client_tell(Client *client, const char *path, const char *iface, const char *method, GVariant *params);
/* Bytes that the bus still holds for the connection of that name. */
guint32 client_bytes_in_bus(const Client *client, const char *name);
/* Calls without waiting. client_call_done() tells whether the reply is there; client_call_finish() waits
 * for it, and frees the call. */
typedef struct ClientCall ClientCall;
ClientCall *client_begin(Client *client, const char *path, const char *iface, const char *method,
			 GVariant *params);
bool client_call_done(const ClientCall *call);
GVariant *client_call_finish(ClientCall *call, GError **error);
/* Frees the call, when its reply comes or at once, without looking at the reply. */
void client_call_forget(ClientCall *call);

/* NULL: there is no such property, or no such object. */
GVariant *client_get(Client *client, const char *path, const char *iface, const char *property);
bool client_get_boolean(Client *client, const char *path, const char *iface,
			const char *property); /* must be there */
void client_set(Client *client, const char *path, const char *iface, const char *property,
		GVariant *value);
/* Whether the bus name has an owner. */
bool client_sees(Client *client, const char *name);
uid_t client_get_uid(Client *client, const char *name); /* uid of the connection that owns name */

/* Keeps the signals that match from here on, oldest first. Any argument but client may be NULL; sender
 * NULL: the client's destination. */
void client_subscribe(Client *client, const char *sender, const char *iface, const char *signal,
		      const char *path);
/* Takes out the oldest signal of that name, waiting for one, and returns its body. NULL: none came in
 * time. ret_path may be NULL. */
GVariant *client_wait_signal(Client *client, const char *signal, unsigned int timeout_ms,
			     char **ret_path);
/* How many signals of that name (NULL: of any) are kept now. */
unsigned int client_count_signals(const Client *client, const char *signal);
/* Forgets all that the bus has sent so far. */
void client_drop_signals(Client *client);
/* Runs the main loop until the bus has answered: what was sent before is here then. */
void client_sync(Client *client);

/* Runs the main loop until predicate holds, or time is up, and returns whether it holds. */
bool wait_until(bool (*predicate)(void *data), void *data, unsigned int timeout_ms);
void wait_ms(unsigned int ms);
