/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Notifications to many programs. */
#include "links-fanout.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gio/gunixfdlist.h>
#include <glib-unix.h>

#define PROPERTIES "org.freedesktop.DBus.Properties"
#define NOTIFICATIONS_A_SECOND 1000
#define CHAR_NOTIFY_EVENT 0x20
#define QUIET_MS 5000 /* then no more are awaited */
#define POLL_MS 100
/* What is sent at once: fewer than the datagrams that a socket holds, which are some 270. */
#define BURST 200

typedef struct Run Run;

typedef struct Subscriber {
	Run *run;
	Client *client;
	guint signals, readable;
	int fd;
	unsigned int next; /* the running number that comes next */
	unsigned int got, lost, copies;
} Subscriber;

struct Run {
	Bed *bed;
	Fanout fanout;
	unsigned int subscribers, count;
	unsigned int base; /* the number of the burst's first value */
	char *path;
	Subscriber *list;
	bool *seen; /* by number: whether anybody has got it */
	int64_t last; /* when the last came */
	double seconds; /* that they took */
};

static const char *const fanout_names[_FANOUT_MAX] = {
	[FANOUT_SIGNAL] = "bluebrokerd, by signal",
	[FANOUT_FD] = "bluebrokerd, by fd",
	[FANOUT_BLUEZ] = "straight, by signal",
	[FANOUT_BLUEZ_FD] = "straight, by fd",
};

static Way fanout_way(Fanout fanout)
{
	return fanout == FANOUT_SIGNAL || fanout == FANOUT_FD ? WAY_BROKER : WAY_BLUEZ;
}

/* --- one program --- */

static void subscriber_take(Subscriber *subscriber, const uint8_t *value, size_t length)
{
	uint32_t number;

	ck_assert_uint_eq(length, LINKS_SMALL_LENGTH);
	memcpy(&number, value + length - sizeof(number), sizeof(number));
	number = GUINT32_FROM_LE(number) + subscriber->run->base;
	ck_assert_uint_lt(number, subscriber->run->count);
	subscriber->run->seen[number] = true;
	subscriber->run->last = g_get_monotonic_time();
	if (number < subscriber->next) {
		subscriber->copies++;
		return;
	}
	subscriber->lost += number - subscriber->next;
	subscriber->got++;
	subscriber->next = number + 1;
}

static void take_bytes(Subscriber *subscriber, GVariant *bytes)
{
	gsize length;
	const uint8_t *value = g_variant_get_fixed_array(bytes, &length, 1);

	subscriber_take(subscriber, value, length);
}

static void on_notification(GDBusConnection *connection, const char *sender, const char *path,
			    const char *interface, const char *signal, GVariant *body, void *data)
{
	g_autoptr(GVariant) bytes = g_variant_get_child_value(body, 1);

	(void)connection;
	(void)sender;
	(void)path;
	(void)interface;
	(void)signal;
	take_bytes(data, bytes);
}

static void on_changed(GDBusConnection *connection, const char *sender, const char *path,
		       const char *interface, const char *signal, GVariant *body, void *data)
{
	g_autoptr(GVariant) properties = g_variant_get_child_value(body, 1);
	g_autoptr(GVariant) bytes =
		g_variant_lookup_value(properties, "Value", G_VARIANT_TYPE_BYTESTRING);

	(void)connection;
	(void)sender;
	(void)path;
	(void)interface;
	(void)signal;
	if (bytes)
		take_bytes(data, bytes);
}

static int on_readable(int fd, GIOCondition condition, void *data)
{
	uint8_t value[LINKS_LONG_LENGTH];
	Subscriber *subscriber = data;
	ssize_t length;

	(void)condition;
	while ((length = recv(fd, value, sizeof(value), MSG_DONTWAIT)) > 0)
		subscriber_take(subscriber, value, (size_t)length);
	ck_assert_msg(length < 0, "the socket is at its end");
	return G_SOURCE_CONTINUE;
}

static void subscriber_acquire(Subscriber *subscriber)
{
	const Run *run = subscriber->run;
	Way way = fanout_way(run->fanout);
	g_autoptr(GUnixFDList) fds = NULL;
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply = NULL;

	reply = g_dbus_connection_call_with_unix_fd_list_sync(
		client_connection(subscriber->client), way == WAY_BROKER ? WORLD_NAME : "org.bluez",
		run->path, bed_iface(way), "AcquireNotify", g_variant_new("(a{sv})", NULL),
		G_VARIANT_TYPE("(hq)"), G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, &fds, NULL,
		&error);
	if (!reply)
		ck_abort_msg("AcquireNotify: %s", error->message);
	subscriber->fd = g_unix_fd_list_get(fds, 0, NULL);
	ck_assert_int_ge(subscriber->fd, 0);
	subscriber->readable = g_unix_fd_add(subscriber->fd, G_IO_IN, on_readable, subscriber);
}

static void subscriber_start(Subscriber *subscriber, Run *run)
{
	GDBusConnection *connection;

	*subscriber = (Subscriber){ .run = run, .fd = -1 };
	subscriber->client = bed_add_program(run->bed, fanout_way(run->fanout));
	connection = client_connection(subscriber->client);
	if (run->fanout == FANOUT_SIGNAL) {
		subscriber->signals = g_dbus_connection_signal_subscribe(
			connection, WORLD_NAME, bed_iface(WAY_BROKER), "Notification", run->path,
			NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_notification, subscriber, NULL);
		client_do(subscriber->client, run->path, bed_iface(WAY_BROKER), "Callback",
			  g_variant_new("(u)", CHAR_NOTIFY_EVENT));
	} else if (run->fanout == FANOUT_BLUEZ) {
		subscriber->signals = g_dbus_connection_signal_subscribe(
			connection, "org.bluez", PROPERTIES, "PropertiesChanged", run->path,
			bed_iface(WAY_BLUEZ), G_DBUS_SIGNAL_FLAGS_NONE, on_changed, subscriber,
			NULL);
		client_do(subscriber->client, run->path, bed_iface(WAY_BLUEZ), "StartNotify", NULL);
	} else {
		subscriber_acquire(subscriber);
	}
}

static void subscriber_end(Subscriber *subscriber)
{
	if (subscriber->signals)
		g_dbus_connection_signal_unsubscribe(client_connection(subscriber->client),
						     subscriber->signals);
	if (subscriber->readable)
		g_source_remove(subscriber->readable);
	if (subscriber->fd >= 0)
		close(subscriber->fd);
	client_free(subscriber->client);
}

/* --- all of them --- */

static bool run_has_got(const Run *run, unsigned int count)
{
	for (unsigned int i = 0; i < run->subscribers; i++)
		if (run->list[i].next < count)
			return false;
	return true;
}

/* Sends so many, and waits until they have come, or no more do. */
static void run_send_burst(Run *run, const char *hex, unsigned int count, unsigned int interval_ms)
{
	int64_t start = g_get_monotonic_time();

	run->last = start;
	air_do(world_air(run->bed->world), "notify " LINKS_PEER " " LINKS_NOTIFY " %s %u %u", hex, count,
	       interval_ms);
	while (!run_has_got(run, run->base + count) &&
	       g_get_monotonic_time() - run->last < QUIET_MS * 1000)
		g_main_context_iteration(NULL, TRUE);
	run->seconds += (double)(run->last - start) / G_USEC_PER_SEC;

	/* the copies of the last value */
	for (unsigned int i = 0; i < run->subscribers; i++)
		client_sync(run->list[i].client);
	run->base += count;
	for (unsigned int i = 0; i < run->subscribers; i++) {
		run->list[i].lost += run->base - run->list[i].next;
		run->list[i].next = run->base;
	}
}

static int on_poll(void *data)
{
	(void)data;
	return G_SOURCE_CONTINUE;
}

static void run_send(Run *run, unsigned int interval_ms)
{
	GString *hex = g_string_new(NULL);
	guint poll = g_timeout_add(POLL_MS, on_poll, NULL);

	for (unsigned int i = 0; i < LINKS_SMALL_LENGTH; i++)
		g_string_append(hex, "00");
	while (run->base < run->count)
		run_send_burst(run, hex->str,
			       interval_ms > 0 ? run->count : MIN(BURST, run->count - run->base),
			       interval_ms);
	g_source_remove(poll);
	g_string_free(hex, TRUE);
}

static void run_tell(const Run *run, unsigned int interval_ms,
		     const double cpu[static _PROCESS_MAX])
{
	g_autofree char *title = g_strdup_printf("notifications of 20 bytes %s, subscribers: %u",
						 interval_ms > 0 ? "1 ms apart" : "in bursts",
						 run->subscribers);
	const char *group = g_intern_string(title), *name = fanout_names[run->fanout];
	unsigned int got = 0, lost = 0, unseen = 0, copies = 0;
	Figures *figures = run->bed->figures;

	for (unsigned int i = 0; i < run->subscribers; i++) {
		got += run->list[i].got;
		lost += run->list[i].lost;
		copies += run->list[i].copies;
	}
	for (unsigned int i = 0; i < run->count; i++)
		unseen += !run->seen[i];
	figures_add(figures, group, "", 0, run->count, "%s: sent", name);
	figures_add(figures, group, "/s", 0, got / run->seconds, "%s: delivered", name);
	figures_add(figures, group, "%", 2, 100.0 * lost / MAX(got + lost, 1), "%s: lost", name);
	figures_add(figures, group, "%", 2, 100.0 * unseen / run->count, "%s: lost to all alike", name);
	figures_add(figures, group, "", 0, copies, "%s: delivered again", name);
	for (int i = 0; i < PROCESS_PROGRAMS; i++)
		figures_add(figures, group, "us", 1, cpu[i] * 1e6 / MAX(got, 1), "%s: CPU a delivery: %s",
			    name, process_names[i]);
	figures_add(figures, group, "us", 1,
		    (cpu[PROCESS_DAEMON] + cpu[PROCESS_BUS] + cpu[PROCESS_BLUEZ]) * 1e6 / MAX(got, 1),
		    "%s: CPU a delivery: these three", name);
	figures_add(figures, group, "us", 1, cpu[PROCESS_PROGRAMS] * 1e6 / MAX(got, 1),
		    "%s: CPU a delivery: %s", name, process_names[PROCESS_PROGRAMS]);
}

void links_measure_fanout(Bed *bed, Fanout fanout, unsigned int subscribers, unsigned int interval_ms)
{
	Run run = { .bed = bed, .fanout = fanout, .subscribers = subscribers };
	double before[_PROCESS_MAX], after[_PROCESS_MAX];

	run.count = bed->seconds * NOTIFICATIONS_A_SECOND;
	/* Each gets a copy for each: they grow with the square. */
	if (fanout == FANOUT_BLUEZ)
		run.count /= subscribers;
	run.path = bed_path(bed, fanout_way(fanout), LINKS_NOTIFY);
	run.seen = g_new0(bool, run.count);
	run.list = g_new0(Subscriber, subscribers);
	for (unsigned int i = 0; i < subscribers; i++)
		subscriber_start(&run.list[i], &run);
	bed_wait_subscribed(bed, true);

	bed_get_cpu(bed, before);
	run_send(&run, interval_ms);
	bed_get_cpu(bed, after);
	for (int i = 0; i < _PROCESS_MAX; i++)
		after[i] -= before[i];
	run_tell(&run, interval_ms, after);

	for (unsigned int i = 0; i < subscribers; i++)
		subscriber_end(&run.list[i]);
	bed_wait_subscribed(bed, false);
	g_free(run.seen);
	g_free(run.list);
	g_free(run.path);
}
