/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long the daemon takes to start. */
#include "start.h"

#include "bench.h"

#define START_GOAL_MS 50

/* In GDBus' own thread, so that nothing delays it. */
static GDBusMessage *on_message(GDBusConnection *connection, GDBusMessage *message,
				gboolean incoming, void *data)
{
	GVariant *body = g_dbus_message_get_body(message);
	const char *name, *new;

	(void)connection;
	if (!incoming || g_strcmp0(g_dbus_message_get_member(message), "NameOwnerChanged") != 0 ||
	    !body || !g_variant_is_of_type(body, G_VARIANT_TYPE("(sss)")))
		return message;
	g_variant_get(body, "(&s&s&s)", &name, NULL, &new);
	if (g_str_equal(name, WORLD_NAME) && new[0] != '\0')
		__atomic_store_n((int64_t *)data, g_get_monotonic_time(), __ATOMIC_SEQ_CST);
	return message;
}

void start_measure(World *world, Figures *figures, unsigned int starts)
{
	Client *watcher = client_new(world_address(world));
	g_autoptr(GArray) times = g_array_new(FALSE, FALSE, sizeof(double));
	int64_t named = 0;
	guint filter;

	client_subscribe(watcher, "org.freedesktop.DBus", "org.freedesktop.DBus",
			 "NameOwnerChanged", NULL);
	client_sync(watcher);
	filter = g_dbus_connection_add_filter(client_connection(watcher), on_message, &named, NULL);
	for (unsigned int i = 0; i < starts; i++) {
		int64_t start;
		double ms;

		world_daemon_stop(world);
		start = g_get_monotonic_time();
		world_daemon_start(world);
		client_sync(watcher);
		ms = (double)(__atomic_load_n(&named, __ATOMIC_SEQ_CST) - start) / 1000;
		g_array_append_val(times, ms);
	}
	g_dbus_connection_remove_filter(client_connection(watcher), filter);
	client_free(watcher);

	figures_add_goal(figures, "start", "ms", 1, bench_percentile(times, 50), START_GOAL_MS,
			 "from exec to the bus name, median of %u", starts);
	figures_add(figures, "start", "ms", 1, bench_percentile(times, 100), "slowest");
}
