/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Our services at bluetoothd: registering them, and the tree that it reads. */
#include "bluez/application.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bluez/adapter.h"
#include "bluez/application-private.h"
#include "bluez/bluez.h"
#include "bluez/msg.h"
#include "core/attr.h"
#include "core/radio.h"
#include "core/session.h"
#include "util/log.h"

#define GATT_MANAGER_INTERFACE "org.bluez.GattManager1"
#define GATT_SERVICE_INTERFACE "org.bluez.GattService1"

/* --- the tree --- */

const char *application_path(const LocalAttr *attr, char path[static APPLICATION_PATH_SIZE])
{
	const Application *application = attr->service->edge;

	if (attr->kind == LOCAL_CHARACTERISTIC)
		snprintf(path, APPLICATION_PATH_SIZE, "%s/service/char%u", application->root, attr->number);
	else
		snprintf(path, APPLICATION_PATH_SIZE, "%s/service/char%u/desc%u", application->root, attr->parent->number,
			 attr->number);
	return path;
}

/* A protected read or write has its own word, which stands for the plain one too. */
static const char *access_flag(uint32_t permissions, uint32_t encrypted, uint32_t mitm, const char *const words[3])
{
	return permissions & mitm ? words[2] : permissions & encrypted ? words[1] : words[0];
}

static int append_flags(sd_bus_message *m, const LocalAttr *attr)
{
	static const char *const reads[] = { "read", "encrypt-read", "encrypt-authenticated-read" };
	static const char *const notifies[] = { "notify", "encrypt-notify", "encrypt-authenticated-notify" };
	static const char *const writes[] = { "write", "encrypt-write", "encrypt-authenticated-write" };
	const char *read = access_flag(attr->permissions, PERM_READ_ENCRYPTED, PERM_READ_ENCRYPTED_MITM, reads);
	const char *write = access_flag(attr->permissions, PERM_WRITE_ENCRYPTED, PERM_WRITE_ENCRYPTED_MITM, writes);
	const char *notify = access_flag(attr->permissions, PERM_READ_ENCRYPTED, PERM_READ_ENCRYPTED_MITM, notifies);
	const struct {
		uint32_t property;
		const char *flag;
	} table[] = {
		{ PROP_BROADCAST, "broadcast" },
		{ PROP_READ, read },
		{ PROP_WRITE_NR, "write-without-response" },
		{ PROP_WRITE, write },
		{ PROP_NOTIFY, notify },
		{ PROP_INDICATE, "indicate" },
		{ PROP_AUTH, "authenticated-signed-writes" },
		{ PROP_EXT_PROP, "extended-properties" },
	};
	uint32_t properties = attr->properties;
	int r;

	/* a descriptor has no properties: what may be done with it is what it is permitted */
	if (attr->kind == LOCAL_DESCRIPTOR)
		properties = (attr->permissions & PERM_ANY_READ ? PROP_READ : 0u) |
			     (attr->permissions & PERM_ANY_WRITE ? PROP_WRITE : 0u);
	/* without a word of its own for commands, protection comes with the word for requests */
	else if ((properties & PROP_WRITE_NR) && write != writes[0])
		properties |= PROP_WRITE;
	r = msg_open_property(m, "Flags", "as");
	for (size_t i = 0; i < ARRAY_SIZE(table) && r >= 0; i++)
		if (properties & table[i].property)
			r = sd_bus_message_append(m, "s", table[i].flag);
	return r < 0 ? r : msg_close_property(m);
}

static int append_attr(sd_bus_message *m, const LocalAttr *attr)
{
	const Application *application = attr->service->edge;
	const bool characteristic = attr->kind == LOCAL_CHARACTERISTIC;
	char path[APPLICATION_PATH_SIZE], parent[APPLICATION_PATH_SIZE], uuid[UUID_STRING_SIZE];
	const bool notifies = characteristic && (attr->properties & (PROP_NOTIFY | PROP_INDICATE));
	int r;

	if (characteristic)
		snprintf(parent, sizeof(parent), "%s/service", application->root);
	else
		application_path(attr->parent, parent);
	r = sd_bus_message_open_container(m, 'e', "oa{sa{sv}}");
	if (r >= 0)
		r = sd_bus_message_append(m, "o", application_path(attr, path));
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'a', "{sa{sv}}");
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'e', "sa{sv}");
	if (r >= 0)
		r = sd_bus_message_append(m, "s", characteristic ? CHARACTERISTIC_INTERFACE : DESCRIPTOR_INTERFACE);
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'a', "{sv}");
	if (r >= 0)
		r = sd_bus_message_append(m, "{sv}{sv}", "UUID", "s", uuid_format(&attr->uuid, uuid),
					  characteristic ? "Service" : "Characteristic", "o", parent);
	/* then it tells with AcquireNotify who subscribes */
	if (r >= 0 && notifies)
		r = sd_bus_message_append(m, "{sv}", "NotifyAcquired", "b", 0);
	if (r >= 0)
		r = append_flags(m, attr);
	for (int i = 0; i < 4 && r >= 0; i++)
		r = sd_bus_message_close_container(m);
	return r;
}

static int append_service(sd_bus_message *m, const Application *application)
{
	const LocalService *service = application->service;
	char path[APPLICATION_PATH_SIZE], uuid[UUID_STRING_SIZE];

	snprintf(path, sizeof(path), "%s/service", application->root);
	return sd_bus_message_append(m, "{oa{sa{sv}}}", path, 1, GATT_SERVICE_INTERFACE, 3, "UUID", "s",
				     uuid_format(&service->uuid, uuid), "Primary", "b", (int)service->primary, "Handle", "q",
				     (int)service->handle);
}

int application_append_tree(sd_bus_message *m, const Application *application)
{
	const GPtrArray *attrs = application->service->attrs;
	int r;

	r = sd_bus_message_open_container(m, 'a', "{oa{sa{sv}}}");
	if (r >= 0)
		r = append_service(m, application);
	for (guint i = 0; i < attrs->len && r >= 0; i++)
		r = append_attr(m, g_ptr_array_index(attrs, i));
	return r < 0 ? r : sd_bus_message_close_container(m);
}

/* --- registration --- */

static void application_free(Application *application)
{
	if (application->service)
		application->service->edge = NULL;
	requests_forget(application);
	subscriptions_deinit(application);
	bluez_call_forget(application->call);
	sd_bus_slot_unref(application->object);
	sd_bus_slot_unref(application->objects);
	free(application->adapter);
	free(application);
}

static int append_root(sd_bus_message *m, void *root)
{
	return sd_bus_message_append(m, "o", root);
}

static int append_registration(sd_bus_message *m, void *root)
{
	return sd_bus_message_append(m, "oa{sv}", root, 0);
}

/* Calls back when bluetoothd has done all that it was told before, and we have answered all that it asked before. */
static int application_await(Application *application, sd_bus_message_handler_t callback)
{
	return bluez_call(application->bluez, "/", "org.freedesktop.DBus.Peer", "Ping", &application->call, callback,
			  application, NULL);
}

static int on_quiet(sd_bus_message *m UNUSED, void *userdata, sd_bus_error *error UNUSED)
{
	Application *application = userdata;
	Bluez *bluez = application->bluez;

	(void)bluez_call_floating(bluez, application->adapter, GATT_MANAGER_INTERFACE, "UnregisterApplication", NULL,
				  append_root, application->root);
	g_ptr_array_remove(bluez->leaving, application);
	application_free(application);
	return 0;
}

/*
 * bluetoothd does not survive the answer to an AcquireNotify of an application that it has dropped meanwhile. So it is
 * first told to call that no more, and the application goes when whatever it called before has been answered.
 */
void bluez_local_unregister(Bluez *bluez, LocalService *service)
{
	Application *application = service->edge;

	if (!application)
		return;
	requests_end(application);
	subscriptions_end(application);
	service->edge = NULL;
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
	return reason_set(reason, E_FAILED, "bluetoothd does not take service %s: %s", uuid_format(&service->uuid, uuid),
			  msg_error_words(error));
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
	log_limited(LOG_WARNING, "hci%u: bluetoothd does not take a service: %s: %s", service->session->radio->index,
		    error->name, msg_error_words(error));
	application_free(application);
	local_refused(service, r, &reason, now);
	return 0;
}

static int application_register(Application *application)
{
	return bluez_call_with(application->bluez, application->adapter, GATT_MANAGER_INTERFACE, "RegisterApplication",
			       &application->call, on_registered, application, append_registration, application->root);
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
	if (application_register(application) < 0)
		application_failed(application);
	return 0;
}

void bluez_local_register(Bluez *bluez, LocalService *service)
{
	const Adapter *adapter = bluez_adapter(bluez, service->session->radio);
	Application *application = calloc(1, sizeof(*application));
	int r = -ENOMEM;

	if (!application) {
		local_registered(service, -EAGAIN, NULL, bluez_now(bluez));
		return;
	}
	application->bluez = bluez;
	application->service = service;
	service->edge = application;
	application->requests = g_ptr_array_new();
	subscriptions_init(application);
	application->adapter = adapter ? strdup(adapter->path) : NULL;
	snprintf(application->root, sizeof(application->root), "/com/example/Bluetooth/application%u",
		 bluez->next_object++);
	if (application->adapter)
		r = requests_listen(application);
	/* behind those that leave, whose handles it may want */
	if (r >= 0)
		r = application_await(application, on_turn);
	if (r < 0)
		application_failed(application);
}
