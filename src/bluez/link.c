/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Links at bluetoothd. */
#include "bluez/link.h"

#include <errno.h>
#include <string.h>

#include "bluez/adapter.h"
#include "bluez/application.h"
#include "bluez/bluez.h"
#include "bluez/device.h"
#include "bluez/directory.h"
#include "bluez/mirror.h"
#include "core/peripheral.h"
#include "util/log.h"

/* The kernel gives up after 20 s; discovering services comes on top. */
#define CONNECT_TIMEOUT (60 * USEC_PER_SEC)

/* Which link a call was for, in case it is gone when the answer comes. */
typedef struct LinkCall {
	Bluez *bluez;
	uint64_t radio;		/* its id */
	Addr addr;
	char path[BLUEZ_PATH_SIZE];	/* of the device */
} LinkCall;

Link *link_of_device(const Device *device)
{
	const Radio *radio = device->adapter->radio;

	return radio && directory_has(device) ? link_find(radio, &device->addr) : NULL;
}

static LinkMirror mirror_of(const Device *device)
{
	return (LinkMirror){
		.known = true,
		.connected = device->connected,
		.resolved = device->resolved && device->tree_read,
		.paired = device->paired,
		.addr_type = device->addr.type,
		.rssi = device->rssi,
	};
}

void bluez_client_left(const Device *device)
{
	Radio *radio = device->adapter->radio;

	if (!radio)
		return;
	bluez_local_left(radio, &device->addr, device->paired);
	peripheral_device(radio->peripheral, &device->addr, false, device->paired, bluez_now(device->adapter->bluez));
}

void bluez_link_sync(Device *device)
{
	Bluez *bluez = device->adapter->bluez;
	Radio *radio = device->adapter->radio;
	LinkMirror mirror;

	if (!device->connected)
		device->tree_read = false;
	if (!radio || !directory_has(device))
		return;
	if (device->connected)
		peripheral_device(radio->peripheral, &device->addr, true, device->paired, bluez_now(bluez));
	else
		bluez_client_left(device);
	if (!link_of_device(device))
		return;
	/* ServicesResolved may come before the last of the objects: read them all once more */
	if (device->connected && device->resolved && !device->tree_read)
		mirror_read_tree(bluez);
	mirror = mirror_of(device);
	link_mirror(radio, &device->addr, &mirror, bluez_now(bluez));
}

void bluez_link_gone(Device *device)
{
	const LinkMirror mirror = { .rssi = RSSI_UNKNOWN };
	const uint64_t now = bluez_now(device->adapter->bluez);
	Radio *radio = device->adapter->radio;

	/* a former object of a device that has another one now says nothing by that */
	if (!radio || !directory_has(device))
		return;
	bluez_client_left(device);
	link_mirror(radio, &device->addr, &mirror, now);
}

void bluez_client_disconnect(Bluez *bluez, Radio *radio, const Addr *addr)
{
	char path[BLUEZ_PATH_SIZE];

	if (bluez_device_path(bluez, radio, addr, path))
		(void)bluez_call_floating(bluez, path, DEVICE_INTERFACE, "Disconnect", NULL, NULL, NULL);
}

bool bluez_link_look(Bluez *bluez, Radio *radio, const Addr *addr, LinkMirror *ret)
{
	const Adapter *adapter = bluez_adapter(bluez, radio);
	Device *device = adapter ? directory_find(adapter, addr) : NULL;

	if (!device)
		return false;
	if (device->connected && device->resolved) {
		device->tree_read = false;
		mirror_read_tree(bluez);
	}
	*ret = mirror_of(device);
	return true;
}

Bluez *bluez_of_answer(void *userdata)
{
	return ((LinkCall *)userdata)->bluez;
}

Link *link_of_answer(void *userdata)
{
	const LinkCall *call = userdata;
	const Radio *radio = broker_radio_by_id(call->bluez->broker, call->radio);

	return radio ? link_find(radio, &call->addr) : NULL;
}

const char *path_of_answer(void *userdata)
{
	return ((LinkCall *)userdata)->path;
}

/* bluetoothd's words for why a connection failed (its src/error.h). */
static int translate_error(const sd_bus_error *error, Reason *reason)
{
	static const struct {
		const char *text;
		int outcome;
		const char *says;
	} table[] = {
		{ "abort-by-local", -EAGAIN, "the connection could not be established" },
		{ "aborted-by-local", -EAGAIN, "the connection could not be established" },
		{ "connection-busy", -EAGAIN, "the radio is busy" },
		/* whatever the kernel says at once, which is EBUSY while another connection is being made */
		{ "Input/output error", -EAGAIN, "the radio is busy" },
		{ "connection-create-socket", -EAGAIN, "the radio is busy" },
		{ "already in progress", -EAGAIN, "somebody else is connecting to the device" },
		/* by its Disconnect, or as the radio goes off, which is told next */
		{ "connection-canceled", -EAGAIN, "the attempt was ended by somebody else" },
		{ "already-connected", 0, "" },
		{ "refused", E_CONNECTION_REFUSED, "the device refused the connection" },
		{ "abort-by-remote", E_CONNECTION_REFUSED, "the device ended the connection" },
		{ "timeout", E_TIMED_OUT, "the device did not answer" },
		{ "concurrent-connection-limit", E_LIMIT_REACHED, "the radio has no room for another link" },
		{ "not-powered", E_NOT_READY, "the radio is powered off" },
	};
	const char *message = error->message ? error->message : "";

	if (sd_bus_error_has_name(error, "org.bluez.Error.AlreadyConnected"))
		return 0;
	if (sd_bus_error_has_name(error, "org.bluez.Error.InProgress"))
		return reason_set(reason, E_IN_PROGRESS, "the radio is busy with this device") ? -EAGAIN : 0;
	/* after some failures it forgets the device: the next try seeks it again */
	if (sd_bus_error_has_name(error, SD_BUS_ERROR_UNKNOWN_OBJECT) ||
	    sd_bus_error_has_name(error, SD_BUS_ERROR_UNKNOWN_METHOD))
		return reason_set(reason, E_FAILED, "bluetoothd has forgotten the device") ? -EAGAIN : 0;
	if (sd_bus_error_has_name(error, "org.bluez.Error.NotReady"))
		return reason_set(reason, E_NOT_READY, "the radio is not ready");
	if (sd_bus_error_has_name(error, SD_BUS_ERROR_NO_REPLY) || sd_bus_error_has_name(error, SD_BUS_ERROR_TIMEOUT))
		return reason_set(reason, E_TIMED_OUT, "the device did not answer");
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		if (!strstr(message, table[i].text))
			continue;
		if (table[i].outcome != 0)
			(void)reason_set(reason, E_FAILED, "%s", table[i].says);
		return table[i].outcome;
	}
	return reason_set(reason, E_FAILED, "bluetoothd could not connect: %s", message[0] ? message : error->name);
}

static int on_connected(sd_bus_message *m, void *userdata, sd_bus_error *ret_error UNUSED)
{
	LinkCall *call = userdata;
	const sd_bus_error *error = sd_bus_message_get_error(m);
	Link *link = link_of_answer(call);
	Reason reason = { "" };
	int r = 0;

	if (error) {
		r = translate_error(error, &reason);
		log_debug("connect: %s: %s", error->name, error->message ? error->message : "");
	}
	if (link)
		link_connect_done(link, r, &reason, bluez_now(call->bluez));
	return 0;
}

static int on_disconnected(sd_bus_message *m, void *userdata, sd_bus_error *ret_error UNUSED)
{
	LinkCall *call = userdata;
	Link *link = link_of_answer(call);

	if (link)
		link_disconnect_done(link, sd_bus_message_is_method_error(m, NULL) ? E_FAILED : 0, bluez_now(call->bluez));
	return 0;
}

/* A call that could not be made: its callback is told so, but not before the caller has returned. */
typedef struct Refusal {
	sd_bus_message *error;
	sd_bus_message_handler_t callback;
	LinkCall *call;
} Refusal;

static void refusal_free(void *userdata)
{
	Refusal *refusal = userdata;

	sd_bus_message_unref(refusal->error);
	g_free(refusal->call);
	g_free(refusal);
}

static int on_refusal(sd_event_source *source, uint64_t now UNUSED, void *userdata)
{
	const Refusal *refusal = userdata;

	(void)refusal->callback(refusal->error, refusal->call, NULL);
	(void)sd_event_source_set_floating(source, false);	/* which lets it go */
	return 0;
}

/* What bluetoothd's refusal would look like. */
static int refusal_message(Bluez *bluez, const char *member, sd_bus_message **ret)
{
	sd_bus_message *call = NULL;
	int r;

	r = sd_bus_message_new_method_call(bluez->bus, &call, "org.bluez", "/", DEVICE_INTERFACE, member);
	if (r >= 0)
		r = sd_bus_message_seal(call, 1, 0);
	if (r >= 0)
		r = sd_bus_message_new_method_errorf(call, ret, SD_BUS_ERROR_DISCONNECTED, "it cannot be called now");
	sd_bus_message_unref(call);
	return r;
}

static int refuse(Bluez *bluez, const char *member, sd_bus_message_handler_t callback, LinkCall *call)
{
	Refusal *refusal = g_new0(Refusal, 1);
	sd_event_source *source = NULL;
	int r;

	refusal->callback = callback;
	refusal->call = call;
	r = refusal_message(bluez, member, &refusal->error);
	if (r >= 0)
		r = sd_event_add_time_relative(bluez->event, &source, CLOCK_BOOTTIME, 0, 0, on_refusal, refusal);
	if (r < 0) {
		refusal_free(refusal);
		return r;
	}
	(void)sd_event_source_set_destroy_callback(source, refusal_free);
	(void)sd_event_source_set_floating(source, true);
	sd_event_source_unref(source);
	return 0;
}

void call_device(Bluez *bluez, const Link *link, const char *member, sd_bus_message_handler_t callback,
		 uint64_t timeout)
{
	LinkCall *call = g_new0(LinkCall, 1);
	char text[ADDR_STRING_SIZE];
	BluezCall *answer = NULL;
	int r = -ENOTCONN;

	call->bluez = bluez;
	call->radio = link->radio->id;
	call->addr = link->addr;
	if (bluez_device_path(bluez, link->radio, &link->addr, call->path))
		r = bluez_call_for(bluez, call->path, DEVICE_INTERFACE, member, &answer, callback, call, NULL, NULL, timeout);
	if (r < 0) {
		addr_format(&link->addr, text);
		log_warning("%s of %s: %s", member, text, strerror(-r));
		r = refuse(bluez, member, callback, call);
		if (r < 0)
			log_error("nobody is told that %s of %s failed: %s", member, text, strerror(-r));
		return;
	}
	/* it finds its link by address, so nobody has to keep it */
	bluez_call_float(answer, g_free);
}

void bluez_link_connect(Bluez *bluez, Link *link)
{
	call_device(bluez, link, "Connect", on_connected, CONNECT_TIMEOUT);
}

void bluez_link_disconnect(Bluez *bluez, Link *link)
{
	call_device(bluez, link, "Disconnect", on_disconnected, CONNECT_TIMEOUT);
}
