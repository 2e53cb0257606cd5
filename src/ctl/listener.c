/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A private session that scans. */
#include "ctl/listener.h"

#include <string.h>

#include "build-config.h"
#include "core/constants.h"
#include "ctl/fail.h"

#define FIFO_DEPTH 4096
#define OPEN_TIMEOUT_MS (310 * 1000)	/* Init may wait for the radio to power on; 300 s is its longest setting */
#define CLOSE_TIMEOUT_MS 2000
#define BATCH_MAX 256

/* Batches that wait in this process: GDBus takes all that comes, so a reader of our output that is too slow would make
 * us grow without end. Beyond this they are dropped, and counted. */
#define WAITING_MAX 512

struct Listener {
	BrokerManager1 *manager;
	BrokerAdapter1 *radio;	/* NULL if it was unplugged before we could look at it */
	BrokerSession1 *session;
	bool radio_away;
	const ListenerEvents *events;
	void *userdata;
	uint64_t dropped;	/* by the daemon, as it told last */
	bool closed;
	unsigned filter;

	/* shared with GDBus's thread */
	GMutex lock;
	unsigned waiting;
	uint64_t overflowed;
};

uint64_t listener_lost(const Listener *listener)
{
	Listener *mutable = (Listener *)listener;
	uint64_t overflowed;

	g_mutex_lock(&mutable->lock);
	overflowed = mutable->overflowed;
	g_mutex_unlock(&mutable->lock);
	return listener->dropped + overflowed;
}

/* In GDBus's thread: counts the batches under way. */
static GDBusMessage *count_waiting(GDBusConnection *connection UNUSED, GDBusMessage *message, gboolean incoming,
				   gpointer userdata)
{
	Listener *listener = userdata;
	bool drop;

	if (!incoming || g_dbus_message_get_message_type(message) != G_DBUS_MESSAGE_TYPE_SIGNAL ||
	    g_strcmp0(g_dbus_message_get_member(message), "Advertisements") != 0)
		return message;

	g_mutex_lock(&listener->lock);
	drop = listener->waiting >= WAITING_MAX;
	if (drop) {
		GVariant *body = g_dbus_message_get_body(message);
		g_autoptr(GVariant) reports = body ? g_variant_get_child_value(body, 0) : NULL;

		listener->overflowed += reports ? g_variant_n_children(reports) : 0;
	} else {
		listener->waiting++;
	}
	g_mutex_unlock(&listener->lock);
	if (!drop)
		return message;
	g_object_unref(message);
	return NULL;
}

static void on_advertisements(BrokerSession1 *session UNUSED, GVariant *reports, uint64_t dropped, Listener *listener)
{
	g_mutex_lock(&listener->lock);
	if (listener->waiting > 0)
		listener->waiting--;
	g_mutex_unlock(&listener->lock);
	if (listener->closed)
		return;
	listener->dropped = dropped;
	listener->events->reports(listener->userdata, reports, listener_lost(listener));
}

typedef struct Question {
	Listener *listener;
	char *reason;
} Question;

static void on_is_scanning(GObject *source, GAsyncResult *result, gpointer userdata)
{
	Question *question = userdata;
	Listener *listener = question->listener;
	g_autoptr(GError) error = NULL;
	gboolean stands = FALSE;
	bool answered;

	answered = broker_session1_call_is_scanning_finish(BROKER_SESSION1(source), &stands, result, &error);
	/* without an answer the daemon is gone, which is told another way */
	if (answered && !listener->closed)
		listener->events->stopped(listener->userdata, question->reason, stands);
	g_free(question->reason);
	g_free(question);
}

static void on_scan_stopped(BrokerSession1 *session, const char *reason, Listener *listener)
{
	Question *question;

	if (listener->closed)
		return;
	if (strcmp(reason, "timeout") == 0) {
		listener->events->stopped(listener->userdata, reason, false);
		return;
	}
	question = g_new0(Question, 1);
	question->listener = listener;
	question->reason = g_strdup(reason);
	broker_session1_call_is_scanning(session, NULL, on_is_scanning, question);
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

	/* a closed bus takes the name along; that is told by on_bus_closed() */
	if (!owner && !g_dbus_connection_is_closed(g_dbus_proxy_get_connection(G_DBUS_PROXY(proxy))))
		lose(listener, "bluebrokerd");
}

/* The session stands while its radio is off or unplugged, and the daemon tells nothing then: the radio's own object does. */
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

static GVariant *scan_filter(const Options *options, unsigned batch_ms)
{
	g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);

	wanted_to_dict(&options->wanted, &dict);
	g_variant_dict_insert(&dict, "delivery", "s", "signal");
	if (options->dedup_ms > 0)
		g_variant_dict_insert(&dict, "dedup", "u", options->dedup_ms);
	if (batch_ms > 0) {
		g_variant_dict_insert(&dict, "batch_ms", "u", batch_ms);
		g_variant_dict_insert(&dict, "batch_max", "u", BATCH_MAX);
	}
	return g_variant_dict_end(&dict);
}

static char *open_session(BrokerManager1 *manager, int adapter, GError **error)
{
	uint32_t depth = MIN(bus_limit(manager, "MaxFifoDepth", FIFO_DEPTH), FIFO_DEPTH);
	g_auto(GVariantDict) init = G_VARIANT_DICT_INIT(NULL);
	char *path = NULL;

	g_variant_dict_insert(&init, "fifo", "u", depth);
	g_dbus_proxy_set_default_timeout(G_DBUS_PROXY(manager), OPEN_TIMEOUT_MS);
	broker_manager1_call_open_session_sync(manager, (guint)adapter, g_variant_dict_end(&init), &path, NULL, error);
	return path;
}

/* What was being done when it failed, or NULL. */
static const char *start(Listener *listener, const Options *options, unsigned batch_ms, GError **error)
{
	BrokerSession1 *session = listener->session;

	if (!broker_session1_call_set_scan_filter_sync(session, scan_filter(options, batch_ms), NULL, error))
		return "setting the scan filter";
	if (!broker_session1_call_callback_sync(session, EVENT_NEW_ADV, NULL, error))
		return "asking for advertisements";
	if (!broker_session1_call_start_scan_sync(session, options->timeout, NULL, error))
		return "starting the scan";
	return NULL;
}

Listener *listener_new(BrokerManager1 *manager, int adapter, const Options *options, unsigned batch_ms,
		       const ListenerEvents *events, void *userdata, ExitCode *ret_exit)
{
	GDBusConnection *connection = g_dbus_proxy_get_connection(G_DBUS_PROXY(manager));
	g_autoptr(GError) error = NULL;
	g_autofree char *path = open_session(manager, adapter, &error);
	const char *failed = "opening a session";
	Listener *listener;

	if (!path) {
		*ret_exit = fail_call(error, failed);
		return NULL;
	}
	listener = g_new0(Listener, 1);
	listener->events = events;
	listener->userdata = userdata;
	g_mutex_init(&listener->lock);
	listener->session = broker_session1_proxy_new_sync(connection,
			G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES | G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START, BUS_NAME,
			path, NULL, &error);
	if (listener->session) {
		listener->filter = g_dbus_connection_add_filter(connection, count_waiting, listener, NULL);
		g_signal_connect(listener->session, "advertisements", G_CALLBACK(on_advertisements), listener);
		g_signal_connect(listener->session, "scan-stopped", G_CALLBACK(on_scan_stopped), listener);
		g_signal_connect(listener->session, "notify::g-name-owner", G_CALLBACK(on_owner_changed), listener);
		g_signal_connect(connection, "closed", G_CALLBACK(on_bus_closed), listener);
		failed = start(listener, options, batch_ms, &error);
		watch_radio(listener, manager, adapter);
	}
	if (failed) {
		*ret_exit = fail_call(error, failed);
		listener_close(listener);
		listener_free(listener);
		return NULL;
	}
	return listener;
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
		return;		/* gone: what it held is gone with it */
	if (broker_session1_call_read_advertisements_sync(listener->session, 1, &rest, &dropped, NULL, NULL))
		listener->dropped = dropped;
	broker_session1_call_close_sync(listener->session, NULL, NULL);
}

void listener_free(Listener *listener)
{
	if (!listener)
		return;
	if (listener->session) {
		GDBusConnection *connection = g_dbus_proxy_get_connection(G_DBUS_PROXY(listener->session));

		if (listener->filter)
			g_dbus_connection_remove_filter(connection, listener->filter);
		g_signal_handlers_disconnect_by_data(connection, listener);
		g_signal_handlers_disconnect_by_data(listener->session, listener);
		g_object_unref(listener->session);
	}
	if (listener->manager)
		g_signal_handlers_disconnect_by_data(listener->manager, listener);
	if (listener->radio)
		g_signal_handlers_disconnect_by_data(listener->radio, listener);
	g_clear_object(&listener->radio);
	g_clear_object(&listener->manager);
	g_mutex_clear(&listener->lock);
	g_free(listener);
}
