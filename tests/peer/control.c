/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The socket of the air-control protocol. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>

#include "control.h"

#define LINE_MAX_BYTES 4096

struct Control {
	Language *language;
	char *path;
	GSocketService *service;
	GCancellable *over;
	void (*quit)(void *data);
	void *data;
};

typedef struct Visitor {
	Control *control;
	GSocketConnection *connection;
	GDataInputStream *lines;
	GCancellable *over;
} Visitor;

static void visitor_free(Visitor *visitor)
{
	g_object_unref(visitor->lines);
	g_object_unref(visitor->connection);
	g_object_unref(visitor->over);
	g_free(visitor);
}

static void on_line(GObject *source, GAsyncResult *result, void *data);

static void visitor_next(Visitor *visitor)
{
	g_data_input_stream_read_line_async(visitor->lines, G_PRIORITY_DEFAULT, visitor->over,
					    on_line, visitor);
}

static void on_reply(void *data, const char *reply)
{
	g_autofree char *text = g_strconcat(reply, "\n", NULL);
	Visitor *visitor = data;
	Control *control;

	/* A reply either fits the socket's buffer or is read at the other end, so this hardly waits. */
	if (!g_output_stream_write_all(
		    g_io_stream_get_output_stream(G_IO_STREAM(visitor->connection)), text,
		    strlen(text), NULL, visitor->over, NULL)) {
		visitor_free(visitor);
		return;
	}
	control = visitor->control;
	visitor_next(visitor);
	if (control->language->quit)
		control->quit(control->data);
}

static void on_line(GObject *source, GAsyncResult *result, void *data)
{
	Visitor *visitor = data;
	const Answer answer = { .give = on_reply, .data = visitor };
	g_autofree char *line = g_data_input_stream_read_line_finish(G_DATA_INPUT_STREAM(source),
								     result, NULL, NULL);

	if (line)
		language_run(visitor->control->language, line, &answer);
	else /* the client has left, or we are ending */
		visitor_free(visitor);
}

static gboolean on_incoming(GSocketService *service, GSocketConnection *connection, GObject *source,
			    void *data)
{
	Control *control = data;
	Visitor *visitor = g_new0(Visitor, 1);

	(void)service;
	(void)source;
	visitor->control = control;
	visitor->connection = g_object_ref(connection);
	visitor->lines =
		g_data_input_stream_new(g_io_stream_get_input_stream(G_IO_STREAM(connection)));
	g_buffered_input_stream_set_buffer_size(G_BUFFERED_INPUT_STREAM(visitor->lines),
						LINE_MAX_BYTES);
	visitor->over = g_object_ref(control->over);
	visitor_next(visitor);
	return TRUE;
}

Control *control_new(const char *path, Language *language, void (*quit)(void *data), void *data)
{
	g_autoptr(GSocketAddress) address = g_unix_socket_address_new(path);
	g_autoptr(GError) error = NULL;
	Control *control;

	if (unlink(path) < 0 && errno != ENOENT) {
		g_printerr("%s: %s: %s\n", g_get_prgname(), path, strerror(errno));
		return NULL;
	}

	control = g_new0(Control, 1);
	control->language = language;
	control->path = g_strdup(path);
	control->quit = quit;
	control->data = data;
	control->over = g_cancellable_new();
	control->service = g_socket_service_new();
	g_signal_connect(control->service, "incoming", G_CALLBACK(on_incoming), control);
	if (!g_socket_listener_add_address(G_SOCKET_LISTENER(control->service), address,
					   G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL,
					   NULL, &error)) {
		g_printerr("%s: %s: %s\n", g_get_prgname(), path, error->message);
		return control_free(control);
	}
	return control;
}

Control *control_free(Control *control)
{
	if (!control)
		return NULL;

	g_socket_service_stop(control->service);
	g_socket_listener_close(G_SOCKET_LISTENER(control->service));
	g_object_unref(control->service);
	g_cancellable_cancel(control->over);
	g_object_unref(control->over);
	(void)unlink(control->path);
	g_free(control->path);
	g_free(control);
	return NULL;
}
