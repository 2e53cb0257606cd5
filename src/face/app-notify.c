/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values that programs notify, by PropertiesChanged or by a socket. */
#include "face/app-private.h"

#include <errno.h>
#include <string.h>

#include "bus/msg.h"
#include "core/radio.h"
#include "core/session.h"

static void notify(const AppAttr *attr, GBytes *value);

/* The new Value among changed properties; NULL: none. */
static GBytes *read_new_value(sd_bus_message *m)
{
	const uint8_t *bytes;
	const char *name;
	size_t length;

	if (sd_bus_message_enter_container(m, 'a', "{sv}") < 0)
		return NULL;
	while (sd_bus_message_enter_container(m, 'e', "sv") > 0) {
		if (sd_bus_message_read_basic(m, 's', &name) < 0)
			return NULL;
		if (strcmp(name, "Value") == 0)
			return msg_read_variant_bytes(m, &bytes, &length) > 0 ? g_bytes_new(bytes, length) :
										NULL;
		if (sd_bus_message_skip(m, "v") < 0 || sd_bus_message_exit_container(m) < 0)
			return NULL;
	}
	return NULL;
}

/* By the socket, or NULL: the program has closed it. */
void app_notify_value(void *userdata, GBytes *value)
{
	const AppAttr *attr = userdata;

	if (value)
		notify(attr, value);
}

/* While a value waits, the program is asked for no more: neither by signals nor by sockets. */
static void pause_program(const App *app, bool paused)
{
	if (paused)
		wire_pause(&app->connection->wire);
	else
		wire_resume(&app->connection->wire);
	for (guint i = 0; i < app->attrs->len; i++)
		app_socket_pause(&((AppAttr *)g_ptr_array_index(app->attrs, i))->notify, paused);
}

static void on_flow(Wait *wait, int error UNUSED, const Reason *reason UNUSED)
{
	App *app = CONTAINER_OF(wait, App, flow.wait);
	g_autoptr(GBytes) value = g_steal_pointer(&app->waiting);
	AppAttr *attr = app_attr_find(app, app->waiting_path);

	pause_program(app, false);
	if (attr)
		notify(attr, value);
}

/* Where bluetoothd does not keep up, nothing more is read from the program until it does. */
static void notify(const AppAttr *attr, GBytes *value)
{
	App *app = attr->app;
	Reason reason;

	if (app->waiting)
		return;
	wait_init(&app->flow.wait, &app->view->radio->broker->agenda, on_flow);
	if (local_set_value(attr->attr, value, &app->flow, &reason) != -EAGAIN)
		return;
	app->waiting = g_bytes_ref(value);
	g_strlcpy(app->waiting_path, attr->path, sizeof(app->waiting_path));
	pause_program(app, true);
}

void apps_signal(Connection *connection, sd_bus_message *m)
{
	const char *interface, *path = sd_bus_message_get_path(m);
	g_autoptr(GBytes) value = NULL;

	if (!sd_bus_message_is_signal(m, "org.freedesktop.DBus.Properties", "PropertiesChanged") ||
	    sd_bus_message_rewind(m, true) < 0 || sd_bus_message_read(m, "s", &interface) < 0 ||
	    strcmp(interface, CHARACTERISTIC_INTERFACE) != 0)
		return;
	value = read_new_value(m);
	for (guint v = 0; v < connection->program->views->len && value; v++) {
		const View *view = g_ptr_array_index(connection->program->views, v);

		for (guint i = 0; i < view->apps->len; i++) {
			const App *app = g_ptr_array_index(view->apps, i);
			const AppAttr *attr = app->connection == connection ? app_attr_find(app, path) : NULL;

			if (attr)
				notify(attr, value);
		}
	}
}

void app_notify_end(App *app)
{
	flow_wait_deinit(&app->flow);
	wait_deinit(&app->flow.wait);
	if (app->waiting)
		pause_program(app, false);
	g_clear_pointer(&app->waiting, g_bytes_unref);
}
