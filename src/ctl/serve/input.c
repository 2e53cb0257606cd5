/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values from standard input. */
#include "ctl/serve/input.h"

#include <gio/gunixinputstream.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "client/fail.h"
#include "ctl/serve/setup.h"
#include "meaning/value.h"

static void on_value_set(GObject *source, GAsyncResult *result, gpointer userdata)
{
	const ServeAttr *attr = userdata;
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
	g_autofree char *doing = g_strdup_printf("setting %s", attr->name);

	if (!reply)
		fail_call(error, doing);
}

static void take_line(Server *server, char *line)
{
	g_autoptr(GByteArray) value = g_byte_array_new();
	char *blank = strchr(line, ' ');
	Reason reason = { 0 };
	ServeAttr *attr;

	if (*line == '\0')
		return;
	if (blank)
		*blank = '\0';
	attr = serve_file_find(server->file, line);
	if (!attr || !blank) {
		fail_line("\"%.60s\": %s; a line of standard input is NAME VALUE", line,
			  attr ? "the value is missing" : "no characteristic has that name");
	} else if (value_parse_typed(blank + 1, value, &reason) != 0) {
		fail_line("value of %s: %s", attr->name, reason.text);
	} else {
		serve_file_set_value(attr, value->data, value->len);
		session_send(server->session, attr->path, LOCAL_CHARACTERISTIC_INTERFACE, "SetValue",
			  g_variant_new("(v)", serve_setup_value(value)), on_value_set, attr);
	}
}

static void on_line(GObject *source, GAsyncResult *result, gpointer userdata)
{
	GDataInputStream *input = G_DATA_INPUT_STREAM(source);
	g_autofree char *line = g_data_input_stream_read_line_finish(input, result, NULL, NULL);

	/* standard input has ended or cannot be read: serve on without it */
	if (!line)
		return;
	take_line(userdata, line);
	g_data_input_stream_read_line_async(input, G_PRIORITY_DEFAULT, NULL, on_line, userdata);
}

GDataInputStream *input_watch(Server *server)
{
	g_autoptr(GInputStream) bytes = g_unix_input_stream_new(STDIN_FILENO, FALSE);
	GDataInputStream *input = g_data_input_stream_new(bytes);

	/* as a background job, reading the terminal would stop us; with SIGTTIN ignored the read fails */
	signal(SIGTTIN, SIG_IGN);
	g_data_input_stream_read_line_async(input, G_PRIORITY_DEFAULT, NULL, on_line, server);
	return input;
}
