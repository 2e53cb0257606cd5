/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Links at bluetoothd. */
#include "bluez/link.h"

#include <errno.h>
#include <string.h>

#include "bluez/adapter.h"
#include "bluez/bluez.h"
#include "bluez/client.h"
#include "bluez/device-call.h"
#include "bluez/device.h"
#include "bluez/directory.h"
#include "bluez/tree.h"
#include "core/peripheral.h"
#include "util/log.h"

/* The kernel gives up after 20 s; discovering services comes on top. */
#define CONNECT_TIMEOUT (60 * USEC_PER_SEC)

Link *bluez_link_of(const Device *device)
{
	const Radio *radio = device->adapter->radio;

	return radio && directory_has(device) ? link_find(radio, &device->addr) : NULL;
}

static LinkMirror mirror_of(const Device *device)
{
	g_autofree char *name = ad_parts_name(&device->parts);
	LinkMirror mirror = {
		.known = true,
		.connected = device->connected,
		.resolved = device->resolved && device->tree_read,
		.paired = device->paired,
		.addr_type = device->addr.type,
		.rssi = device->rssi,
	};

	if (name && strlen(name) < sizeof(mirror.name))
		strcpy(mirror.name, name);
	return mirror;
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
		peripheral_device(radio->peripheral, &device->addr, true, device->paired);
	else
		bluez_client_left(device);
	if (!bluez_link_of(device))
		return;
	/* ServicesResolved may come before the last of the objects: read them all once more */
	if (device->connected && device->resolved && !device->tree_read)
		tree_read(bluez);
	mirror = mirror_of(device);
	link_mirror(radio, &device->addr, &mirror, bluez_now(bluez));
}

void bluez_link_gone(Device *device)
{
	const LinkMirror mirror = { .rssi = RSSI_UNKNOWN };
	const uint64_t now = bluez_now(device->adapter->bluez);
	Radio *radio = device->adapter->radio;

	/* the device has another object now: that this one went means nothing */
	if (!radio || !directory_has(device))
		return;
	bluez_client_left(device);
	link_mirror(radio, &device->addr, &mirror, now);
}

bool bluez_link_look(void *userdata, Radio *radio, const Addr *addr, LinkMirror *ret)
{
	Bluez *bluez = userdata;
	const Adapter *adapter = bluez_adapter(bluez, radio);
	Device *device = adapter ? directory_find(adapter, addr) : NULL;

	if (!device)
		return false;
	if (device->connected && device->resolved) {
		device->tree_read = false;
		tree_read(bluez);
	}
	*ret = mirror_of(device);
	return true;
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
		/* by somebody's Disconnect, or because the radio goes off, which is told next */
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
	/* after some failures bluetoothd forgets the device: the next try seeks it again */
	if (sd_bus_error_has_name(error, SD_BUS_ERROR_UNKNOWN_OBJECT) ||
	    sd_bus_error_has_name(error, SD_BUS_ERROR_UNKNOWN_METHOD))
		return reason_set(reason, E_FAILED, "bluetoothd has forgotten the device") ? -EAGAIN : 0;
	if (sd_bus_error_has_name(error, "org.bluez.Error.NotReady"))
		return reason_set(reason, E_NOT_READY, "the radio is not ready");
	if (sd_bus_error_has_name(error, SD_BUS_ERROR_NO_REPLY) ||
	    sd_bus_error_has_name(error, SD_BUS_ERROR_TIMEOUT))
		return reason_set(reason, E_TIMED_OUT, "the device did not answer");
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		if (!strstr(message, table[i].text))
			continue;
		if (table[i].outcome != 0)
			(void)reason_set(reason, E_FAILED, "%s", table[i].says);
		return table[i].outcome;
	}
	return reason_set(reason, E_FAILED, "bluetoothd could not connect: %s",
			  message[0] ? message : error->name);
}

static int on_connected(sd_bus_message *m, void *userdata, sd_bus_error *ret_error UNUSED)
{
	const sd_bus_error *error = sd_bus_message_get_error(m);
	Link *link = device_call_link(userdata);
	Reason reason = { "" };
	int r = 0;

	if (error) {
		r = translate_error(error, &reason);
		log_debug("connect: %s: %s", error->name, error->message ? error->message : "");
	}
	if (link)
		link_connect_done(link, r, &reason, bluez_now(device_call_bluez(userdata)));
	return 0;
}

static int on_disconnected(sd_bus_message *m, void *userdata, sd_bus_error *ret_error UNUSED)
{
	Link *link = device_call_link(userdata);

	if (link)
		link_disconnect_done(link, sd_bus_message_is_method_error(m, NULL) ? E_FAILED : 0,
				     bluez_now(device_call_bluez(userdata)));
	return 0;
}

void bluez_link_connect(void *userdata, Link *link)
{
	Bluez *bluez = userdata;
	device_call(bluez, link, "Connect", on_connected, CONNECT_TIMEOUT);
}

void bluez_link_disconnect(void *userdata, Link *link)
{
	Bluez *bluez = userdata;
	device_call(bluez, link, "Disconnect", on_disconnected, CONNECT_TIMEOUT);
}
