/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A session that holds something: opening it, calls on what lies under it, and waiting while it stands. */
#include "client/hold.h"

#include <glib-unix.h>
#include <string.h>
#include <unistd.h>

#include "build-config.h"
#include "client/boottime.h"
#include "client/fail.h"
#include "client/heard.h"
#include "client/output.h"
#include "client/signals.h"
#include "meaning/addr.h"

#define OPEN_TIMEOUT_MS (310 * 1000)	/* Init may wait for the radio to power on; 300 s is its longest setting */
#define CLOSE_TIMEOUT_MS 2000
#define CHARACTERISTIC "com.example.Bluetooth.RemoteCharacteristic1"
#define DESCRIPTOR "com.example.Bluetooth.RemoteDescriptor1"

struct Hold {
	GDBusConnection *connection;
	BrokerManager1 *manager;
	BrokerSession1 *session;
	char *daemon;		/* its unique name: no other can speak for it */
	char *path;		/* of the link */
	char address[ADDR_STRING_SIZE];
	int adapter;
	int timeout;		/* seconds; -1: none */
	uint64_t deadline;	/* USEC_NEVER: none */
	bool auto_reconnect;

	GMainLoop *loop;	/* while running, else NULL */
	ExitCode exit;
	bool ended;
	bool lost;		/* there is nothing to let go of */
	HoldNotified notified;
	void *userdata;
};

const char *hold_address(const Hold *hold)
{
	return hold->address;
}

int hold_adapter(const Hold *hold)
{
	return hold->adapter;
}

BrokerSession1 *hold_session(const Hold *hold)
{
	return hold->session;
}

int hold_time_left_ms(const Hold *hold)
{
	uint64_t now = boottime_now();

	if (hold->deadline == USEC_NEVER)
		return NO_TIMEOUT;
	return hold->deadline > now ? (int)MIN((hold->deadline - now) / USEC_PER_MSEC + 1, NO_TIMEOUT - 1) : 1;
}

ExitCode hold_fail(const Hold *hold, const GError *error, const char *doing)
{
	if (hold->deadline != USEC_NEVER && g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)) {
		fail_line("%s: not done within %d s (--timeout)", doing, hold->timeout);
		return EXIT_UNREACHABLE;
	}
	return fail_call(error, doing);
}

/* --- how it ends --- */

static void finish(Hold *hold, ExitCode code)
{
	if (hold->ended)
		return;
	hold->ended = true;
	hold->exit = code;
	if (hold->loop)
		g_main_loop_quit(hold->loop);
}

static const char *explain_loss(const char *reason)
{
	if (g_str_equal(reason, "radio-off"))
		return "the radio was switched off";
	if (g_str_equal(reason, "radio-gone"))
		return "the radio was unplugged";
	if (g_str_equal(reason, "bluez-gone"))
		return "bluetoothd went away";
	return "the device went away, or closed it";
}

static void on_disconnected(GDBusConnection *connection UNUSED, const char *sender UNUSED, const char *path UNUSED,
			    const char *interface UNUSED, const char *member UNUSED, GVariant *arguments, void *userdata)
{
	Hold *hold = userdata;
	const char *reason;

	if (hold->ended || !g_variant_is_of_type(arguments, G_VARIANT_TYPE("(s)")))
		return;
	g_variant_get(arguments, "(&s)", &reason);
	fail_line("the link to %s was lost: %s%s", hold->address, explain_loss(reason),
		  hold->auto_reconnect ? "; it will be opened again" : "");
	if (hold->auto_reconnect)
		return;
	finish(hold, g_str_equal(reason, "disconnected") ? EXIT_UNREACHABLE : EXIT_NO_RADIO);
}

/* Only where the link is opened again: else it ends before. */
static void on_link_changed(GDBusConnection *connection UNUSED, const char *sender UNUSED, const char *path,
			    const char *interface UNUSED, const char *member UNUSED, GVariant *arguments, void *userdata)
{
	Hold *hold = userdata;
	g_autoptr(GVariant) changed = NULL;
	gboolean connected;

	if (hold->ended || g_strcmp0(path, hold->path) != 0 || !g_variant_is_of_type(arguments, G_VARIANT_TYPE("(sa{sv}as)")))
		return;
	changed = g_variant_get_child_value(arguments, 1);
	if (g_variant_lookup(changed, "Connected", "b", &connected) && connected)
		fail_line("connected to %s again", hold->address);
}

/* --- opening and closing --- */

static bool open_session(Hold *hold, ExitCode *ret_exit)
{
	g_auto(GVariantDict) init = G_VARIANT_DICT_INIT(NULL);
	g_autoptr(GError) error = NULL;
	g_autofree char *path = NULL;

	g_dbus_proxy_set_default_timeout(G_DBUS_PROXY(hold->manager), OPEN_TIMEOUT_MS);
	if (broker_manager1_call_open_session_sync(hold->manager, (guint)hold->adapter, g_variant_dict_end(&init), &path,
						   NULL, &error))
		hold->session = broker_session1_proxy_new_sync(hold->connection,
				G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES | G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START, BUS_NAME,
				path, NULL, &error);
	if (!hold->session)
		*ret_exit = hold_fail(hold, error, "opening a session");
	return hold->session;
}

static bool connect_link(Hold *hold, const HoldRequest *request, ExitCode *ret_exit)
{
	g_autofree char *doing = g_strdup_printf("connecting to %s", hold->address);
	g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);
	g_autoptr(GError) error = NULL;

	/* before it can be lost; what comes is heard when the main loop runs */
	hold_subscribe(hold, "com.example.Bluetooth.Connection1", "Disconnected", on_disconnected, hold);
	if (hold->auto_reconnect)
		g_dbus_connection_signal_subscribe(hold->connection, hold->daemon, "org.freedesktop.DBus.Properties",
						   "PropertiesChanged", NULL, "com.example.Bluetooth.Connection1",
						   G_DBUS_SIGNAL_FLAGS_NONE, on_link_changed, hold, NULL);
	/* the daemon's own answer, which says more, is to come before GDBus gives up */
	if (hold->deadline != USEC_NEVER)
		g_variant_dict_insert(&dict, "timeout", "u", (uint32_t)hold_time_left_ms(hold));
	g_variant_dict_insert(&dict, "addr_type", "y", request->addr_type);
	g_variant_dict_insert(&dict, "priority", "y", request->priority);
	g_variant_dict_insert(&dict, "auto_reconnect", "b", request->auto_reconnect);
	g_dbus_proxy_set_default_timeout(G_DBUS_PROXY(hold->session), NO_TIMEOUT);
	if (!broker_session1_call_connect_sync(hold->session, hold->address, g_variant_dict_end(&dict), &hold->path, NULL,
					       &error))
		*ret_exit = hold_fail(hold, error, doing);
	return hold->path;
}

Hold *hold_open_session(const HoldRequest *request, ExitCode *ret_exit)
{
	uint64_t started = boottime_now();
	Hold *hold = g_new0(Hold, 1);

	hold->timeout = request->timeout;
	hold->auto_reconnect = request->auto_reconnect;
	hold->deadline = request->timeout > 0 ? started + (uint64_t)request->timeout * USEC_PER_SEC : USEC_NEVER;
	hold->adapter = -1;
	hold->connection = bus_connect(request->bus, ret_exit);
	if (hold->connection)
		hold->manager = bus_manager(hold->connection, ret_exit);
	if (hold->manager) {
		hold->adapter = bus_choose_adapter(hold->manager, request->adapter, ret_exit);
		hold->daemon = g_dbus_proxy_get_name_owner(G_DBUS_PROXY(hold->manager));
	}
	if (hold->adapter >= 0 && open_session(hold, ret_exit))
		return hold;
	hold_close(hold);
	return NULL;
}

Hold *hold_open(const HoldRequest *request, const char *address, ExitCode *ret_exit)
{
	Addr addr = { .type = ADDR_PUBLIC };
	Hold *hold;

	if (addr_parse(address, &addr) < 0) {
		fail_line("\"%.60s\" is not an address (AA:BB:CC:DD:EE:FF or aabbccddeeff)", address);
		*ret_exit = EXIT_USAGE;
		return NULL;
	}
	hold = hold_open_session(request, ret_exit);
	if (!hold)
		return NULL;
	addr_format(&addr, hold->address);
	if (connect_link(hold, request, ret_exit))
		return hold;
	hold_close(hold);
	return NULL;
}

void hold_close(Hold *hold)
{
	if (hold->session && !hold->lost) {
		g_dbus_proxy_set_default_timeout(G_DBUS_PROXY(hold->session), CLOSE_TIMEOUT_MS);
		broker_session1_call_close_sync(hold->session, NULL, NULL);	/* the daemon is gone, if that fails */
	}
	if (hold->manager)
		g_signal_handlers_disconnect_by_data(hold->manager, hold);
	if (hold->connection)
		g_signal_handlers_disconnect_by_data(hold->connection, hold);
	g_clear_object(&hold->session);
	g_clear_object(&hold->manager);
	g_clear_object(&hold->connection);
	g_free(hold->daemon);
	g_free(hold->path);
	g_free(hold);
}

/* --- calls --- */

BrokerConnection1 *hold_link(Hold *hold)
{
	BrokerConnection1 *link = broker_connection1_proxy_new_sync(hold->connection, G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START,
								    BUS_NAME, hold->path, NULL, NULL);

	if (link && !broker_connection1_get_address(link))
		g_clear_object(&link);
	return link;
}

unsigned hold_mtu(Hold *hold)
{
	g_autoptr(GVariant) reply = NULL;
	guint16 mtu = 0;

	reply = hold_call_path(hold, hold->path, "com.example.Bluetooth.Connection1", "GetMtu", NULL, "(q)", NULL);
	if (reply)
		g_variant_get(reply, "(q)", &mtu);
	return mtu;
}

GPtrArray *hold_tree(Hold *hold, ExitCode *ret_exit)
{
	g_autoptr(GVariant) objects = bus_objects(hold->connection, hold_time_left_ms(hold), ret_exit);
	g_autoptr(GVariant) dict = objects ? g_variant_get_child_value(objects, 0) : NULL;

	return dict ? gatt_tree_new(dict, hold->path) : NULL;
}

/* The generated proxies take byte arrays for strings that end with a NUL; so the attributes are called without them. */
GVariant *hold_call_path(Hold *hold, const char *path, const char *interface, const char *method, GVariant *arguments,
			 const char *reply_type, GError **error)
{
	return g_dbus_connection_call_sync(hold->connection, BUS_NAME, path, interface, method, arguments,
					   reply_type ? G_VARIANT_TYPE(reply_type) : NULL,
					   G_DBUS_CALL_FLAGS_NO_AUTO_START, hold_time_left_ms(hold), NULL, error);
}

void hold_send(Hold *hold, const char *path, const char *interface, const char *method, GVariant *arguments,
	       GAsyncReadyCallback done, void *userdata)
{
	g_dbus_connection_call(hold->connection, BUS_NAME, path, interface, method, arguments, NULL,
			       G_DBUS_CALL_FLAGS_NO_AUTO_START, NO_TIMEOUT, NULL, done, userdata);
}

void hold_subscribe(Hold *hold, const char *interface, const char *member, GDBusSignalCallback heard, void *userdata)
{
	g_dbus_connection_signal_subscribe(hold->connection, hold->daemon, interface, member, NULL, NULL,
					   G_DBUS_SIGNAL_FLAGS_NONE, heard, userdata, NULL);
}

GVariant *hold_call(Hold *hold, const GattAttr *attr, const char *method, GVariant *arguments, const char *reply_type,
		    GError **error)
{
	return hold_call_path(hold, attr->path, attr->kind == GATT_DESCRIPTOR ? DESCRIPTOR : CHARACTERISTIC, method,
			      arguments, reply_type, error);
}

GBytes *hold_read(Hold *hold, const GattAttr *attr, unsigned offset, GError **error)
{
	g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);
	g_autoptr(GVariant) reply = NULL;
	g_autoptr(GVariant) value = NULL;

	if (offset > 0)
		g_variant_dict_insert(&dict, "offset", "q", (guint16)offset);
	reply = hold_call(hold, attr, "Read", g_variant_new("(@a{sv})", g_variant_dict_end(&dict)), "(ay)", error);
	value = reply ? g_variant_get_child_value(reply, 0) : NULL;
	return value ? g_variant_get_data_as_bytes(value) : NULL;
}

/* --- waiting --- */

void hold_end(Hold *hold)
{
	finish(hold, EXIT_DONE);
}

static void lose(Hold *hold, const char *what)
{
	hold->lost = true;
	if (hold->ended)
		return;
	fail_line("%s went away; see: systemctl status bluebrokerd dbus", what);
	finish(hold, EXIT_NO_DAEMON);
}

static void on_bus_closed(GDBusConnection *connection UNUSED, gboolean remote UNUSED, GError *error UNUSED, Hold *hold)
{
	lose(hold, "the message bus");
}

static void on_owner_changed(GObject *proxy, GParamSpec *property UNUSED, Hold *hold)
{
	g_autofree char *owner = g_dbus_proxy_get_name_owner(G_DBUS_PROXY(proxy));

	/* a closed bus takes the name along; that is told by on_bus_closed() */
	if (g_strcmp0(owner, hold->daemon) != 0 && !g_dbus_connection_is_closed(hold->connection))
		lose(hold, "bluebrokerd");
}

static void on_notification(GDBusConnection *connection UNUSED, const char *sender UNUSED, const char *path UNUSED,
			    const char *interface UNUSED, const char *member UNUSED, GVariant *arguments, void *userdata)
{
	Hold *hold = userdata;
	g_autoptr(GVariant) value = NULL;
	guint64 time;
	const uint8_t *bytes;
	size_t length;

	if (hold->ended || !g_variant_is_of_type(arguments, G_VARIANT_TYPE("(tay)")))
		return;
	g_variant_get(arguments, "(t@ay)", &time, &value);
	bytes = g_variant_get_fixed_array(value, &length, 1);
	hold->notified(hold->userdata, time, bytes, length);
}

void hold_listen(Hold *hold, const GattAttr *attr, HoldNotified notified, void *userdata)
{
	hold->notified = notified;
	hold->userdata = userdata;
	g_dbus_connection_signal_subscribe(hold->connection, hold->daemon, CHARACTERISTIC, "Notification", attr->path, NULL,
					   G_DBUS_SIGNAL_FLAGS_NONE, on_notification, hold, NULL);
}

static gboolean on_signals(gint fd UNUSED, GIOCondition condition UNUSED, gpointer userdata)
{
	while (signals_read() != 0)
		hold_end(userdata);
	return G_SOURCE_CONTINUE;
}

static gboolean on_reader_gone(gint fd UNUSED, GIOCondition condition UNUSED, gpointer userdata)
{
	hold_end(userdata);
	return G_SOURCE_REMOVE;
}

static gboolean on_time(gpointer userdata)
{
	hold_end(userdata);
	return G_SOURCE_REMOVE;
}

void hold_watch(Hold *hold, bool timed, bool output)
{
	g_unix_fd_add(signals_open(false), G_IO_IN, on_signals, hold);
	if (output)
		g_unix_fd_add(STDOUT_FILENO, G_IO_ERR | G_IO_HUP, on_reader_gone, hold);
	if (timed && hold->deadline != USEC_NEVER)
		g_timeout_add((guint)hold_time_left_ms(hold), on_time, hold);
	g_signal_connect(hold->manager, "notify::g-name-owner", G_CALLBACK(on_owner_changed), hold);
	g_signal_connect(hold->connection, "closed", G_CALLBACK(on_bus_closed), hold);
}

/* The main context is not run again afterwards, so what is attached to it may stay. */
ExitCode hold_run(Hold *hold)
{
	hold->loop = g_main_loop_new(NULL, FALSE);
	if (!hold->ended)
		g_main_loop_run(hold->loop);
	g_main_loop_unref(hold->loop);
	hold->loop = NULL;
	return hold->exit;
}
