/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Links at bluetoothd. */
#include "bluez/link.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bluez/adapter.h"
#include "bluez/bluez.h"
#include "bluez/device.h"
#include "bluez/mirror.h"
#include "util/log.h"

/* The kernel gives up after 20 s; discovering services comes on top. */
#define CONNECT_TIMEOUT (60 * USEC_PER_SEC)

/* Which link a call was for, in case it is gone when the answer comes. */
typedef struct LinkCall {
	Bluez *bluez;
	Addr radio;
	Addr addr;
} LinkCall;

static Device *find_device(const Bluez *bluez, const Radio *radio, const Addr *addr)
{
	const Adapter *adapter = bluez_adapter(bluez, radio);
	char text[ADDR_STRING_SIZE], path[96];

	if (!adapter)
		return NULL;
	snprintf(path, sizeof(path), "%s/dev_%s", adapter->path, addr_format_with(addr, '_', text));
	return g_hash_table_lookup(bluez->devices, path);
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

void bluez_link_sync(Device *device)
{
	Bluez *bluez = device->adapter->bluez;
	Radio *radio = device->adapter->radio;
	LinkMirror mirror;

	if (!device->connected)
		device->tree_read = false;
	if (!radio || !link_find(radio, &device->addr))
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

	if (device->adapter->radio)
		link_mirror(device->adapter->radio, &device->addr, &mirror, bluez_now(device->adapter->bluez));
}

bool bluez_link_look(Bluez *bluez, Radio *radio, const Addr *addr, LinkMirror *ret)
{
	Device *device = find_device(bluez, radio, addr);

	if (!device)
		return false;
	if (device->connected && device->resolved) {
		device->tree_read = false;
		mirror_read_tree(bluez);
	}
	*ret = mirror_of(device);
	return true;
}

Link *link_of_answer(void *userdata)
{
	const LinkCall *call = userdata;

	for (guint i = 0; i < call->bluez->broker->radios->len; i++) {
		Radio *radio = g_ptr_array_index(call->bluez->broker->radios, i);

		if (addr_equal(&radio->addr, &call->radio))
			return link_find(radio, &call->addr);
	}
	return NULL;
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
		{ "already in progress", -EAGAIN, "somebody else is connecting to the device" },
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

static int on_disconnected(sd_bus_message *m UNUSED, void *userdata, sd_bus_error *ret_error UNUSED)
{
	LinkCall *call = userdata;
	Link *link = link_of_answer(call);

	if (link)
		link_disconnect_done(link, bluez_now(call->bluez));
	return 0;
}

void call_device(Bluez *bluez, const Link *link, const char *member, sd_bus_message_handler_t callback,
		 uint64_t timeout)
{
	const Adapter *adapter = bluez_adapter(bluez, link->radio);
	char text[ADDR_STRING_SIZE], path[96];
	sd_bus_slot *slot = NULL;
	LinkCall *call;
	int r;

	if (!adapter)
		return;
	call = g_new0(LinkCall, 1);
	call->bluez = bluez;
	call->radio = link->radio->addr;
	call->addr = link->addr;
	snprintf(path, sizeof(path), "%s/dev_%s", adapter->path, addr_format_with(&link->addr, '_', text));
	r = bluez_call_for(bluez, path, "org.bluez.Device1", member, &slot, callback, call, NULL, NULL, timeout);
	if (r < 0) {
		log_warning("%s of %s: %s", member, text, strerror(-r));
		g_free(call);
		return;
	}
	/* the answer finds its link by address, so nobody has to keep the slot */
	(void)sd_bus_slot_set_destroy_callback(slot, g_free);
	(void)sd_bus_slot_set_floating(slot, true);
	sd_bus_slot_unref(slot);
}

void bluez_link_connect(Bluez *bluez, Link *link)
{
	call_device(bluez, link, "Connect", on_connected, CONNECT_TIMEOUT);
}

void bluez_link_disconnect(Bluez *bluez, Link *link)
{
	call_device(bluez, link, "Disconnect", on_disconnected, CONNECT_TIMEOUT);
}
