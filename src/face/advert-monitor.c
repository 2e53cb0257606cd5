/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Advertisement monitors. Each scans passively, with a session of its own, and tells the program of devices
 * twice: as objects, and by DeviceFound and DeviceLost.
 */
#include "face/advert-monitor.h"

#include <string.h>

#include "core/scan-filter.h"
#include "core/sessions.h"
#include "face/engaged.h"
#include "face/programs.h"

#define FIFO 256

struct Monitor {
	MonitorApp *app;
	char *path;
	Charge charge;
	MonitorData data;	/* the filter is the session's */
	DiscoveryFilter filter;	/* how devices are told of */
	Session *session;
	SessionStream stream;
	Engaged engaged;
	GHashTable *tracked;	/* Tracked, by address */
	Task lost;		/* some device may be */
};

/* A device that the monitor has heard. */
typedef struct Tracked {
	Addr addr;
	bool found;
	uint64_t high_since;	/* heard with the high threshold since then; 0: not */
	uint64_t low_since;	/* heard below the low one since then; 0: not */
	uint64_t last_seen;
} Tracked;

/* --- telling --- */

static void tell(const Monitor *monitor, const char *member, const DeviceView *device)
{
	const Place place = { .kind = PLACE_DEVICE,
			      .view = monitor->app->view,
			      .device = (DeviceView *)device };
	Connection *connection = monitor->app->connection;
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	char path[PLACE_PATH_SIZE];
	int r;

	r = connection_method(connection, monitor->path, MONITOR_INTERFACE, member, &m);
	if (r >= 0)
		r = sd_bus_message_set_expect_reply(m, 0);
	if (r >= 0 && device)
		r = sd_bus_message_append(m, "o", place_path(&place, path));
	if (r >= 0)
		connection_send(connection, m);
}

/* --- devices --- */

/* NULL: the program's user has no room for it. */
static Tracked *track(Monitor *monitor, const Addr *addr)
{
	Tracked *tracked = g_hash_table_lookup(monitor->tracked, addr);

	if (!tracked) {
		if (charge_more(&monitor->charge, sizeof(*tracked)) < 0)
			return NULL;
		tracked = g_new0(Tracked, 1);
		tracked->addr = *addr;
		g_hash_table_insert(monitor->tracked, &tracked->addr, tracked);
	}
	return tracked;
}

static void found(const Monitor *monitor, Tracked *tracked, const DeviceView *device)
{
	tracked->found = true;
	tell(monitor, "DeviceFound", device);
}

static void lost(const Monitor *monitor, Tracked *tracked, const DeviceView *device)
{
	tracked->found = false;
	if (device)
		tell(monitor, "DeviceLost", device);
}

/* Whether the device has been on one side of a threshold for long enough. */
static bool has_lasted(bool is_so, uint64_t *since, uint16_t seconds, uint64_t now)
{
	if (!is_so) {
		*since = 0;
		return false;
	}
	if (*since == 0) {
		*since = now;
		return false;
	}
	return now - *since >= seconds * USEC_PER_SEC;
}

static void heard(Monitor *monitor, const DeviceView *device, int8_t rssi, uint64_t now)
{
	const MonitorData *data = &monitor->data;
	Tracked *tracked = track(monitor, &device->addr);

	if (!tracked)
		return;
	if (!data->tracks) {
		if (!tracked->found)
			found(monitor, tracked, device);
		return;
	}
	if (now - tracked->last_seen > data->high_timeout * USEC_PER_SEC)
		tracked->high_since = 0;
	if (now - tracked->last_seen > data->low_timeout * USEC_PER_SEC)
		tracked->low_since = 0;
	tracked->last_seen = now;
	if (has_lasted(!tracked->found && rssi >= data->high, &tracked->high_since, data->high_timeout, now))
		found(monitor, tracked, device);
	if (has_lasted(tracked->found && rssi < data->low, &tracked->low_since, data->low_timeout, now))
		lost(monitor, tracked, device);
	if (tracked->found)
		task_by(&monitor->lost, now + data->low_timeout * USEC_PER_SEC);
}

void advert_monitor_forget(Monitor *monitor, const DeviceView *device)
{
	Tracked *tracked = g_hash_table_lookup(monitor->tracked, &device->addr);

	if (tracked && tracked->found)
		lost(monitor, tracked, device);
	if (g_hash_table_remove(monitor->tracked, &device->addr))
		charge_less(&monitor->charge, sizeof(*tracked));
}

/* Those that were not heard for the low timeout are lost. */
static void on_lost(Task *task, uint64_t now)
{
	Monitor *monitor = CONTAINER_OF(task, Monitor, lost);
	const uint64_t timeout = monitor->data.low_timeout * USEC_PER_SEC;
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, monitor->tracked);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		Tracked *tracked = value;

		if (!tracked->found)
			continue;
		if (tracked->last_seen + timeout <= now)
			lost(monitor, tracked, view_device(monitor->app->view, &tracked->addr));
		else
			task_by(task, tracked->last_seen + timeout);
	}
}

static StreamState on_reports(SessionStream *stream)
{
	Monitor *monitor = CONTAINER_OF(stream, Monitor, stream);
	View *view = monitor->app->view;
	RingEntry entry;

	while (!outbox_must_wait(view->program)) {
		const DeviceView *device;

		if (!session_take(stream->session, &entry))
			return STREAM_TOOK_ALL;
		device = view_report(view, &monitor->filter, entry.report);
		if (device)
			heard(monitor, device, entry.report->rssi, entry.report->time);
		report_unref(entry.report);
	}
	return STREAM_FULL;
}

void advert_monitor_ready(Monitor *monitor)
{
	if (monitor->stream.session && monitor->stream.full)
		session_stream_ready(&monitor->stream, programs_now(monitor->app->view->program->programs));
}

static void on_stream_end(SessionStream *stream)
{
	stream->session = NULL;
}

/* --- life --- */

void advert_monitor_release(const Monitor *monitor)
{
	tell(monitor, "Release", NULL);
}

void advert_monitor_free(Monitor *monitor)
{
	g_ptr_array_remove(monitor->app->monitors, monitor);
	task_cancel(&monitor->lost);
	engaged_end(&monitor->engaged);
	if (monitor->stream.session)
		session_stream_end(monitor->stream.session);
	if (monitor->session)
		sessions_drop(monitor->session, programs_now(monitor->app->view->program->programs));
	filter_free(monitor->data.filter);
	g_hash_table_destroy(monitor->tracked);
	charge_end(&monitor->charge);
	g_free(monitor->path);
	g_free(monitor);
}

/* Begins to listen. */
static int monitor_start(Monitor *monitor, Reason *reason)
{
	const View *view = monitor->app->view;
	const Program *program = view->program;
	const uint64_t now = programs_now(program->programs);
	const InitOptions options = { .fifo = FIFO };
	ScanFilter filter;
	int r;

	r = sessions_open(view->radio, &program->programs->face, program->uid, program->owner, &options, now,
			  &monitor->session, reason);
	if (r != 0)
		return r;
	session_stream_open(monitor->session, &monitor->stream, now);
	scan_filter_init(&filter, &view->radio->broker->config);
	filter.active = false;
	filter.filter = g_steal_pointer(&monitor->data.filter);
	r = session_set_filter(monitor->session, &filter, reason);
	scan_filter_clear(&filter);
	if (r == 0)
		r = sessions_start_scan(monitor->session, -1, now, reason);
	if (r == 0)
		engaged_begin(&monitor->engaged, monitor->session);
	return r;
}

Monitor *advert_monitor_find(const MonitorApp *app, const char *path)
{
	for (guint i = 0; i < app->monitors->len; i++) {
		Monitor *monitor = g_ptr_array_index(app->monitors, i);

		if (strcmp(monitor->path, path) == 0)
			return monitor;
	}
	return NULL;
}

void advert_monitor_add(MonitorApp *app, const char *path, MonitorData *data)
{
	Monitor *monitor;
	Reason reason;
	Charge charge;
	int r;

	r = strlen(path) >= CONNECTION_PATH_MAX ? -1 :
	    charge_bytes(&charge, app->view->program->user, sizeof(*monitor) + strlen(path) + 1, &reason);
	if (r != 0) {
		filter_free(data->filter);
		return;
	}
	monitor = g_new0(Monitor, 1);
	monitor->app = app;
	monitor->path = g_strdup(path);
	monitor->charge = charge;
	monitor->data = *data;
	monitor->filter = (DiscoveryFilter){ .is_set = true, .duplicates = true };
	monitor->stream = (SessionStream){ .batch_ms = VIEW_BATCH_MS, .batch_max = VIEW_BATCH_MAX,
					    .send = on_reports, .end = on_stream_end };
	monitor->tracked = g_hash_table_new_full(addr_hash, addr_same, NULL, g_free);
	task_init(&monitor->lost, &app->view->radio->broker->agenda, on_lost);
	engaged_init(&monitor->engaged, app->view);
	g_ptr_array_add(app->monitors, monitor);
	if (data->is_valid && monitor_start(monitor, &reason) == 0) {
		tell(monitor, "Activate", NULL);
	} else {
		advert_monitor_release(monitor);
		advert_monitor_free(monitor);
	}
}
