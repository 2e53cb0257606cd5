/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluebrokerctl serve: a GATT server from a file, whose reads and writes a shell command can handle. */
#include <gio/gunixinputstream.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "client/fail.h"
#include "client/output.h"
#include "client/text.h"
#include "ctl/commands.h"
#include "ctl/commands/advertise.h"
#include "ctl/event.h"
#include "ctl/serve/handlers.h"
#include "ctl/serve/setup.h"
#include "meaning/value.h"

#define ATT_UNLIKELY_ERROR 0x0e
#define ATT_APPLICATION_ERROR 0x80	/* to 0x9f: Core Specification Vol 3 Part F 3.4.1.1 */
#define ATT_APPLICATION_ERROR_LAST 0x9f

typedef struct Serve {
	const Options *options;
	Hold *hold;
	ServeFile *file;
	Handlers *handlers;	/* NULL without --exec */
	GDataInputStream *input;
} Serve;

/* A command that runs for a read that waits. */
typedef struct Answer {
	Serve *serve;
	ServeAttr *attr;
	uint32_t id;
} Answer;

static void print(Serve *serve, const Event *event)
{
	if (!event_print(event, serve->options->json))
		hold_end(serve->hold);
}

static char *to_hex(const GByteArray *bytes)
{
	GString *out = g_string_new(NULL);

	text_append_hex(out, bytes->data, bytes->len);
	return g_string_free(out, FALSE);
}

static bool run_handler(Serve *serve, const Event *event, const GByteArray *value, bool now, HandlerDone done,
			void *userdata)
{
	g_autofree char *hex = value ? to_hex(value) : g_strdup("");
	g_autofree char *what = g_strconcat("BLUEBROKER_EVENT=", event->what, NULL);
	g_autofree char *name = g_strconcat("BLUEBROKER_CHARACTERISTIC=", event->characteristic, NULL);
	g_autofree char *client = g_strconcat("BLUEBROKER_CLIENT=", event->client, NULL);
	g_autofree char *bytes = g_strconcat("BLUEBROKER_VALUE=", hex, NULL);
	g_autofree char *subscribers = event->has_subscribers
		? g_strdup_printf("BLUEBROKER_SUBSCRIBERS=%u", event->subscribers) : g_strdup("BLUEBROKER_SUBSCRIBERS=");
	const char *variables[] = { what, name, client, bytes, subscribers, NULL };

	return handlers_run(serve->handlers, variables, now, done, userdata);
}

/* --- what needs no answer --- */

static void on_told(void *userdata, int status UNUSED, const char *output, size_t length)
{
	Answer *answer = userdata;

	if (length > 0 && !output_event(output, length))
		hold_end(answer->serve->hold);
}

static void tell(Serve *serve, const Event *event, const GByteArray *value)
{
	Answer *answer;

	if (!serve->handlers)
		return;
	answer = g_new0(Answer, 1);
	answer->serve = serve;
	if (!run_handler(serve, event, value, false, on_told, answer))
		fail_line("--exec: %d wait already; it does not hear of a %s", HANDLERS_WAITING_MAX, event->what);
}

static void on_client(void *userdata, const char *address, bool connected)
{
	Event event = { .what = connected ? "connect" : "disconnect", .client = address };

	print(userdata, &event);
	tell(userdata, &event, NULL);
}

static void on_write(GDBusConnection *connection UNUSED, const char *sender UNUSED, const char *path,
		     const char *interface UNUSED, const char *member UNUSED, GVariant *arguments, void *userdata)
{
	Serve *serve = userdata;
	ServeAttr *attr = serve_file_find_path(serve->file, path);
	g_autoptr(GVariant) value = NULL;
	g_autoptr(GBytes) bytes = NULL;
	Event event = { .what = "write" };

	if (!attr || !g_variant_is_of_type(arguments, G_VARIANT_TYPE("(say)")))
		return;
	g_variant_get(arguments, "(&s@ay)", &event.client, &value);
	bytes = g_variant_get_data_as_bytes(value);
	event.characteristic = attr->name;
	event.value = bytes;
	g_byte_array_set_size(attr->value, 0);
	g_byte_array_append(attr->value, g_bytes_get_data(bytes, NULL), (guint)g_bytes_get_size(bytes));
	print(serve, &event);
	tell(serve, &event, attr->value);
}

static void on_changed(GDBusConnection *connection UNUSED, const char *sender UNUSED, const char *path,
		       const char *interface UNUSED, const char *member UNUSED, GVariant *arguments, void *userdata)
{
	Serve *serve = userdata;
	ServeAttr *attr = serve_file_find_path(serve->file, path);
	g_autoptr(GVariant) changed = NULL;
	Event event = { .what = "subscribe", .has_subscribers = true };

	if (!attr || !g_variant_is_of_type(arguments, G_VARIANT_TYPE("(sa{sv}as)")))
		return;
	changed = g_variant_get_child_value(arguments, 1);
	if (!g_variant_lookup(changed, "Subscribers", "u", &event.subscribers))
		return;
	event.characteristic = attr->name;
	print(serve, &event);
	tell(serve, &event, NULL);
}

/* --- reads --- */

static void on_answered(GObject *source, GAsyncResult *result, gpointer userdata)
{
	const ServeAttr *attr = userdata;
	g_autoptr(GVariant) reply = NULL;
	g_autoptr(GError) error = NULL;
	g_autofree char *name = NULL;

	reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
	if (reply)
		return;
	name = g_dbus_error_get_remote_error(error);
	g_dbus_error_strip_remote_error(error);
	if (g_strcmp0(name, "com.example.Bluetooth.Error.DoesNotExist") == 0)
		fail_line("%s: the answer comes too late: the peer has got the stored value, or is gone", attr->name);
	else
		fail_line("%s: %s", attr->name, error->message);
}

static void respond(Serve *serve, ServeAttr *attr, uint32_t id)
{
	hold_send(serve->hold, attr->path, LOCAL_CHARACTERISTIC_INTERFACE, "RespondRead",
		  g_variant_new("(uv)", id, serve_value(attr->value)), on_answered, attr);
}

static void reject(Serve *serve, ServeAttr *attr, uint32_t id, uint8_t att_error)
{
	hold_send(serve->hold, attr->path, LOCAL_CHARACTERISTIC_INTERFACE, "RejectRead",
		  g_variant_new("(uy)", id, att_error), on_answered, attr);
}

static void on_read_handled(void *userdata, int status, const char *output, size_t length)
{
	Answer *answer = userdata;
	g_autoptr(GByteArray) value = g_byte_array_new();
	g_autofree char *text = g_strndup(output, length);
	Reason reason = { 0 };

	if (status != 0) {
		int att_error = MIN(ATT_APPLICATION_ERROR + status, ATT_APPLICATION_ERROR_LAST);

		reject(answer->serve, answer->attr, answer->id, (uint8_t)(status < 0 ? ATT_UNLIKELY_ERROR : att_error));
		return;
	}
	if (g_str_has_suffix(text, "\n"))
		text[strlen(text) - 1] = '\0';
	if (length > 0 && value_parse_typed(text, value, &reason) != 0) {
		fail_line("--exec: value of %s: %s", answer->attr->name, reason.text);
		reject(answer->serve, answer->attr, answer->id, ATT_UNLIKELY_ERROR);
		return;
	}
	/* nothing at all: the value that is stored */
	if (length > 0) {
		g_byte_array_set_size(answer->attr->value, 0);
		g_byte_array_append(answer->attr->value, value->data, value->len);
	}
	respond(answer->serve, answer->attr, answer->id);
}

static void on_read(GDBusConnection *connection UNUSED, const char *sender UNUSED, const char *path,
		    const char *interface UNUSED, const char *member UNUSED, GVariant *arguments, void *userdata)
{
	Serve *serve = userdata;
	ServeAttr *attr = serve_file_find_path(serve->file, path);
	Event event = { .what = "read" };
	Answer *answer;
	uint16_t offset;
	uint32_t id;

	if (!attr || !g_variant_is_of_type(arguments, G_VARIANT_TYPE("(usq)")))
		return;
	g_variant_get(arguments, "(u&sq)", &id, &event.client, &offset);
	event.characteristic = attr->name;
	/* a long value is read in parts, which belong together */
	if (offset > 0) {
		if (id != 0)
			respond(serve, attr, id);
		return;
	}
	print(serve, &event);
	if (id == 0) {
		tell(serve, &event, attr->value);
		return;
	}
	answer = g_new0(Answer, 1);
	*answer = (Answer){ .serve = serve, .attr = attr, .id = id };
	if (!serve->handlers || !run_handler(serve, &event, attr->value, true, on_read_handled, answer))
		respond(serve, attr, id);
}

/* --- standard input --- */

static void on_value_set(GObject *source, GAsyncResult *result, gpointer userdata)
{
	const ServeAttr *attr = userdata;
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
	g_autofree char *doing = g_strdup_printf("setting %s", attr->name);

	if (!reply)
		fail_call(error, doing);
}

static void take_line(Serve *serve, char *line)
{
	g_autoptr(GByteArray) value = g_byte_array_new();
	char *blank = strchr(line, ' ');
	Reason reason = { 0 };
	ServeAttr *attr;

	if (*line == '\0')
		return;
	if (blank)
		*blank = '\0';
	attr = serve_file_find(serve->file, line);
	if (!attr || !blank) {
		fail_line("\"%.60s\": %s; a line of standard input is NAME VALUE", line,
			  attr ? "the value is missing" : "no characteristic has that name");
	} else if (value_parse_typed(blank + 1, value, &reason) != 0) {
		fail_line("value of %s: %s", attr->name, reason.text);
	} else {
		g_byte_array_set_size(attr->value, 0);
		g_byte_array_append(attr->value, value->data, value->len);
		hold_send(serve->hold, attr->path, LOCAL_CHARACTERISTIC_INTERFACE, "SetValue",
			  g_variant_new("(v)", serve_value(value)), on_value_set, attr);
	}
}

static void on_line(GObject *source, GAsyncResult *result, gpointer userdata)
{
	Serve *serve = userdata;
	g_autofree char *line = g_data_input_stream_read_line_finish(G_DATA_INPUT_STREAM(source), result, NULL, NULL);

	/* its end, or nothing to read from: we serve on without */
	if (!line)
		return;
	take_line(serve, line);
	g_data_input_stream_read_line_async(serve->input, G_PRIORITY_DEFAULT, NULL, on_line, serve);
}

static void watch_input(Serve *serve)
{
	g_autoptr(GInputStream) input = g_unix_input_stream_new(STDIN_FILENO, FALSE);

	/* in the background of a terminal a read would stop us; now it fails */
	signal(SIGTTIN, SIG_IGN);
	serve->input = g_data_input_stream_new(input);
	g_data_input_stream_read_line_async(serve->input, G_PRIORITY_DEFAULT, NULL, on_line, serve);
}

/* --- all of it --- */

static ExitCode run(Serve *serve)
{
	CommandClients clients = { .hold = serve->hold, .heard = on_client, .userdata = serve };
	ExitCode code = EXIT_FAILED;
	g_autofree char *radio = g_strdup_printf("hci%d", hold_adapter(serve->hold));

	hold_subscribe(serve->hold, LOCAL_CHARACTERISTIC_INTERFACE, "ReadRequest", on_read, serve);
	hold_subscribe(serve->hold, LOCAL_CHARACTERISTIC_INTERFACE, "WriteRequest", on_write, serve);
	hold_subscribe(serve->hold, "org.freedesktop.DBus.Properties", "PropertiesChanged", on_changed, serve);
	if (!command_watch_clients(&clients, &code) ||
	    !serve_setup(serve->hold, serve->file, serve->handlers, &code) ||
	    (serve->file->advertises && !command_announce(serve->hold, &serve->file->announcement, &code)))
		return code;
	hold_watch(serve->hold, true, true);
	print(serve, &(Event){ .what = "serving", .radio = radio });
	watch_input(serve);
	code = hold_run(serve->hold);
	g_object_unref(serve->input);
	return code;
}

ExitCode command_serve(const Options *options)
{
	Serve serve = { .options = options };
	g_autoptr(GString) error = g_string_new(NULL);
	ExitCode code = EXIT_USAGE;

	serve.file = serve_file_load(options->arguments[0], error);
	if (!serve.file) {
		fail_line("%s", error->str);
		return code;
	}
	serve.hold = hold_open_session(&options->request, &code);
	if (serve.hold) {
		serve.handlers = options->exec ? handlers_new(options->exec) : NULL;
		code = run(&serve);
		handlers_free(serve.handlers);
		hold_close(serve.hold);
	}
	serve_file_free(serve.file);
	return code;
}
