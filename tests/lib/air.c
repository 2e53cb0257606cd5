/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A client of the air-control protocol. */
#include <string.h>

#include <check.h>
#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>

#include "air.h"

struct Air {
	GSocketConnection *connection;
	GDataInputStream *lines;
	char *path;
};

struct AirCall {
	Air *air; /* its own connection */
	char *request;
	char *reply;
};

Air *air_connect(const char *path)
{
	g_autoptr(GSocketClient) client = g_socket_client_new();
	g_autoptr(GSocketAddress) address = g_unix_socket_address_new(path);
	GSocketConnection *connection;
	Air *air;

	connection = g_socket_client_connect(client, G_SOCKET_CONNECTABLE(address), NULL, NULL);
	if (!connection)
		return NULL;

	air = g_new0(Air, 1);
	air->path = g_strdup(path);
	air->connection = connection;
	air->lines = g_data_input_stream_new(g_io_stream_get_input_stream(G_IO_STREAM(connection)));
	return air;
}

Air *air_close(Air *air)
{
	if (!air)
		return NULL;

	g_object_unref(air->lines);
	g_object_unref(air->connection);
	g_free(air->path);
	g_free(air);
	return NULL;
}

/* Sends the request, and returns the whole reply. */
static char *air_say(Air *air, const char *format, va_list args)
{
	g_autofree char *request = g_strdup_vprintf(format, args);
	g_autofree char *line = g_strconcat(request, "\n", NULL);
	g_autoptr(GError) error = NULL;
	char *reply;

	if (!g_output_stream_write_all(g_io_stream_get_output_stream(G_IO_STREAM(air->connection)),
				       line, strlen(line), NULL, NULL, &error))
		ck_abort_msg("air: %s: %s", request, error->message);
	reply = g_data_input_stream_read_line(air->lines, NULL, NULL, &error);
	if (!reply)
		ck_abort_msg("air: %s: %s", request,
			     error ? error->message : "the other side has left");
	return reply;
}

/* Sends the request, fails the test on an error, and returns the text after "ok". */
static char *air_want(Air *air, const char *format, va_list args)
{
	g_autofree char *reply = NULL;
	va_list copy;

	va_copy(copy, args);
	reply = air_say(air, format, copy);
	va_end(copy);
	if (!g_str_has_prefix(reply, "ok")) {
		g_autofree char *request = g_strdup_vprintf(format, args);

		ck_abort_msg("air: %s: %s", request, reply);
	}
	return g_strdup(g_str_has_prefix(reply, "ok ") ? reply + 3 : "");
}

char *air_cmd(Air *air, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = air_want(air, format, args);
	va_end(args);
	return text;
}

void air_do(Air *air, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_free(air_want(air, format, args));
	va_end(args);
}

unsigned int air_ask(Air *air, const char *format, ...)
{
	g_autofree char *text = NULL;
	uint64_t number = 0;
	va_list args;

	va_start(args, format);
	text = air_want(air, format, args);
	va_end(args);
	if (!g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT, &number, NULL))
		ck_abort_msg("air: %s: not a number: %s", format, text);
	return (unsigned int)number;
}

bool air_try(Air *air, const char *format, ...)
{
	g_autofree char *reply = NULL;
	va_list args;

	va_start(args, format);
	reply = air_say(air, format, args);
	va_end(args);
	return g_str_has_prefix(reply, "ok");
}

static void on_reply(GObject *lines, GAsyncResult *result, gpointer userdata)
{
	g_autoptr(GError) error = NULL;
	AirCall *call = userdata;

	call->reply = g_data_input_stream_read_line_finish(G_DATA_INPUT_STREAM(lines), result, NULL, &error);
	if (!call->reply)
		ck_abort_msg("air: %s: %s", call->request,
			     error ? error->message : "the other side has left");
}

AirCall *air_begin(Air *air, const char *format, ...)
{
	g_autofree char *line = NULL;
	g_autoptr(GError) error = NULL;
	AirCall *call = g_new0(AirCall, 1);
	va_list args;

	va_start(args, format);
	call->request = g_strdup_vprintf(format, args);
	va_end(args);
	call->air = air_connect(air->path);
	if (!call->air)
		ck_abort_msg("air: %s does not let us in again", air->path);
	line = g_strconcat(call->request, "\n", NULL);
	if (!g_output_stream_write_all(g_io_stream_get_output_stream(G_IO_STREAM(call->air->connection)),
				       line, strlen(line), NULL, NULL, &error))
		ck_abort_msg("air: %s: %s", call->request, error->message);
	g_data_input_stream_read_line_async(call->air->lines, G_PRIORITY_DEFAULT, NULL, on_reply, call);
	return call;
}

bool air_call_done(const AirCall *call)
{
	return call->reply != NULL;
}

char *air_call_finish(AirCall *call)
{
	char *reply;

	while (!call->reply)
		g_main_context_iteration(NULL, TRUE);
	reply = g_strdup(g_str_has_prefix(call->reply, "ok ") ? call->reply + 3 :
			 g_str_equal(call->reply, "ok") ? "" : call->reply);
	air_close(call->air);
	g_free(call->request);
	g_free(call->reply);
	g_free(call);
	return reply;
}

void air_clear(Air *air, const char *list, const char *remove)
{
	g_autofree char *left = air_cmd(air, "%s", list);
	g_auto(GStrv) names = g_strsplit(left, " ", -1);

	for (char **name = names; *name; name++)
		if (**name != '\0')
			air_do(air, "%s %s", remove, *name);
}

unsigned int air_field(Air *air, const char *field, const char *format, ...)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) words = NULL;
	size_t len = strlen(field);
	va_list args;

	va_start(args, format);
	text = air_want(air, format, args);
	va_end(args);
	words = g_strsplit(text, " ", -1);
	for (char **word = words; *word; word++)
		if (strncmp(*word, field, len) == 0 && (*word)[len] == '=')
			return (unsigned int)g_ascii_strtoull(*word + len + 1, NULL, 10);
	ck_abort_msg("air: no %s in: %s", field, text);
}

unsigned int air_status(Air *air, const char *radio, const char *field)
{
	return air_field(air, field, "status %s", radio);
}
