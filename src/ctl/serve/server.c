/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The events of the services, printed and passed to handlers. */
#include "ctl/serve/server.h"

#include "client/fail.h"
#include "client/output.h"
#include "client/text.h"
#include "ctl/commands/advertise.h"
#include "ctl/serve/input.h"
#include "ctl/serve/reads.h"
#include "ctl/serve/setup.h"

void server_print(Server *server, const Event *event)
{
	if (!event_print(event, server->json))
		session_end(server->session, EXIT_DONE);
}

/* NULL: no bytes. */
static char *to_hex(const GByteArray *bytes)
{
	GString *out = g_string_new(NULL);

	if (bytes)
		text_append_hex(out, bytes->data, bytes->len);
	return g_string_free(out, FALSE);
}

bool server_handle(Server *server, const Event *event, const GByteArray *value, bool now, HandlerDone done,
		   void *userdata)
{
	g_autofree char *hex = to_hex(value);
	g_autofree char *what = g_strconcat("BLUEBROKER_EVENT=", event->what, NULL);
	g_autofree char *name = g_strconcat("BLUEBROKER_CHARACTERISTIC=", event->characteristic, NULL);
	g_autofree char *client = g_strconcat("BLUEBROKER_CLIENT=", event->client, NULL);
	g_autofree char *bytes = g_strconcat("BLUEBROKER_VALUE=", hex, NULL);
	g_autofree char *count = event->has_subscribers ? g_strdup_printf("%u", event->subscribers) : NULL;
	g_autofree char *subscribers = g_strconcat("BLUEBROKER_SUBSCRIBERS=", count, NULL);
	const char *variables[] = { what, name, client, bytes, subscribers, NULL };

	return handlers_run(server->handlers, variables, now, done, userdata);
}

static void on_told(void *userdata, int status UNUSED, const char *output, size_t length)
{
	Server *server = *(Server **)userdata;

	if (length > 0 && !output_event(output, length))
		session_end(server->session, EXIT_DONE);
}

void server_tell(Server *server, const Event *event, const GByteArray *value)
{
	Server **teller;

	if (!server->handlers)
		return;
	teller = g_new0(Server *, 1);
	*teller = server;
	if (!server_handle(server, event, value, false, on_told, teller))
		fail_line("--exec: %d wait already; it does not hear of a %s", HANDLERS_WAITING_MAX,
			  event->what);
}

static void on_client(void *userdata, const char *address, bool connected)
{
	Event event = { .what = connected ? "connect" : "disconnect", .client = address };

	server_print(userdata, &event);
	server_tell(userdata, &event, NULL);
}

static void on_write(GDBusConnection *connection UNUSED, const char *sender UNUSED, const char *path,
		     const char *interface UNUSED, const char *member UNUSED, GVariant *arguments,
		     void *userdata)
{
	Server *server = userdata;
	ServeAttr *attr = serve_file_find_path(server->file, path);
	g_autoptr(GVariant) value = NULL;
	g_autoptr(GBytes) bytes = NULL;
	Event event = { .what = "write" };

	if (!attr || !g_variant_is_of_type(arguments, G_VARIANT_TYPE("(say)")))
		return;
	g_variant_get(arguments, "(&s@ay)", &event.client, &value);
	bytes = g_variant_get_data_as_bytes(value);
	event.characteristic = attr->name;
	event.uuid = attr->uuid;
	event.value = bytes;
	serve_file_set_value(attr, g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
	server_print(server, &event);
	server_tell(server, &event, attr->value);
}

static void on_changed(GDBusConnection *connection UNUSED, const char *sender UNUSED, const char *path,
		       const char *interface UNUSED, const char *member UNUSED, GVariant *arguments,
		       void *userdata)
{
	Server *server = userdata;
	ServeAttr *attr = serve_file_find_path(server->file, path);
	g_autoptr(GVariant) changed = NULL;
	Event event = { .what = "subscribe", .has_subscribers = true };

	if (!attr || !g_variant_is_of_type(arguments, G_VARIANT_TYPE("(sa{sv}as)")))
		return;
	changed = g_variant_get_child_value(arguments, 1);
	if (!g_variant_lookup(changed, "Subscribers", "u", &event.subscribers))
		return;
	event.characteristic = attr->name;
	server_print(server, &event);
	server_tell(server, &event, NULL);
}

ExitCode server_run(Server *server)
{
	AdvertiseClients clients = { .session = server->session, .heard = on_client, .userdata = server };
	g_autofree char *radio = g_strdup_printf("hci%d", session_adapter(server->session));
	g_autoptr(GDataInputStream) input = NULL;
	ExitCode code = EXIT_FAILED;

	reads_watch(server);
	session_subscribe(server->session, NULL, LOCAL_CHARACTERISTIC_INTERFACE, "WriteRequest", NULL,
			  on_write, server);
	session_subscribe(server->session, NULL, "org.freedesktop.DBus.Properties", "PropertiesChanged", NULL,
			  on_changed, server);
	if (!advertise_watch_clients(&clients, &code) ||
	    !serve_setup(server->session, server->file, server->handlers, &code) ||
	    (server->file->advertises &&
	     !advertise_announcement(server->session, &server->file->announcement, &code)))
		return code;
	session_watch(server->session, true, true);
	server_print(server, &(Event){ .what = "serving", .radio = radio });
	input = input_watch(server);
	return session_run(server->session);
}
