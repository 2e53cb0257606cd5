/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bluebrokerctl monitor: what comes, changes and goes at the daemon. Radios and links are signalled to
 * everybody; rows of sessions, clients, bonds and programs to those who watch, and may see them.
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
#include "ctl/monitor/rows.h"
#include "ctl/monitor/tracker.h"

#define MANAGER_INTERFACE "com.example.Bluetooth.Manager1"
#define PROPERTIES_INTERFACE "org.freedesktop.DBus.Properties"
#define TREE_INTERFACE "org.freedesktop.DBus.ObjectManager"

#define RETRY_SECONDS 1

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
	GQueue waiting;		/* GVariant: bodies of RowChanged that came meanwhile */
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
	const char *interface, *member, *type;
	GVariant *arguments;
	GCancellable *calls;	/* the monitor's, as it was then */
	void (*answered)(Monitor *monitor, const char *radio, GVariant *reply);
} Question;

static void question_free(Question *question)
{
	g_free(question->radio);
	g_variant_unref(question->arguments);
	g_object_unref(question->calls);
	g_free(question);
}

static void ask_all(Monitor *monitor);

/* A row may have changed before or after the answer was written: it is as the last signal tells. */
static void on_all_answered(Monitor *monitor)
{
	GVariant *body;

	if (monitor->again) {
		ask_all(monitor);
		return;
	}
	monitor->first = false;
	while ((body = g_queue_pop_head(&monitor->waiting))) {
		rows_change(monitor->objects.tracker, body);
		g_variant_unref(body);
	}
}

/* Not while the last answers are still to come: they may be older. */
static void ask_again(Monitor *monitor)
{
	monitor->again = true;
	if (monitor->asked == 0)
		ask_all(monitor);
}

static void send_question(Question *question);

static int on_retry(void *userdata)
{
	Question *question = userdata;

	if (g_cancellable_is_cancelled(question->calls))
		question_free(question);
	else
		send_question(question);
	return G_SOURCE_REMOVE;
}

/* A daemon that has too much to do is asked again in a while. A radio that went has nothing to tell. */
static bool is_to_be_asked_again(const Question *question)
{
	return !question->radio || g_hash_table_contains(question->monitor->objects.radios, question->radio);
}

static void on_answer(GObject *source, GAsyncResult *result, void *userdata)
{
	Question *question = userdata;
	Monitor *monitor = question->monitor;
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);

	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
		question_free(question);
		return;
	}
	if (!reply && is_to_be_asked_again(question)) {
		g_timeout_add_seconds(RETRY_SECONDS, on_retry, question);
		return;
	}
	if (reply)
		question->answered(monitor, question->radio, reply);
	question_free(question);
	if (--monitor->asked == 0)
		on_all_answered(monitor);
}

static void send_question(Question *question)
{
	g_autofree char *path = g_strconcat(BROKER_PATH, question->radio ? "/" : NULL, question->radio, NULL);
	const Monitor *monitor = question->monitor;

	g_dbus_connection_call(monitor->connection, monitor->daemon, path, question->interface,
			       question->member, question->arguments, G_VARIANT_TYPE(question->type),
			       G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, question->calls, on_answer, question);
}

static void ask(Monitor *monitor, const char *radio, const char *interface, const char *member,
		GVariant *arguments, const char *type,
		void (*answered)(Monitor *monitor, const char *radio, GVariant *reply))
{
	Question *question = g_new0(Question, 1);

	*question = (Question){
		.monitor = monitor,
		.radio = g_strdup(radio),
		.interface = interface,
		.member = member,
		.type = type,
		.arguments = g_variant_ref_sink(arguments ? arguments : g_variant_new("()")),
		.calls = g_object_ref(monitor->calls),
		.answered = answered,
	};
	monitor->asked++;
	send_question(question);
}

static void on_stats(Monitor *monitor, const char *radio UNUSED, GVariant *reply)
{
	rows_take_stats(monitor->objects.tracker, reply, monitor->first);
}

static void on_bonds(Monitor *monitor, const char *radio, GVariant *reply)
{
	rows_take_bonds(monitor->objects.tracker, radio, reply, monitor->first);
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

static void on_row(Monitor *monitor, GVariant *body)
{
	if (monitor->asked > 0)
		g_queue_push_tail(&monitor->waiting, g_variant_ref(body));
	else
		rows_change(monitor->objects.tracker, body);
}

/* We did not take what we were sent: what is there now is told by what it differs in. */
static void on_rows_lost(Monitor *monitor, GVariant *body)
{
	uint64_t rows;

	g_variant_get(body, "(t)", &rows);
	tracker_lost(monitor->objects.tracker, rows);
	ask_again(monitor);
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
	if (g_str_equal(member, "RowChanged") && g_variant_is_of_type(body, G_VARIANT_TYPE("(uba{sv})"))) {
		on_row(monitor, body);
	} else if (g_str_equal(member, "RowsLost") && g_variant_is_of_type(body, G_VARIANT_TYPE("(t)"))) {
		on_rows_lost(monitor, body);
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

/* A daemon that goes is an event. One that refuses would tell too little: it is too old to know the method,
 * or there are too many monitors. */
static void on_watched(GObject *source, GAsyncResult *result, void *userdata)
{
	Monitor *monitor = userdata;
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);

	g_autofree char *name = error ? g_dbus_error_get_remote_error(error) : NULL;

	if (g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD) ||
	    (name && g_str_has_prefix(name, "com.example.Bluetooth.Error.")))
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
	g_dbus_connection_call(connection, owner, BROKER_PATH, MANAGER_INTERFACE, "WatchRows",
			       g_variant_new("(b)", TRUE), NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, -1,
			       monitor->calls, on_watched, monitor);
	ask(monitor, NULL, PROPERTIES_INTERFACE, "GetAll", g_variant_new("(s)", MANAGER_INTERFACE), "(a{sv})",
	    on_version);
	ask(monitor, NULL, TREE_INTERFACE, "GetManagedObjects", NULL, "(a{oa{sa{sv}}})", on_objects);
}

static void forget_waiting(Monitor *monitor)
{
	g_queue_clear_full(&monitor->waiting, (GDestroyNotify)g_variant_unref);
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
	forget_waiting(monitor);
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
	subscribe(&monitor, MANAGER_INTERFACE, NULL);
	subscribe(&monitor, TREE_INTERFACE, NULL);
	subscribe(&monitor, PROPERTIES_INTERFACE, "PropertiesChanged");
	g_signal_connect(connection, "closed", G_CALLBACK(on_closed), &monitor);
	g_bus_watch_name_on_connection(connection, BUS_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE, on_appeared,
				       on_vanished, &monitor, NULL);
	until_watch(&monitor.until, true,
		    (unsigned)CLAMP(options->session.timeout, 0, INT_MAX / 1000) * 1000);
	code = until_run(&monitor.until);
	g_signal_handlers_disconnect_by_data(connection, &monitor);
	forget_waiting(&monitor);
	g_clear_object(&monitor.calls);
	g_free(monitor.daemon);
	return code;
}
