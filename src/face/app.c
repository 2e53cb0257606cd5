/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GATT applications of programs. Each has a session of its own, in which its services are; what centrals do
 * with them is asked of the program.
 */
#include "face/app-private.h"

#include <string.h>

#include "core/local-group.h"
#include "core/sessions.h"
#include "core/subscriber.h"
#include "face/programs.h"
#include "face/request.h"

#define OBJECT_MANAGER "org.freedesktop.DBus.ObjectManager"
#define ANSWER_TIMEOUT (25 * USEC_PER_SEC)

/* --- life --- */

void app_write_free(void *data)
{
	AppWrite *write = data;

	g_bytes_unref(write->value);
	charge_end(&write->charge);
	g_free(write);
}

static void attr_free(void *data)
{
	AppAttr *attr = data;

	app_socket_close(&attr->notify);
	app_socket_close(&attr->write);
	g_queue_clear_full(&attr->writes, app_write_free);
	g_free(attr->path);
	g_free(attr);
}

void app_call_free(AppCall *call)
{
	g_queue_unlink(&call->app->calls, &call->link);
	sd_bus_slot_unref(call->slot);
	g_free(call);
}

static void app_free(App *app)
{
	g_ptr_array_remove(app->view->apps, app);
	if (app->view->apps->len == 0)
		apps_no_clients(app->view);
	sd_bus_slot_unref(app->call);
	while (!g_queue_is_empty(&app->calls))
		app_call_free(g_queue_peek_head(&app->calls));
	wait_deinit(&app->started);
	app_notify_end(app);
	if (app->session)
		sessions_drop(app->session, programs_now(app->view->program->programs));
	g_ptr_array_free(app->attrs, TRUE);
	if (app->handles)
		g_array_free(app->handles, TRUE);
	charge_end(&app->charge);
	g_free(app->path);
	g_free(app);
}

static void app_refuse(App *app, const char *text)
{
	if (app->registering)
		request_finish_with(app->registering, BLUEZ_ERROR("Failed"), text);
	app_free(app);
}

void apps_connection_gone(View *view, const Connection *connection)
{
	for (guint i = 0; i < view->apps->len;) {
		App *app = g_ptr_array_index(view->apps, i);

		if (app->connection == connection)
			app_free(app);
		else
			i++;
	}
}

void apps_end(View *view)
{
	while (view->apps->len > 0)
		app_refuse(g_ptr_array_index(view->apps, 0), "the radio is gone");
}

void apps_keep(View *view)
{
	for (guint i = view->apps->len; i-- > 0;) {
		App *app = g_ptr_array_index(view->apps, i);

		if (app->registering)
			app_refuse(app, "the radio is gone");
		else
			app->kept = true;
	}
}

/* --- registering --- */

AppAttr *app_attr_find(const App *app, const char *path)
{
	for (guint i = 0; i < app->attrs->len; i++) {
		AppAttr *attr = g_ptr_array_index(app->attrs, i);

		if (strcmp(attr->path, path) == 0)
			return attr;
	}
	return NULL;
}

static void on_started(Wait *wait, int error, const Reason *reason)
{
	App *app = CONTAINER_OF(wait, App, started);

	if (error != 0) {
		app_refuse(app, reason && *reason->text ? reason->text : error_text(error));
		return;
	}
	(void)request_reply(app->registering, "");
	request_finish(app->registering, 0, NULL);
	app->registering = NULL;
}

static int attr_new(App *app, LocalAttr *made, const AppObject *object, Reason *reason)
{
	const Program *program = app->view->program;
	sd_event *event = program->programs->event;
	AppAttr *attr;

	if (charge_more(&app->charge, sizeof(*attr) + strlen(object->path) + 1) < 0)
		return reason_set(reason, E_LIMIT_REACHED,
				  "the application passes the memory of uid %u (BytesPerUser)", program->uid);
	attr = g_new0(AppAttr, 1);
	attr->app = app;
	attr->attr = made;
	attr->path = g_strdup(object->path);
	attr->takes_notify = object->takes_notify;
	attr->takes_write = object->takes_write;
	app_socket_init(&attr->notify, event, app_notify_value, app_notify_ready, attr);
	app_socket_init(&attr->write, event, NULL, app_write_ready, attr);
	g_queue_init(&attr->writes);
	g_ptr_array_add(app->attrs, attr);
	return 0;
}

/* Makes the attributes of that kind that lie below a path. */
static int add_attrs(App *app, const GPtrArray *objects, AppObjectKind kind, const char *below,
		     LocalService *service, LocalAttr *parent, Reason *reason)
{
	const uint64_t now = programs_now(app->view->program->programs);
	int r = 0;

	for (guint i = 0; i < objects->len && r == 0; i++) {
		const AppObject *object = g_ptr_array_index(objects, i);
		LocalOptions options = { .asks = true, .flags = object->flags };
		LocalAttr *made = NULL;

		if (object->kind != kind || !object->parent || strcmp(object->parent, below) != 0)
			continue;
		if (!object->has_uuid || !app_flags_read(object, &options))
			return reason_set(reason, E_INVALID_ARGUMENTS,
					  "%.128s: no UUID, or a flag that BlueZ does "
					  "not know",
					  object->path);
		r = local_attr_new(service, parent, &object->uuid, &options, now, &made, reason);
		if (r == 0)
			r = attr_new(app, made, object, reason);
		if (r == 0 && kind == APP_CHARACTERISTIC)
			r = add_attrs(app, objects, APP_DESCRIPTOR, object->path, service, made, reason);
	}
	return r;
}

/* Behind the first one, in whose group it is. */
static int add_service(App *app, const GPtrArray *objects, const AppObject *object, LocalService *first,
		       LocalService **ret, Reason *reason)
{
	const unsigned chars = app_objects_characteristics(objects, object->path);
	LocalService *service;
	int r;

	if (!object->has_uuid || chars > LOCAL_CHARS_MAX)
		return reason_set(reason, E_INVALID_ARGUMENTS, "%.128s: no UUID, or over %d characteristics",
				  object->path, LOCAL_CHARS_MAX);
	/* one without characteristics is started as any other */
	r = local_service_new(app->session, &object->uuid, object->primary, (uint16_t)MAX(chars, 1), false,
			      &service, reason);
	if (r != 0)
		return r;
	if (first)
		local_group_join(service, first);
	*ret = service;
	return add_attrs(app, objects, APP_CHARACTERISTIC, object->path, service, NULL, reason);
}

/* As bluetoothd: what is no service of the application is left out. */
static int add_includes(const GPtrArray *objects, GHashTable *services, Reason *reason)
{
	int r = 0;

	for (guint i = 0; i < objects->len; i++) {
		const AppObject *object = g_ptr_array_index(objects, i);

		for (guint n = 0; object->includes && n < object->includes->len && r == 0; n++) {
			LocalService *included =
				g_hash_table_lookup(services, g_ptr_array_index(object->includes, n));

			if (included)
				r = local_group_include(g_hash_table_lookup(services, object->path), included,
							reason);
		}
	}
	return r;
}

static int add_services(App *app, const GPtrArray *objects, Reason *reason)
{
	g_autoptr(GHashTable) services = g_hash_table_new(g_str_hash, g_str_equal);	/* by path */
	const Program *program = app->view->program;
	const InitOptions options = { 0 };
	const int profiles = app_objects_profiles(objects);
	LocalService *first = NULL, *service = NULL;
	int r;

	r = sessions_open(app->view->radio, &program->programs->face, program->uid, program->owner, &options,
			  programs_now(program->programs), &app->session, reason);
	if (r == 0)
		subscriber_add(app->session, program->owner,
			       EVENT_CLIENT_CONNECTED | EVENT_CLIENT_DISCONNECTED);
	for (guint i = 0; i < objects->len && r == 0; i++) {
		const AppObject *object = g_ptr_array_index(objects, i);

		if (object->kind != APP_SERVICE)
			continue;
		r = add_service(app, objects, object, first, &service, reason);
		if (r == 0)
			g_hash_table_insert(services, object->path, service);
		/* what a central knows of them stays true */
		if (r == 0 && app->handles && g_hash_table_size(services) <= app->handles->len)
			local_placed(service, g_array_index(app->handles, uint16_t,
							    g_hash_table_size(services) - 1));
		if (!first)
			first = service;
	}
	if (r == 0 && (profiles < 0 || (!first && profiles == 0)))
		r = reason_set(reason, E_FAILED, "No valid service object found");
	if (r == 0)
		r = add_includes(objects, services, reason);
	if (r != 0)
		return r;
	wait_init(&app->started, &app->view->radio->broker->agenda, on_started);
	/* profiles only */
	if (!first) {
		on_started(&app->started, 0, NULL);
		return 0;
	}
	r = local_service_start(first, &app->started, programs_now(program->programs), reason);
	return r == 1 ? 0 : r;
}

static int on_objects(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	g_autoptr(GPtrArray) objects = NULL;
	Reason reason = { "" };
	App *app = userdata;
	int r;

	app->call = sd_bus_slot_unref(app->call);
	if (sd_bus_message_is_method_error(m, NULL) || app_objects_read(m, &objects) < 0 ||
	    objects->len == 0) {
		app_refuse(app, "No object received");
		return 0;
	}
	r = add_services(app, objects, &reason);
	if (r != 0)
		app_refuse(app, r > 0 ? reason.text : "the services cannot be registered");
	return 0;
}

static App *app_find(const Request *request, const char *path)
{
	const GPtrArray *apps = request->place.view->apps;

	for (guint i = 0; i < apps->len; i++) {
		App *app = g_ptr_array_index(apps, i);

		if (app->connection == request->place.connection && strcmp(app->path, path) == 0)
			return app;
	}
	return NULL;
}

/* Where BlueZ has its services, in their order. */
static GArray *app_handles(const App *app)
{
	GArray *handles = g_array_new(FALSE, FALSE, sizeof(uint16_t));
	const LocalService *service = NULL;

	for (guint i = 0; i < app->attrs->len; i++) {
		const AppAttr *attr = g_ptr_array_index(app->attrs, i);

		if (attr->attr->service == service)
			continue;
		service = attr->attr->service;
		g_array_append_val(handles, service->handle);
	}
	return handles;
}

static App *app_new(const Request *request, const char *path, Charge charge, Request *kept)
{
	App *app = g_new0(App, 1);

	app->view = request->place.view;
	app->connection = request->place.connection;
	app->path = g_strdup(path);
	app->charge = charge;
	app->registering = kept;
	app->attrs = g_ptr_array_new_with_free_func(attr_free);
	g_queue_init(&app->calls);
	g_ptr_array_add(app->view->apps, app);
	return app;
}

static int register_application(Request *request)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	g_autoptr(GArray) handles = NULL;
	Request *kept = NULL;
	const char *path;
	Charge charge;
	App *app;
	int r;

	r = sd_bus_message_read(request->message, "o", &path);
	if (r < 0)
		return r;
	if (!view_is_powered(request->place.view))
		return request_refuse(request, BLUEZ_ERROR("NotReady"), "Resource Not Ready");
	app = app_find(request, path);
	if (app && !app->kept)
		return request_refuse(request, BLUEZ_ERROR("AlreadyExists"), "Already Exists");
	if (app) {
		handles = app_handles(app);
		app_free(app);
	}
	r = request_keep_object(request, sizeof(*app), path, &charge, &kept);
	if (r < 0)
		return r;
	app = app_new(request, path, charge, kept);
	app->handles = g_steal_pointer(&handles);
	r = connection_method(app->connection, path, OBJECT_MANAGER, "GetManagedObjects", &m);
	if (r >= 0)
		r = connection_call(app->connection, &app->call, m, on_objects, app, ANSWER_TIMEOUT);
	if (r < 0)
		app_refuse(app, "the application cannot be called");
	return 0;
}

static int unregister_application(Request *request)
{
	const char *path;
	App *app;
	int r;

	r = sd_bus_message_read(request->message, "o", &path);
	if (r < 0)
		return r;
	app = app_find(request, path);
	if (!app)
		return request_refuse(request, BLUEZ_ERROR("DoesNotExist"), "Does Not Exist");
	app_refuse(app, "it was unregistered");
	return request_reply(request, "");
}

const Iface gatt_manager_iface = {
	.name = "org.bluez.GattManager1",
	.methods = (const IfaceMethod[]){
		{ "RegisterApplication", IFACE_ARGS({ "o", "application" }, { "a{sv}", "options" }), NULL,
		  register_application },
		{ "UnregisterApplication", IFACE_ARGS({ "o", "application" }), NULL, unregister_application },
		{ 0 }
	},
};
