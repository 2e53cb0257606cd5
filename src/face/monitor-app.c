/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Applications with advertisement monitors: they come by RegisterMonitor, their objects by ObjectManager. */
#include "face/monitor-app.h"

#include <string.h>

#include "bus/msg.h"
#include "face/advert-monitor.h"
#include "face/programs.h"
#include "face/request.h"

#define OBJECT_MANAGER "org.freedesktop.DBus.ObjectManager"
#define ANSWER_TIMEOUT (25 * USEC_PER_SEC)

static bool is_below(const char *path, const char *top)
{
	const size_t length = strlen(top);

	return strcmp(top, "/") == 0 ||
	       (strncmp(path, top, length) == 0 && (path[length] == '\0' || path[length] == '/'));
}

/* An interface of an object of the application. */
static int on_interface(sd_bus_message *m, const char *path, const char *interface, void *userdata)
{
	MonitorApp *app = userdata;
	MonitorData data;
	int r;

	if (strcmp(interface, MONITOR_INTERFACE) != 0 || advert_monitor_find(app, path) ||
	    !is_below(path, app->path))
		return msg_skip_properties(m);
	r = monitor_data_read(m, app->view->radio->broker->config.filter_entries, &data);
	if (r >= 0)
		advert_monitor_add(app, path, &data);
	return r;
}

static void app_free(MonitorApp *app)
{
	g_ptr_array_remove(app->view->monitor_apps, app);
	sd_bus_slot_unref(app->call);
	while (app->monitors->len > 0)
		advert_monitor_free(g_ptr_array_index(app->monitors, 0));
	g_ptr_array_free(app->monitors, TRUE);
	charge_end(&app->charge);
	g_free(app->path);
	g_free(app);
}

static int on_objects(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	MonitorApp *app = userdata;
	Request *request = app->registering;

	app->call = sd_bus_slot_unref(app->call);
	app->registering = NULL;
	if (sd_bus_message_is_method_error(m, NULL) || msg_walk_objects(m, on_interface, app) < 0) {
		request_finish_with(request, BLUEZ_ERROR("Failed"),
				    "the application's objects cannot be read");
		app_free(app);
		return 0;
	}
	(void)request_reply(request, "");
	request_finish(request, 0, NULL);
	return 0;
}

void monitors_signal(Connection *connection, sd_bus_message *m)
{
	const bool added = sd_bus_message_is_signal(m, OBJECT_MANAGER, "InterfacesAdded");
	const char *path;

	if (!added && !sd_bus_message_is_signal(m, OBJECT_MANAGER, "InterfacesRemoved"))
		return;
	for (guint v = 0; v < connection->program->views->len; v++) {
		const View *view = g_ptr_array_index(connection->program->views, v);

		for (guint a = 0; a < view->monitor_apps->len; a++) {
			MonitorApp *app = g_ptr_array_index(view->monitor_apps, a);
			Monitor *monitor;

			if (app->connection != connection || app->registering ||
			    sd_bus_message_rewind(m, true) < 0 || sd_bus_message_read(m, "o", &path) < 0)
				continue;
			monitor = advert_monitor_find(app, path);
			if (added)
				(void)msg_walk_interfaces(m, path, on_interface, app);
			else if (monitor)
				advert_monitor_free(monitor);
		}
	}
}

void monitors_ready(View *view)
{
	for (guint a = 0; a < view->monitor_apps->len; a++) {
		const MonitorApp *app = g_ptr_array_index(view->monitor_apps, a);

		for (guint i = 0; i < app->monitors->len; i++)
			advert_monitor_ready(g_ptr_array_index(app->monitors, i));
	}
}

void monitors_forget(const DeviceView *device)
{
	const GPtrArray *apps = device->view->monitor_apps;

	for (guint a = 0; a < apps->len; a++) {
		const MonitorApp *app = g_ptr_array_index(apps, a);

		for (guint i = 0; i < app->monitors->len; i++)
			advert_monitor_forget(g_ptr_array_index(app->monitors, i), device);
	}
}

void monitors_connection_gone(View *view, const Connection *connection)
{
	for (guint i = view->monitor_apps->len; i-- > 0;) {
		MonitorApp *app = g_ptr_array_index(view->monitor_apps, i);

		if (app->connection == connection)
			app_free(app);
	}
}

void monitors_end(View *view)
{
	while (view->monitor_apps->len > 0) {
		MonitorApp *app = g_ptr_array_index(view->monitor_apps, 0);

		for (guint i = 0; i < app->monitors->len; i++)
			advert_monitor_release(g_ptr_array_index(app->monitors, i));
		if (app->registering)
			request_finish_with(app->registering, BLUEZ_ERROR("NotReady"), "Resource Not Ready");
		app_free(app);
	}
}

static MonitorApp *app_find(const Request *request, const char *path)
{
	const GPtrArray *apps = request->place.view->monitor_apps;

	for (guint i = 0; i < apps->len; i++) {
		MonitorApp *app = g_ptr_array_index(apps, i);

		if (app->connection == request->place.connection && strcmp(app->path, path) == 0)
			return app;
	}
	return NULL;
}

static int register_monitor(Request *request)
{
	View *view = request->place.view;
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	Request *kept = NULL;
	MonitorApp *app;
	const char *path;
	Charge charge;
	int r;

	r = sd_bus_message_read(request->message, "o", &path);
	if (r < 0)
		return r;
	if (!view_is_powered(request->place.view))
		return request_refuse(request, BLUEZ_ERROR("NotReady"), "Resource Not Ready");
	if (app_find(request, path))
		return request_refuse(request, BLUEZ_ERROR("AlreadyExists"), "Already Exists");
	r = request_keep_object(request, sizeof(*app), path, &charge, &kept);
	if (r < 0)
		return r;
	app = g_new0(MonitorApp, 1);
	app->view = view;
	app->connection = request->place.connection;
	app->path = g_strdup(path);
	app->charge = charge;
	app->registering = kept;
	app->monitors = g_ptr_array_new();
	g_ptr_array_add(view->monitor_apps, app);
	r = connection_method(app->connection, path, OBJECT_MANAGER, "GetManagedObjects", &m);
	if (r >= 0)
		r = connection_call(app->connection, &app->call, m, on_objects, app, ANSWER_TIMEOUT);
	if (r < 0) {
		app_free(app);
		request_finish_with(kept, BLUEZ_ERROR("Failed"), "the application cannot be called");
	}
	return 0;
}

static int unregister_monitor(Request *request)
{
	MonitorApp *app;
	const char *path;
	int r;

	r = sd_bus_message_read(request->message, "o", &path);
	if (r < 0)
		return r;
	app = app_find(request, path);
	if (!app)
		return request_refuse(request, BLUEZ_ERROR("DoesNotExist"), "Does Not Exist");
	if (app->registering)
		request_finish_with(app->registering, BLUEZ_ERROR("Failed"), "it was unregistered");
	/* before the answer, as bluetoothd does it */
	for (guint i = 0; i < app->monitors->len; i++)
		advert_monitor_release(g_ptr_array_index(app->monitors, i));
	app_free(app);
	return request_reply(request, "");
}

static int get_types(const Place *place UNUSED, sd_bus_message *m)
{
	return sd_bus_message_append(m, "as", 1, "or_patterns");
}

static int get_features(const Place *place UNUSED, sd_bus_message *m)
{
	return sd_bus_message_append(m, "as", 0);
}

const Iface monitor_manager_iface = {
	.name = "org.bluez.AdvertisementMonitorManager1",
	.methods = (const IfaceMethod[]){
		{ "RegisterMonitor", IFACE_ARGS({ "o", "application" }), NULL, register_monitor },
		{ "UnregisterMonitor", IFACE_ARGS({ "o", "application" }), NULL, unregister_monitor },
		{ 0 }
	},
	.properties = (const IfaceProperty[]){
		{ "SupportedMonitorTypes", "as", get_types, NULL, NULL },
		{ "SupportedFeatures", "as", get_features, NULL, NULL },
		{ 0 }
	},
};
