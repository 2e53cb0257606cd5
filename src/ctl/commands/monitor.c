/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bluebrokerctl monitor: what comes, changes and goes at the daemon. Radios and links are signalled to
 * everybody; of sessions, clients, bonds and programs it is signalled that there is something to ask for.
 */
#include <limits.h>
#include <string.h>

#include "build-config.h"
#include "client/bus.h"
#include "client/fail.h"
#include "client/output.h"
#include "client/until.h"
#include "ctl/commands.h"
#include "ctl/monitor/objects.h"
#include "ctl/monitor/tracker.h"

#define MANAGER_INTERFACE "com.example.Bluetooth.Manager1"
#define PROPERTIES_INTERFACE "org.freedesktop.DBus.Properties"
#define TREE_INTERFACE "org.freedesktop.DBus.ObjectManager"

typedef struct Monitor {
	const Options *options;
	GDBusConnection *connection;
	Objects objects;
	Until until;
	char *daemon;		/* its unique name; NULL: it is away */
	GCancellable *calls;	/* those to that daemon */
	bool first;		/* what is asked for was there before we came */
	unsigned asked;		/* answers that are not there yet */
	bool again;		/* when they are there, it is to be asked anew */
	uint64_t events;
} Monitor;

static void on_line(void *userdata, const char *text, size_t length, bool first)
{
	Monitor *monitor = userdata;

	if (monitor->until.ended)
		return;
	if (!output_write(text, length))
		until_end(&monitor->until, EXIT_DONE);
	if (!first && ++monitor->events == monitor->options->count)
		until_end(&monitor->until, EXIT_DONE);
}

/* --- what is asked for --- */

typedef struct Question {
	Monitor *monitor;
	char *radio;		/* or NULL */
	void (*answered)(Monitor *monitor, const char *radio, GVariant *reply);
} Question;

static void ask_all(Monitor *monitor);

static void on_all_answered(Monitor *monitor)
{
	monitor->first = false;
	if (monitor->again)
		ask_all(monitor);
}

/* A radio that went, or a daemon that is too busy, is no error here: it is asked again. */
static void on_answer(GObject *source, GAsyncResult *result, void *userdata)
{
	Question *question = userdata;
	Monitor *monitor = question->monitor;
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);

	if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
		if (reply)
			question->answered(monitor, question->radio, reply);
		if (--monitor->asked == 0)
			on_all_answered(monitor);
	}
	g_free(question->radio);
	g_free(question);
}

static void ask(Monitor *monitor, const char *radio, const char *interface, const char *member,
		GVariant *arguments, const char *type,
		void (*answered)(Monitor *monitor, const char *radio, GVariant *reply))
{
	g_autofree char *path = g_strconcat(BROKER_PATH, radio ? "/" : NULL, radio, NULL);
	Question *question = g_new0(Question, 1);

	*question = (Question){ .monitor = monitor, .radio = g_strdup(radio), .answered = answered };
	monitor->asked++;
	g_dbus_connection_call(monitor->connection, monitor->daemon, path, interface, member, arguments,
			       G_VARIANT_TYPE(type), G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, monitor->calls,
			       on_answer, question);
}

/* The parts of a row's path, /com/example/Bluetooth/hciN[/session/K], of that key; id: K, or NULL. False:
 * there is none. The caller owns both. */
static bool split_path(GVariant *row, const char *key, char **ret_radio, char **ret_id)
{
	const char *path, *rest = NULL;

	if (!g_variant_lookup(row, key, "&o", &path))
		return false;
	*ret_radio = objects_radio(path, &rest);
	*ret_id = NULL;
	if (*ret_radio && g_str_has_prefix(rest, "/session/"))
		*ret_id = g_strdup(rest + strlen("/session/"));
	return *ret_radio;
}

static void show_row(Monitor *monitor, ThingKind kind, const char *listed_radio, GVariant *row)
{
	g_autofree char *radio = g_strdup(listed_radio), *id = NULL;
	uint32_t pid;

	if (kind == THING_SESSION && !split_path(row, "Path", &radio, &id))
		return;
	if (kind == THING_CLIENT && !split_path(row, "Adapter", &radio, &id))
		return;
	if (kind == THING_CLIENT || kind == THING_BOND)
		g_variant_lookup(row, "Address", "s", &id);
	if (kind == THING_PROGRAM && g_variant_lookup(row, "Pid", "u", &pid))
		id = g_strdup_printf("%u", pid);
	if (id)
		tracker_update(monitor->objects.tracker, kind, radio, id, row, monitor->first);
}

static void show_rows(Monitor *monitor, ThingKind kind, const char *radio, GVariant *rows)
{
	size_t n = rows ? g_variant_n_children(rows) : 0;

	tracker_begin_list(monitor->objects.tracker, kind, radio);
	for (size_t i = 0; i < n; i++) {
		g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);

		show_row(monitor, kind, radio, row);
	}
	tracker_end_list(monitor->objects.tracker, kind, radio);
}

static void on_stats(Monitor *monitor, const char *radio UNUSED, GVariant *reply)
{
	static const struct {
		const char *key;
		ThingKind kind;
	} lists[] = {
		{ "Sessions", THING_SESSION },
		{ "Clients", THING_CLIENT },
		{ "BlueZPrograms", THING_PROGRAM },
	};
	g_autoptr(GVariant) stats = g_variant_get_child_value(reply, 0);

	tracker_update(monitor->objects.tracker, THING_BLUETOOTHD, NULL, NULL, stats, monitor->first);
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		g_autoptr(GVariant) rows =
			g_variant_lookup_value(stats, lists[i].key, G_VARIANT_TYPE("aa{sv}"));

		show_rows(monitor, lists[i].kind, NULL, rows);
	}
}

static void on_bonds(Monitor *monitor, const char *radio, GVariant *reply)
{
	g_autoptr(GVariant) rows = g_variant_get_child_value(reply, 0);

	show_rows(monitor, THING_BOND, radio, rows);
}

static void ask_all(Monitor *monitor)
{
	GHashTableIter iter;
	void *radio;

	monitor->again = false;
	ask(monitor, NULL, MANAGER_INTERFACE, "GetStats", NULL, "(a{sv})", on_stats);
	g_hash_table_iter_init(&iter, monitor->objects.radios);
	while (g_hash_table_iter_next(&iter, &radio, NULL))
		ask(monitor, radio, ADAPTER_INTERFACE, "GetBonds", NULL, "(aa{sv})", on_bonds);
}

/* Not while the last answers are still to come: they may be older. */
static void ask_again(Monitor *monitor)
{
	monitor->again = true;
	if (monitor->asked == 0)
		ask_all(monitor);
}

static void on_signal(GDBusConnection *connection UNUSED, const char *sender, const char *path,
		      const char *interface UNUSED, const char *member, GVariant *body, void *userdata)
{
	Monitor *monitor = userdata;
	g_autoptr(GVariant) dict = NULL;
	g_autofree const char **names = NULL;
	const char *name;

	if (g_strcmp0(sender, monitor->daemon) != 0)
		return;
	if (g_str_equal(member, "Changed")) {
		ask_again(monitor);
	} else if (g_str_equal(member, "InterfacesAdded") &&
	    g_variant_is_of_type(body, G_VARIANT_TYPE("(oa{sa{sv}})"))) {
		g_variant_get(body, "(&o@a{sa{sv}})", &name, &dict);
		objects_show(&monitor->objects, name, dict, false);
	} else if (g_str_equal(member, "InterfacesRemoved") &&
		   g_variant_is_of_type(body, G_VARIANT_TYPE("(oas)"))) {
		g_variant_get(body, "(&o^a&s)", &name, &names);
		objects_hide(&monitor->objects, name, names);
	} else if (g_str_equal(member, "PropertiesChanged") &&
		   g_variant_is_of_type(body, G_VARIANT_TYPE("(sa{sv}as)"))) {
		g_variant_get(body, "(&s@a{sv}as)", &name, &dict, NULL);
		objects_change(&monitor->objects, path, name, dict);
	}
}

/* --- the daemon comes and goes --- */

static void on_version(Monitor *monitor, const char *radio UNUSED, GVariant *reply)
{
	g_autoptr(GVariant) facts = g_variant_get_child_value(reply, 0);

	tracker_update(monitor->objects.tracker, THING_DAEMON, NULL, NULL, facts, monitor->events == 0);
}

/* Signals that were sent before this answer have been heard, and those that come later change it. */
static void on_objects(Monitor *monitor, const char *radio UNUSED, GVariant *reply)
{
	g_autoptr(GVariant) objects = g_variant_get_child_value(reply, 0);
	size_t n = g_variant_n_children(objects);

	for (size_t i = 0; i < n; i++) {
		g_autoptr(GVariant) interfaces = NULL;
		const char *path;

		g_variant_get_child(objects, i, "{&o@a{sa{sv}}}", &path, &interfaces);
		objects_show(&monitor->objects, path, interfaces, true);
	}
	ask_all(monitor);
}

/* A daemon that goes is an event. One that does not know the method is too old, and would tell too little. */
static void on_watched(GObject *source, GAsyncResult *result, void *userdata)
{
	Monitor *monitor = userdata;
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);

	if (g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD))
		until_end(&monitor->until, fail_call(error, "watching the daemon"));
}

static void on_appeared(GDBusConnection *connection, const char *name UNUSED, const char *owner,
			void *userdata)
{
	Monitor *monitor = userdata;

	monitor->daemon = g_strdup(owner);
	monitor->calls = g_cancellable_new();
	monitor->first = true;
	monitor->again = false;
	g_dbus_connection_call(connection, owner, BROKER_PATH, MANAGER_INTERFACE, "Watch",
			       g_variant_new("(b)", TRUE), NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, -1,
			       monitor->calls, on_watched, monitor);
	ask(monitor, NULL, PROPERTIES_INTERFACE, "GetAll", g_variant_new("(s)", MANAGER_INTERFACE), "(a{sv})",
	    on_version);
	ask(monitor, NULL, TREE_INTERFACE, "GetManagedObjects", NULL, "(a{oa{sa{sv}}})", on_objects);
}

static void on_vanished(GDBusConnection *connection, const char *name UNUSED, void *userdata)
{
	Monitor *monitor = userdata;

	/* with the bus its names are gone, too; on_closed() reports that */
	if (!monitor->daemon || !connection || g_dbus_connection_is_closed(connection))
		return;
	g_cancellable_cancel(monitor->calls);
	g_clear_object(&monitor->calls);
	g_clear_pointer(&monitor->daemon, g_free);
	monitor->asked = 0;
	tracker_remove(monitor->objects.tracker, THING_DAEMON, NULL, NULL);
	tracker_clear(monitor->objects.tracker);
	g_hash_table_remove_all(monitor->objects.radios);
}

static void on_closed(GDBusConnection *connection UNUSED, gboolean remote UNUSED, GError *error UNUSED,
		      Monitor *monitor)
{
	if (monitor->until.ended)
		return;
	fail_line("the message bus went away; see: systemctl status dbus");
	until_end(&monitor->until, EXIT_NO_DAEMON);
}

static void subscribe(Monitor *monitor, const char *interface, const char *member)
{
	g_dbus_connection_signal_subscribe(monitor->connection, BUS_NAME, interface, member, NULL, NULL,
					   G_DBUS_SIGNAL_FLAGS_NONE, on_signal, monitor, NULL);
}

/* Looks for the daemon, and for the radio if one is named: for an error if they are not there. */
static GDBusConnection *connect_first(const Options *options, ExitCode *ret_exit)
{
	g_autoptr(GDBusConnection) connection = bus_connect(options->session.bus, ret_exit);
	g_autoptr(BrokerManager1) manager = connection ? bus_manager(connection, ret_exit) : NULL;
	g_autoptr(BrokerAdapter1) adapter = NULL;

	if (!manager)
		return NULL;
	if (options->session.adapter >= 0) {
		adapter = bus_adapter(manager, options->session.adapter, ret_exit);
		if (!adapter)
			return NULL;
	}
	return g_steal_pointer(&connection);
}

ExitCode command_monitor(const Options *options)
{
	g_autofree char *radio = g_strdup_printf("hci%d", options->session.adapter);
	Monitor monitor = { .options = options };
	const TrackerOutput output = {
		.json = options->json,
		.colour = options->colour,
		.radio = options->session.adapter >= 0 ? radio : NULL,
		.line = on_line,
		.userdata = &monitor,
	};
	g_autoptr(Tracker) tracker = tracker_new(&output);
	g_autoptr(GHashTable) radios = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GDBusConnection) connection = NULL;
	ExitCode code = EXIT_FAILED;

	connection = connect_first(options, &code);
	if (!connection)
		return code;
	monitor.objects.tracker = tracker;
	monitor.objects.radios = radios;
	monitor.connection = connection;
	subscribe(&monitor, MANAGER_INTERFACE, "Changed");
	subscribe(&monitor, TREE_INTERFACE, NULL);
	subscribe(&monitor, PROPERTIES_INTERFACE, "PropertiesChanged");
	g_signal_connect(connection, "closed", G_CALLBACK(on_closed), &monitor);
	g_bus_watch_name_on_connection(connection, BUS_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE, on_appeared,
				       on_vanished, &monitor, NULL);
	until_watch(&monitor.until, true,
		    (unsigned)CLAMP(options->session.timeout, 0, INT_MAX / 1000) * 1000);
	code = until_run(&monitor.until);
	g_signal_handlers_disconnect_by_data(connection, &monitor);
	g_clear_object(&monitor.calls);
	g_free(monitor.daemon);
	return code;
}
