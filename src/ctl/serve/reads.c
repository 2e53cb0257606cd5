/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers to reads. */
#include "ctl/serve/reads.h"

#include <string.h>

#include "client/fail.h"
#include "ctl/serve/setup.h"
#include "meaning/value.h"

#define ATT_UNLIKELY_ERROR 0x0e
#define ATT_APPLICATION_ERROR 0x80	/* to 0x9f: Core Specification Vol 3 Part F 3.4.1.1 */
#define ATT_APPLICATION_ERROR_LAST 0x9f

/* The userdata of the handler that runs for a waiting read. */
typedef struct Answer {
	Server *server;
	ServeAttr *attr;
	uint32_t id;
} Answer;

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
		fail_line("%s: the answer comes too late: the peer has got the stored value, or is gone",
			  attr->name);
	else
		fail_line("%s: %s", attr->name, error->message);
}

static void respond(Server *server, ServeAttr *attr, uint32_t id)
{
	session_send(server->session, attr->path, LOCAL_CHARACTERISTIC_INTERFACE, "RespondRead",
		  g_variant_new("(uv)", id, serve_setup_value(attr->value)), on_answered, attr);
}

static void reject(Server *server, ServeAttr *attr, uint32_t id, uint8_t att_error)
{
	session_send(server->session, attr->path, LOCAL_CHARACTERISTIC_INTERFACE, "RejectRead",
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

		reject(answer->server, answer->attr, answer->id,
		       (uint8_t)(status < 0 ? ATT_UNLIKELY_ERROR : att_error));
		return;
	}
	if (g_str_has_suffix(text, "\n"))
		text[strlen(text) - 1] = '\0';
	if (length > 0 && value_parse_typed(text, value, &reason) != 0) {
		fail_line("--exec: value of %s: %s", answer->attr->name, reason.text);
		reject(answer->server, answer->attr, answer->id, ATT_UNLIKELY_ERROR);
		return;
	}
	/* a handler that prints nothing leaves the stored value as it is */
	if (length > 0)
		serve_file_set_value(answer->attr, value->data, value->len);
	respond(answer->server, answer->attr, answer->id);
}

static void on_read(GDBusConnection *connection UNUSED, const char *sender UNUSED, const char *path,
		    const char *interface UNUSED, const char *member UNUSED, GVariant *arguments,
		    void *userdata)
{
	Server *server = userdata;
	ServeAttr *attr = serve_file_find_path(server->file, path);
	Event event = { .what = "read" };
	Answer *answer;
	uint16_t offset;
	uint32_t id;

	if (!attr || !g_variant_is_of_type(arguments, G_VARIANT_TYPE("(usq)")))
		return;
	g_variant_get(arguments, "(u&sq)", &id, &event.client, &offset);
	event.characteristic = attr->name;
	/* a later part of a long value must match the first part: no new value, and no event */
	if (offset > 0) {
		if (id != 0)
			respond(server, attr, id);
		return;
	}
	server_print(server, &event);
	if (id == 0) {
		server_tell(server, &event, attr->value);
		return;
	}
	answer = g_new0(Answer, 1);
	*answer = (Answer){ .server = server, .attr = attr, .id = id };
	if (!server->handlers || !server_handle(server, &event, attr->value, true, on_read_handled, answer))
		respond(server, attr, id);
}

void reads_watch(Server *server)
{
	session_subscribe(server->session, NULL, LOCAL_CHARACTERISTIC_INTERFACE, "ReadRequest", NULL, on_read,
			  server);
}
