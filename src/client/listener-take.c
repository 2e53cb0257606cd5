/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How reports come in: from the stream, as signals, or out of the FIFO. */
#include <errno.h>
#include <gio/gunixfdlist.h>
#include <glib-unix.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/listener-private.h"
#include "meaning/constants.h"

#define FETCH_MAX 1024		/* reports in an answer of the FIFO */
#define REST_TIMEOUT_MS 11000	/* longer than a report may wait for others (batch_ms) */

void listener_end_stream(Listener *listener)
{
	if (listener->stream_source)
		g_source_remove(listener->stream_source);
	listener->stream_source = 0;
	if (listener->stream >= 0)
		close(listener->stream);
	listener->stream = -1;
}

/* Tells of the reports that were taken, if they were understood. Returns whether. */
static bool tell(Listener *listener, bool understood)
{
	if (understood) {
		listener->events->reports(listener->userdata, &listener->reports);
		return true;
	}
	listener->closed = true;
	listener->events->broken(listener->userdata,
				 "the daemon's reports are in a layout that this program does not know");
	return false;
}

/* Reads the next datagram, if one is there, and reports it. False: there is none now, the stream has
 * ended, or it is broken. */
static bool receive(Listener *listener)
{
	static uint8_t datagram[BB_STREAM_DATAGRAM_MAX];
	ssize_t length;

	do {
		length = recv(listener->stream, datagram, sizeof(datagram), MSG_DONTWAIT);
	} while (length < 0 && errno == EINTR);
	if (length < 0 && errno == EAGAIN)
		return false;
	if (length <= 0) {
		listener_end_stream(listener);
		return false;
	}
	return tell(listener, reports_take_datagram(&listener->reports, datagram, (size_t)length));
}

static void on_advertisements(BrokerSession1 *session UNUSED, GVariant *advertisements, guint64 lost,
			      Listener *listener)
{
	if (!listener->closed)
		tell(listener, reports_take_variant(&listener->reports, advertisements, lost));
}

static void fetch(Listener *listener);

static void on_fetched(GObject *source, GAsyncResult *result, gpointer userdata)
{
	g_autoptr(GVariant) advertisements = NULL;
	Listener *listener = userdata;
	guint64 lost;

	/* an error means that the session or the daemon is gone, which others report */
	if (!broker_session1_call_read_advertisements_finish(BROKER_SESSION1(source), &advertisements, &lost,
							     result, NULL))
		return;
	listener->fetching = false;
	if (listener->closed)
		return;
	if (!tell(listener, reports_take_variant(&listener->reports, advertisements, lost)))
		return;
	if (!listener->closed && (listener->fetch_again || listener->reports.count == FETCH_MAX))
		fetch(listener);
}

static void fetch(Listener *listener)
{
	listener->fetch_again = listener->fetching;
	if (listener->fetching)
		return;
	listener->fetching = true;
	/* the event first, so that the next report is told of again */
	broker_session1_call_events(listener->session, NULL, NULL, NULL);
	broker_session1_call_read_advertisements(listener->session, FETCH_MAX, NULL, on_fetched, listener);
}

static void on_event(BrokerSession1 *session UNUSED, guint events, Listener *listener)
{
	if (!listener->closed && events & EVENT_NEW_ADV)
		fetch(listener);
}

static gboolean on_stream(gint fd UNUSED, GIOCondition condition UNUSED, gpointer userdata)
{
	Listener *listener = userdata;

	if (listener->closed) {
		listener->stream_source = 0;
		return G_SOURCE_REMOVE;
	}
	receive(listener);
	/* somebody took the session from us, unless the daemon went away, which on_owner_changed() reports */
	if (listener->stream < 0)
		listener_ask(listener, "stopped");
	return G_SOURCE_CONTINUE;
}

static bool acquire_stream(Listener *listener, GVariant *options, GError **error)
{
	g_autoptr(GUnixFDList) fds = NULL;
	g_autoptr(GVariant) answer = NULL;
	int handle;

	answer = g_dbus_proxy_call_with_unix_fd_list_sync(G_DBUS_PROXY(listener->session),
			"AcquireAdvertisements", g_variant_new("(@a{sv})", options), G_DBUS_CALL_FLAGS_NONE,
			-1, NULL, &fds, NULL, error);
	if (!answer)
		return false;
	/* the layout's version is ignored here: each datagram has it, too */
	g_variant_get(answer, "(hu)", &handle, NULL);
	listener->stream = g_unix_fd_list_get(fds, handle, error);
	if (listener->stream < 0)
		return false;
	listener->stream_source = g_unix_fd_add(listener->stream, G_IO_IN, on_stream, listener);
	return true;
}

/* How many reports the daemon holds in our session's FIFO. */
static uint32_t count_waiting(const Listener *listener)
{
	const char *ours = g_dbus_proxy_get_object_path(G_DBUS_PROXY(listener->session));
	g_autoptr(GVariant) stats = NULL, rows = NULL;
	uint32_t waiting = 0;

	if (!broker_manager1_call_get_stats_sync(listener->manager, &stats, NULL, NULL))
		return 0;
	rows = g_variant_lookup_value(stats, "Sessions", G_VARIANT_TYPE("aa{sv}"));
	for (size_t i = 0; rows && i < g_variant_n_children(rows); i++) {
		g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);
		const char *path;

		if (g_variant_lookup(row, "Path", "&o", &path) && strcmp(path, ours) == 0)
			g_variant_lookup(row, "Fifo", "u", &waiting);
	}
	return waiting;
}

static void fetch_rest(Listener *listener)
{
	bool more = true;

	while (more && !listener->closed) {
		g_autoptr(GVariant) rest = NULL;
		guint64 lost;

		more = broker_session1_call_read_advertisements_sync(listener->session, FETCH_MAX, &rest,
								     &lost, NULL, NULL) &&
		       tell(listener, reports_take_variant(&listener->reports, rest, lost)) &&
		       listener->reports.count > 0;
	}
}

static void receive_rest(Listener *listener)
{
	struct pollfd readable = { .fd = listener->stream, .events = POLLIN };
	bool more;

	do {
		while (!listener->closed && listener->stream >= 0 && receive(listener))
			;
		more = !listener->closed && listener->stream >= 0 && count_waiting(listener) > 0;
		/* the daemon sends the rest as soon as it sees room in the socket */
		if (more && poll(&readable, 1, REST_TIMEOUT_MS) <= 0)
			return;
	} while (more);
	while (!listener->closed && listener->stream >= 0 && receive(listener))
		;
}

bool listener_take(Listener *listener, const ListenerRequest *request, GError **error)
{
	switch (request->way) {
	case BY_STREAM:
		return acquire_stream(listener, request->stream, error);
	case BY_SIGNAL:
		g_signal_connect(listener->session, "advertisements", G_CALLBACK(on_advertisements),
				 listener);
		break;
	case BY_FIFO:
		g_signal_connect(listener->session, "event", G_CALLBACK(on_event), listener);
		break;
	}
	return true;
}

void listener_take_rest(Listener *listener)
{
	if (listener->way == BY_STREAM)
		receive_rest(listener);
	else
		fetch_rest(listener);
}
