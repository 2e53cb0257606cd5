/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Centrals that subscribe, and what they are notified of.
 *
 * StartNotify does not tell who subscribes, AcquireNotify does. A bluetoothd that has a socket for each
 * central gets one. From others it is refused, after which they call StartNotify, for each central;
 * StopNotify comes when the last of them has unsubscribed or left, not before.
 */
#include "bluez/subscription.h"

#include <string.h>

#include "bluez/bluez.h"
#include "bluez/notify-socket.h"
#include "bluez/request.h"
#include "core/attr.h"
#include "core/identity.h"
#include "core/local-flow.h"
#include "core/local-group.h"
#include "core/local-subscriber.h"
#include "core/radio.h"
#include "util/log.h"

/* A central that AcquireNotify told of; its StartNotify is to come. */
typedef struct Subscribing {
	LocalAttr *attr;
	Addr client;
	uint16_t mtu;
} Subscribing;

void subscriptions_init(Application *application)
{
	application->subscribing = g_array_new(FALSE, FALSE, sizeof(Subscribing));
	notify_sockets_init(application);
}

void subscriptions_deinit(Application *application)
{
	g_array_free(application->subscribing, TRUE);
	notify_sockets_deinit(application);
}

static int on_acquire(Application *application, LocalAttr *attr, sd_bus_message *m)
{
	Subscribing subscribing = { .attr = attr };

	request_client(application, m, &subscribing.client, &subscribing.mtu);
	if (notify_socket_open(application, attr, &subscribing.client, subscribing.mtu, m))
		return 1;
	g_array_append_val(application->subscribing, subscribing);
	return sd_bus_reply_method_errorf(m, "org.bluez.Error.NotSupported", "told with StartNotify");
}

/* StartNotify, which is of the central that AcquireNotify told of first. */
static void on_start(Application *application, LocalAttr *attr)
{
	for (guint i = 0; i < application->subscribing->len; i++) {
		const Subscribing subscribing = g_array_index(application->subscribing, Subscribing, i);

		if (subscribing.attr != attr)
			continue;
		g_array_remove_index(application->subscribing, i);
		local_subscribe(attr, &subscribing.client, subscribing.mtu);
		return;
	}
	log_limited(LOG_WARNING, "bluetoothd tells of a subscription, but not whose it is");
}

int subscription_call(Application *application, LocalAttr *attr, sd_bus_message *m, const char *member)
{
	if (strcmp(member, "AcquireNotify") == 0)
		return on_acquire(application, attr, m);
	if (strcmp(member, "StartNotify") == 0)
		on_start(application, attr);
	else if (strcmp(member, "StopNotify") == 0)
		local_unsubscribe_all(attr);
	else
		return 0;
	return sd_bus_reply_method_return(m, NULL);
}

/* A central that leaves before bluetoothd has our answer has not subscribed. */
void subscriptions_left(Radio *radio, const Addr *client, bool bonded)
{
	const GPtrArray *services = radio->peripheral->services;

	for (guint s = 0; s < services->len; s++) {
		const LocalService *service = g_ptr_array_index(services, s);
		Application *application = service->edge;

		if (!application || application->service != service)
			continue;
		notify_sockets_left(application, client, bonded);
		for (guint i = application->subscribing->len; i-- > 0;)
			if (identities_same(radio->identities,
					    &g_array_index(application->subscribing, Subscribing, i).client,
					    client))
				g_array_remove_index(application->subscribing, i);
	}
}

/* --- toward the centrals --- */

static int append_value(sd_bus_message *m, GBytes *value)
{
	const void *bytes;
	gsize length;
	int r;

	bytes = g_bytes_get_data(value, &length);
	r = sd_bus_message_open_container(m, 'a', "{sv}");
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'e', "sv");
	if (r >= 0)
		r = sd_bus_message_append(m, "s", "Value");
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'v', "ay");
	if (r >= 0)
		r = sd_bus_message_append_array(m, 'y', bytes, length);
	for (int i = 0; i < 3 && r >= 0; i++)
		r = sd_bus_message_close_container(m);
	return r < 0 ? r : sd_bus_message_append(m, "as", 0);
}

/* Makes a PropertiesChanged of the value; NULL: of NotifyAcquired, which is there no more. */
static int changed_message(const Bluez *bluez, const char *path, GBytes *value, sd_bus_message **ret)
{
	int r;

	r = sd_bus_message_new_signal(bluez->bus, ret, path, "org.freedesktop.DBus.Properties",
				      "PropertiesChanged");
	if (r >= 0)
		r = sd_bus_message_set_destination(*ret, bluez->owner);
	if (r >= 0)
		r = sd_bus_message_append(*ret, "s", CHARACTERISTIC_INTERFACE);
	if (r >= 0)
		r = value ? append_value(*ret, value) :
			    sd_bus_message_append(*ret, "a{sv}as", 0, 1, "NotifyAcquired");
	return r;
}

static void send_changed(const Bluez *bluez, const char *path, GBytes *value)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	int r;

	if (!bluez->owner)
		return;
	r = changed_message(bluez, path, value, &m);
	if (r >= 0)
		r = sd_bus_send(bluez->bus, m, NULL);
	if (r < 0)
		log_limited(LOG_WARNING, "cannot tell bluetoothd of a new value: %s", strerror(-r));
}

void subscriptions_notify(void *userdata, LocalAttr *attr, GBytes *value)
{
	Bluez *bluez = userdata;
	char path[APPLICATION_PATH_SIZE];

	if (attr->service->edge)
		send_changed(bluez, application_path(attr, path), value);
}

/* Any answer will do, also the bus's that bluetoothd has left. */
static int on_taken(sd_bus_message *m UNUSED, void *userdata, sd_bus_error *error UNUSED)
{
	Bluez *bluez = userdata;

	bluez->flow = sd_bus_slot_unref(bluez->flow);
	local_flow_taken(bluez->broker);
	return 0;
}

int subscriptions_ask(void *userdata)
{
	Bluez *bluez = userdata;
	return bluez_ping(bluez, &bluez->flow, on_taken, bluez);
}

/* bluetoothd asks for sockets of the service no more. */
static void subscriptions_refuse(const Application *application, const LocalService *service)
{
	for (guint i = 0; i < service->attrs->len; i++) {
		const LocalAttr *attr = g_ptr_array_index(service->attrs, i);
		char path[APPLICATION_PATH_SIZE];

		if (attr->kind == LOCAL_CHARACTERISTIC && (attr->properties & (PROP_NOTIFY | PROP_INDICATE)))
			send_changed(application->bluez, application_path(attr, path), NULL);
	}
}

void subscriptions_end(Application *application)
{
	const LocalService *service;

	notify_sockets_end(application);
	for (guint i = 0; (service = local_group_member(application->service, i)); i++)
		subscriptions_refuse(application, service);
}

int subscription_notify(void *userdata UNUSED, LocalAttr *attr, const Addr *client, GBytes *value)
{
	return attr->service->edge ? notify_socket_send(attr->service->edge, attr, client, value) :
				     -EOPNOTSUPP;
}
