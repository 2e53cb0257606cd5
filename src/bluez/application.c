/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Our services at bluetoothd: registering them. */
#include "bluez/application.h"

#include <errno.h>
#include <stdio.h>

#include "bluez/adapter.h"
#include "bluez/application-private.h"
#include "bluez/bluez.h"
#include "bus/msg.h"
#include "bluez/request.h"
#include "bluez/subscription.h"
#include "core/local-group.h"
#include "core/radio.h"
#include "core/session.h"
#include "util/log.h"

#define GATT_MANAGER_INTERFACE "org.bluez.GattManager1"

/* The application of each of its services: NULL, none. */
static void set_edges(const Application *application, Application *edge)
{
	LocalService *service;

	for (guint i = 0; (service = local_group_member(application->service, i)); i++)
		service->edge = edge;
}

static void application_free(Application *application)
{
	if (application->service)
		set_edges(application, NULL);
	requests_deinit(application);
	subscriptions_deinit(application);
	bluez_call_forget(application->call);
	sd_bus_slot_unref(application->object);
	sd_bus_slot_unref(application->objects);
	g_free(application->adapter);
	g_free(application);
}

/* Calls back when bluetoothd has done all that it was told before, and we have answered all that it asked
 * before. */
static int application_await(Application *application, sd_bus_message_handler_t callback)
{
	return bluez_call(application->bluez, "/", "org.freedesktop.DBus.Peer", "Ping", &application->call,
			  callback, application, NULL);
}

static int on_quiet(sd_bus_message *m UNUSED, void *userdata, sd_bus_error *error UNUSED)
{
	Application *application = userdata;
	Bluez *bluez = application->bluez;

	(void)bluez_call_floating(bluez, application->adapter, GATT_MANAGER_INTERFACE,
				  "UnregisterApplication", NULL, msg_append_path, application->root);
	g_ptr_array_remove(bluez->leaving, application);
	application_free(application);
	return 0;
}

/*
 * bluetoothd does not survive the answer to an AcquireNotify of an application that it has dropped meanwhile.
 * So it is first told to call AcquireNotify no more, and the application is unregistered when all that
 * bluetoothd called before has been answered.
 */
void application_unregister(void *userdata, LocalService *service)
{
	Bluez *bluez = userdata;
	Application *application = service->edge;

	if (!application)
		return;
	requests_end(application);
	subscriptions_end(application);
	set_edges(application, NULL);
	application->service = NULL;
	application->call = bluez_call_forget(application->call);
	g_ptr_array_add(bluez->leaving, application);
	if (application_await(application, on_quiet) < 0) {
		g_ptr_array_remove(bluez->leaving, application);
		application_free(application);
	}
}

void applications_forget(Bluez *bluez)
{
	while (bluez->leaving->len > 0)
		application_free(g_ptr_array_steal_index(bluez->leaving, bluez->leaving->len - 1));
}

static int translate(const LocalService *service, const sd_bus_error *error, Reason *reason)
{
	char uuid[UUID_STRING_SIZE];

	if (!sd_bus_error_has_name(error, "org.bluez.Error.Failed"))
		return -EAGAIN;
	return reason_set(reason, E_FAILED, "bluetoothd does not take service %s: %s",
			  uuid_format(&service->uuid, uuid), msg_error_words(error));
}

static int on_registered(sd_bus_message *m, void *userdata, sd_bus_error *ret_error UNUSED)
{
	const sd_bus_error *error = sd_bus_message_get_error(m);
	Application *application = userdata;
	LocalService *service = application->service;
	uint64_t now = bluez_now(application->bluez);
	Reason reason = { "" };
	int r;

	application->call = bluez_call_forget(application->call);
	if (!error) {
		local_registered(service, 0, NULL, now);
		return 0;
	}
	r = translate(service, error, &reason);
	broker_upstream_failed(application->bluez->broker);
	log_limited(LOG_WARNING, "hci%u: bluetoothd does not take a service: %s: %s",
		    service->session->radio->index, error->name, msg_error_words(error));
	application_free(application);
	local_refused(service, r, &reason, now);
	return 0;
}

static int application_send(Application *application)
{
	return bluez_call_with(application->bluez, application->adapter, GATT_MANAGER_INTERFACE,
			       "RegisterApplication", &application->call, on_registered, application,
			       msg_append_registration, application->root);
}

static void application_failed(Application *application)
{
	LocalService *service = application->service;
	const uint64_t now = bluez_now(application->bluez);

	application_free(application);
	local_registered(service, -EAGAIN, NULL, now);
}

static int on_turn(sd_bus_message *m UNUSED, void *userdata, sd_bus_error *error UNUSED)
{
	Application *application = userdata;

	application->call = bluez_call_forget(application->call);
	if (application_send(application) < 0)
		application_failed(application);
	return 0;
}

/* Registers behind a ping, when the applications that leave are gone: the service may want their handles. */
static int application_begin(Application *application, const Adapter *adapter)
{
	int r;

	if (!adapter)
		return -ENOTCONN;
	application->adapter = g_strdup(adapter->path);
	r = requests_listen(application);
	return r < 0 ? r : application_await(application, on_turn);
}

void application_register(void *userdata, LocalService *service)
{
	Bluez *bluez = userdata;
	Application *application = g_new0(Application, 1);

	application->bluez = bluez;
	application->service = service;
	set_edges(application, application);
	application->requests = g_ptr_array_new();
	subscriptions_init(application);
	snprintf(application->root, sizeof(application->root), "/com/example/Bluetooth/application%u",
		 bluez->next_object++);
	if (application_begin(application, bluez_adapter(bluez, service->session->radio)) < 0)
		application_failed(application);
}
