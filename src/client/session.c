/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A private session: opening it, calls, and waiting while it lasts. */
#include "client/session.h"

#include "build-config.h"
#include "client/boottime.h"
#include "client/fail.h"
#include "client/until.h"

#define OPEN_TIMEOUT_MS (310 * 1000)	/* Init may wait for the radio to power on: 300 s at most */
#define CLOSE_TIMEOUT_MS 2000

struct Session {
	GDBusConnection *connection;
	BrokerManager1 *manager;
	BrokerSession1 *proxy;
	GArray *subscriptions;	/* guint, of the connection's signals */
	char *daemon;		/* its unique name: signals from others are ignored */
	int adapter;
	int timeout;		/* seconds; -1: none */
	uint64_t deadline;	/* USEC_NEVER: none */

	Until until;
	bool lost;		/* daemon or bus are gone: nothing to close */
};

GDBusConnection *session_connection(const Session *session)
{
	return session->connection;
}

BrokerManager1 *session_manager(const Session *session)
{
	return session->manager;
}

BrokerSession1 *session_proxy(const Session *session)
{
	return session->proxy;
}

const char *session_path(const Session *session)
{
	return g_dbus_proxy_get_object_path(G_DBUS_PROXY(session->proxy));
}

int session_adapter(const Session *session)
{
	return session->adapter;
}

bool session_is_timed(const Session *session)
{
	return session->deadline != USEC_NEVER;
}

int session_time_left_ms(const Session *session)
{
	uint64_t now = boottime_now(), left;

	if (!session_is_timed(session))
		return SESSION_NO_TIMEOUT;
	left = session->deadline > now ? (session->deadline - now) / USEC_PER_MSEC : 0;
	return (int)MIN(left + 1, SESSION_NO_TIMEOUT - 1);
}

ExitCode session_fail(const Session *session, const GError *error, const char *doing)
{
	if (session_is_timed(session) && g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)) {
		fail_line("%s: not done within %d s (--timeout)", doing, session->timeout);
		return EXIT_UNREACHABLE;
	}
	return fail_call(error, doing);
}

/* --- opening and closing --- */

void session_request_init(SessionRequest *request, const char *key, GVariant *value)
{
	g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(request->init);

	g_variant_dict_insert_value(&dict, key, value);
	g_clear_pointer(&request->init, g_variant_unref);
	request->init = g_variant_ref_sink(g_variant_dict_end(&dict));
}

void session_request_clear(SessionRequest *request)
{
	g_clear_pointer(&request->bus, g_free);
	g_clear_pointer(&request->init, g_variant_unref);
}

static bool open_object(Session *session, GVariant *wanted, ExitCode *ret_exit)
{
	GDBusProxyFlags flags = G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES |
				G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START;
	g_auto(GVariantDict) init = G_VARIANT_DICT_INIT(wanted);
	g_autoptr(GError) error = NULL;
	g_autofree char *path = NULL;

	g_dbus_proxy_set_default_timeout(G_DBUS_PROXY(session->manager), OPEN_TIMEOUT_MS);
	if (broker_manager1_call_open_session_sync(session->manager, (guint)session->adapter,
						   g_variant_dict_end(&init), &path, NULL, &error))
		session->proxy = broker_session1_proxy_new_sync(session->connection, flags, BUS_NAME, path,
								NULL, &error);
	if (!session->proxy)
		*ret_exit = session_fail(session, error, "opening a session");
	return session->proxy;
}

Session *session_open(const SessionRequest *request, ExitCode *ret_exit)
{
	uint64_t started = boottime_now();
	g_autoptr(Session) session = g_new0(Session, 1);

	session->timeout = request->timeout;
	session->deadline = USEC_NEVER;
	if (request->timeout > 0)
		session->deadline = started + (uint64_t)request->timeout * USEC_PER_SEC;
	session->adapter = -1;
	session->connection = bus_connect(request->bus, ret_exit);
	if (session->connection)
		session->manager = bus_manager(session->connection, ret_exit);
	if (session->manager) {
		session->adapter = bus_choose_adapter(session->manager, request->adapter, ret_exit);
		session->daemon = g_dbus_proxy_get_name_owner(G_DBUS_PROXY(session->manager));
	}
	if (session->adapter < 0 || !open_object(session, request->init, ret_exit))
		return NULL;
	return g_steal_pointer(&session);
}

void session_close(Session *session)
{
	if (session->proxy && !session->lost) {
		g_dbus_proxy_set_default_timeout(G_DBUS_PROXY(session->proxy), CLOSE_TIMEOUT_MS);
		/* an error means that the daemon is gone, and the session with it */
		broker_session1_call_close_sync(session->proxy, NULL, NULL);
	}
	/* the connection may be shared, and live on */
	for (guint i = 0; session->subscriptions && i < session->subscriptions->len; i++)
		g_dbus_connection_signal_unsubscribe(session->connection,
						     g_array_index(session->subscriptions, guint, i));
	g_clear_pointer(&session->subscriptions, g_array_unref);
	if (session->manager)
		g_signal_handlers_disconnect_by_data(session->manager, session);
	if (session->connection)
		g_signal_handlers_disconnect_by_data(session->connection, session);
	g_clear_object(&session->proxy);
	g_clear_object(&session->manager);
	g_clear_object(&session->connection);
	g_free(session->daemon);
	g_free(session);
}

/* --- calls --- */

/* For attributes, because the generated proxies take byte arrays for strings that end with a NUL. */
GVariant *session_call(Session *session, const char *path, const char *interface, const char *method,
		       GVariant *arguments, const char *reply_type, GError **error)
{
	return g_dbus_connection_call_sync(session->connection, BUS_NAME, path, interface, method, arguments,
					   reply_type ? G_VARIANT_TYPE(reply_type) : NULL,
					   G_DBUS_CALL_FLAGS_NO_AUTO_START, session_time_left_ms(session),
					   NULL, error);
}

void session_send(Session *session, const char *path, const char *interface, const char *method,
		  GVariant *arguments, GAsyncReadyCallback done, void *userdata)
{
	g_dbus_connection_call(session->connection, BUS_NAME, path, interface, method, arguments, NULL,
			       G_DBUS_CALL_FLAGS_NO_AUTO_START, SESSION_NO_TIMEOUT, NULL, done, userdata);
}

void session_subscribe(Session *session, const char *path, const char *interface, const char *member,
		       const char *arg0, GDBusSignalCallback heard, void *userdata)
{
	guint id = g_dbus_connection_signal_subscribe(session->connection, session->daemon, interface,
						      member, path, arg0, G_DBUS_SIGNAL_FLAGS_NONE, heard,
						      userdata, NULL);

	if (!session->subscriptions)
		session->subscriptions = g_array_new(FALSE, FALSE, sizeof(guint));
	g_array_append_val(session->subscriptions, id);
}

/* --- waiting --- */

void session_end(Session *session, ExitCode code)
{
	until_end(&session->until, code);
}

bool session_ended(const Session *session)
{
	return session->until.ended;
}

static void lose(Session *session, const char *what)
{
	session->lost = true;
	if (session->until.ended)
		return;
	session_end(session, fail_gone(what));
}

static void on_bus_closed(GDBusConnection *connection UNUSED, gboolean remote UNUSED, GError *error UNUSED,
			  Session *session)
{
	lose(session, "the message bus");
}

static void on_owner_changed(GObject *proxy, GParamSpec *property UNUSED, Session *session)
{
	g_autofree char *owner = g_dbus_proxy_get_name_owner(G_DBUS_PROXY(proxy));

	/* with the bus its names are gone, too; on_bus_closed() reports that */
	if (g_strcmp0(owner, session->daemon) != 0 && !g_dbus_connection_is_closed(session->connection))
		lose(session, "bluebrokerd");
}

void session_watch(Session *session, bool timed, bool output)
{
	until_watch(&session->until, output,
		    timed && session_is_timed(session) ? (unsigned)session_time_left_ms(session) : 0);
	g_signal_connect(session->manager, "notify::g-name-owner", G_CALLBACK(on_owner_changed), session);
	g_signal_connect(session->connection, "closed", G_CALLBACK(on_bus_closed), session);
}

ExitCode session_run(Session *session)
{
	return until_run(&session->until);
}
