/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A private session that scans. */
#include "client/listener.h"

#include <string.h>

#include "build-config.h"
#include "client/fail.h"
#include "client/listener-private.h"
#include "meaning/constants.h"

#define FIFO_DEPTH 4096
#define OPEN_TIMEOUT_MS (310 * 1000)	/* Init may wait for the radio to power on: 300 s at most */
#define CLOSE_TIMEOUT_MS 2000

uint64_t listener_lost(const Listener *listener)
{
	return listener->reports.lost;
}

typedef struct Question {
	Listener *listener;
	char *reason;
} Question;

static void question_free(Question *question)
{
	g_free(question->reason);
	g_free(question);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Question, question_free)

/* Whether the error is the daemon's answer, which means that it has no such session any more. Other errors
 * mean that the daemon is gone. */
static bool is_of_daemon(const GError *error)
{
	return g_error_matches(error, G_IO_ERROR, G_IO_ERROR_DBUS_ERROR) ||
	       g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT);
}

static void on_is_scanning(GObject *source, GAsyncResult *result, gpointer userdata)
{
	g_autoptr(Question) question = userdata;
	Listener *listener = question->listener;
	g_autoptr(GError) error = NULL;
	gboolean stands = FALSE;
	bool answered;

	answered = broker_session1_call_is_scanning_finish(BROKER_SESSION1(source), &stands, result, &error);
	/* without an answer the daemon is gone, which on_owner_changed() or on_bus_closed() reports */
	if ((answered || is_of_daemon(error)) && !listener->closed)
		listener->events->stopped(listener->userdata, question->reason,
					  stands && (listener->way != BY_STREAM || listener->stream >= 0));
}

void listener_ask(Listener *listener, const char *reason)
{
	Question *question = g_new0(Question, 1);

	question->listener = listener;
	question->reason = g_strdup(reason);
	broker_session1_call_is_scanning(listener->session, NULL, on_is_scanning, question);
}

static void on_scan_stopped(BrokerSession1 *session UNUSED, const char *reason, Listener *listener)
{
	if (listener->closed)
		return;
	if (strcmp(reason, "timeout") != 0) {
		listener_ask(listener, reason);
		return;
	}
	listener_take_rest(listener);
	if (!listener->closed)
		listener->events->stopped(listener->userdata, reason, false);
}

static void lose(Listener *listener, const char *what)
{
	if (listener->closed)
		return;
	listener->closed = true;
	listener->events->gone(listener->userdata, what);
}

static void on_bus_closed(GDBusConnection *connection UNUSED, gboolean remote UNUSED, GError *error UNUSED,
			  Listener *listener)
{
	lose(listener, "the message bus");
}

static void on_owner_changed(GObject *proxy, GParamSpec *property UNUSED, Listener *listener)
{
	g_autofree char *owner = g_dbus_proxy_get_name_owner(G_DBUS_PROXY(proxy));

	/* with the bus its names are gone, too; on_bus_closed() reports that */
	if (!owner && !g_dbus_connection_is_closed(g_dbus_proxy_get_connection(G_DBUS_PROXY(proxy))))
		lose(listener, "bluebrokerd");
}

/* While its radio is off or unplugged, the session stays and the daemon sends no ScanStopped: so the
 * radio's own object is watched. */
static void on_radio_changed(GObject *proxy UNUSED, GParamSpec *property UNUSED, Listener *listener)
{
	const char *const *adapters = broker_manager1_get_adapters(listener->manager);
	const char *path = g_dbus_proxy_get_object_path(G_DBUS_PROXY(listener->radio));
	bool plugged = adapters && g_strv_contains(adapters, path);
	bool away = !plugged || !broker_adapter1_get_powered(listener->radio);

	if (listener->closed || away == listener->radio_away)
		return;
	listener->radio_away = away;
	if (!away)
		listener->events->back(listener->userdata);
	else
		listener->events->stopped(listener->userdata, plugged ? "radio-off" : "radio-gone", true);
}

static void watch_radio(Listener *listener, BrokerManager1 *manager, int adapter)
{
	g_autofree char *path = g_strdup_printf(BROKER_PATH "/hci%d", adapter);

	listener->manager = g_object_ref(manager);
	listener->radio = broker_adapter1_proxy_new_sync(g_dbus_proxy_get_connection(G_DBUS_PROXY(manager)),
			G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START, BUS_NAME, path, NULL, NULL);
	if (!listener->radio)
		return;
	g_signal_connect(manager, "notify::adapters", G_CALLBACK(on_radio_changed), listener);
	g_signal_connect(listener->radio, "notify::powered", G_CALLBACK(on_radio_changed), listener);
}

static char *open_session(BrokerManager1 *manager, const ListenerRequest *request, GError **error)
{
	uint32_t depth = MIN(bus_limit(manager, "MaxFifoDepth", FIFO_DEPTH), FIFO_DEPTH);
	g_auto(GVariantDict) init = G_VARIANT_DICT_INIT(request->init);
	char *path = NULL;

	if (!g_variant_dict_contains(&init, "fifo"))
		g_variant_dict_insert(&init, "fifo", "u", depth);
	g_dbus_proxy_set_default_timeout(G_DBUS_PROXY(manager), OPEN_TIMEOUT_MS);
	broker_manager1_call_open_session_sync(manager, (guint)request->adapter, g_variant_dict_end(&init),
					       &path, NULL, error);
	return path;
}

/* NULL, or what failed, with error set. */
static const char *start(Listener *listener, const ListenerRequest *request, GError **error)
{
	BrokerSession1 *session = listener->session;

	if (!broker_session1_call_set_scan_filter_sync(session, request->filter, NULL, error))
		return "setting the scan filter";
	/* else the daemon does not send us ScanStopped */
	if (!broker_session1_call_callback_sync(session, EVENT_NEW_ADV, NULL, error))
		return "asking for the scan's signals";
	if (!listener_take(listener, request, error))
		return "asking for the stream of reports";
	if (!broker_session1_call_start_scan_sync(session, request->timeout, NULL, error))
		return "starting the scan";
	return NULL;
}

Listener *listener_new(BrokerManager1 *manager, const ListenerRequest *request, const ListenerEvents *events,
		       void *userdata, ExitCode *ret_exit)
{
	GDBusConnection *connection = g_dbus_proxy_get_connection(G_DBUS_PROXY(manager));
	g_autoptr(GError) error = NULL;
	g_autofree char *path = open_session(manager, request, &error);
	const char *failed = "opening a session";
	g_autoptr(Listener) listener = NULL;

	if (!path) {
		*ret_exit = fail_call(error, failed);
		return NULL;
	}
	listener = g_new0(Listener, 1);
	listener->events = events;
	listener->userdata = userdata;
	listener->way = request->way;
	listener->stream = -1;
	listener->session = broker_session1_proxy_new_sync(connection,
			G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES | G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START,
			BUS_NAME, path, NULL, &error);
	if (listener->session) {
		g_signal_connect(listener->session, "scan-stopped", G_CALLBACK(on_scan_stopped), listener);
		g_signal_connect(listener->session, "notify::g-name-owner", G_CALLBACK(on_owner_changed),
				 listener);
		g_signal_connect(connection, "closed", G_CALLBACK(on_bus_closed), listener);
		failed = start(listener, request, &error);
		watch_radio(listener, manager, request->adapter);
	}
	if (failed) {
		*ret_exit = fail_call(error, failed);
		listener_close(listener);
		return NULL;
	}
	return g_steal_pointer(&listener);
}

void listener_close(Listener *listener)
{
	g_autoptr(GVariant) rest = NULL;
	guint64 dropped;

	if (listener->closed || !listener->session)
		return;
	listener->closed = true;
	g_dbus_proxy_set_default_timeout(G_DBUS_PROXY(listener->session), CLOSE_TIMEOUT_MS);
	if (!broker_session1_call_stop_scan_sync(listener->session, NULL, NULL))
		return;		/* the session is gone, and with it all that it held */
	if (broker_session1_call_read_advertisements_sync(listener->session, 1, &rest, &dropped, NULL, NULL))
		listener->reports.lost = dropped;
	broker_session1_call_close_sync(listener->session, NULL, NULL);
}

void listener_free(Listener *listener)
{
	if (!listener)
		return;
	listener_end_stream(listener);
	if (listener->session) {
		GDBusConnection *connection = g_dbus_proxy_get_connection(G_DBUS_PROXY(listener->session));

		g_signal_handlers_disconnect_by_data(connection, listener);
		g_signal_handlers_disconnect_by_data(listener->session, listener);
		g_object_unref(listener->session);
	}
	if (listener->manager)
		g_signal_handlers_disconnect_by_data(listener->manager, listener);
	if (listener->radio)
		g_signal_handlers_disconnect_by_data(listener->radio, listener);
	reports_clear(&listener->reports);
	g_clear_object(&listener->radio);
	g_clear_object(&listener->manager);
	g_free(listener);
}
