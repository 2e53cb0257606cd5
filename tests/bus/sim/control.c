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
	Sim *sim;
	char *path;
	GSocketService *service;
	GCancellable *over;
	void (*quit)(void *data);
	void *data;
};

typedef struct Peer {
	Control *control;
	GSocketConnection *connection;
	GDataInputStream *lines;
	GCancellable *over;
} Peer;

static void peer_free(Peer *peer)
{
	g_object_unref(peer->lines);
	g_object_unref(peer->connection);
	g_object_unref(peer->over);
	g_free(peer);
}

static void on_line(GObject *source, GAsyncResult *result, void *data);

static void peer_next(Peer *peer)
{
	g_data_input_stream_read_line_async(peer->lines, G_PRIORITY_DEFAULT, peer->over, on_line,
					    peer);
}

static void on_line(GObject *source, GAsyncResult *result, void *data)
{
	Peer *peer = data;
	g_autofree char *line = g_data_input_stream_read_line_finish(G_DATA_INPUT_STREAM(source),
								     result, NULL, NULL);
	g_autofree char *reply = NULL;
	g_autofree char *text = NULL;
	Control *control;

	if (!line) { /* it has left, or we are about to */
		peer_free(peer);
		return;
	}

	control = peer->control;
	reply = command_run(control->sim, line);
	text = g_strconcat(reply, "\n", NULL);
	/* A reply is far smaller than the socket's buffer, so this does not wait. */
	if (!g_output_stream_write_all(g_io_stream_get_output_stream(G_IO_STREAM(peer->connection)),
				       text, strlen(text), NULL, peer->over, NULL)) {
		peer_free(peer);
		return;
	}
	peer_next(peer);
	if (control->sim->quit)
		control->quit(control->data);
}

static gboolean on_incoming(GSocketService *service, GSocketConnection *connection, GObject *source,
			    void *data)
{
	Control *control = data;
	Peer *peer = g_new0(Peer, 1);

	(void)service;
	(void)source;
	peer->control = control;
	peer->connection = g_object_ref(connection);
	peer->lines =
		g_data_input_stream_new(g_io_stream_get_input_stream(G_IO_STREAM(connection)));
	g_buffered_input_stream_set_buffer_size(G_BUFFERED_INPUT_STREAM(peer->lines),
						LINE_MAX_BYTES);
	peer->over = g_object_ref(control->over);
	peer_next(peer);
	return TRUE;
}

Control *control_new(const char *path, Sim *sim, void (*quit)(void *data), void *data)
{
	g_autoptr(GSocketAddress) address = g_unix_socket_address_new(path);
	g_autoptr(GError) error = NULL;
	Control *control;

	if (unlink(path) < 0 && errno != ENOENT) {
		g_printerr("bluebroker-simbluez: %s: %s\n", path, strerror(errno));
		return NULL;
	}

	control = g_new0(Control, 1);
	control->sim = sim;
	control->path = g_strdup(path);
	control->quit = quit;
	control->data = data;
	control->over = g_cancellable_new();
	control->service = g_socket_service_new();
	g_signal_connect(control->service, "incoming", G_CALLBACK(on_incoming), control);
	if (!g_socket_listener_add_address(G_SOCKET_LISTENER(control->service), address,
					   G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL,
					   NULL, &error)) {
		g_printerr("bluebroker-simbluez: %s: %s\n", path, error->message);
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
