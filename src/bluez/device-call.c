/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls to the devices of links. */
#include "bluez/device-call.h"

#include <errno.h>
#include <string.h>

#include "bluez/bluez.h"
#include "bluez/device.h"
#include "util/log.h"

/* The link that a call is for, by address: it may be gone when the answer comes. */
typedef struct DeviceCall {
	Bluez *bluez;
	uint64_t radio;		/* its id */
	Addr addr;
	char path[BLUEZ_PATH_SIZE];	/* of the device */
} DeviceCall;

/* A call that could not be made: its callback is told so, but not before the caller has returned. */
typedef struct Refusal {
	sd_bus_message *error;
	sd_bus_message_handler_t callback;
	DeviceCall *call;
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
	(void)sd_event_source_set_floating(source, false);	/* which frees the source */
	return 0;
}

/* Makes an error that looks like one of bluetoothd's. */
static int refusal_message(Bluez *bluez, const char *member, sd_bus_message **ret)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = NULL;
	int r;

	r = sd_bus_message_new_method_call(bluez->bus, &call, "org.bluez", "/", DEVICE_INTERFACE, member);
	if (r >= 0)
		r = sd_bus_message_seal(call, 1, 0);
	if (r < 0)
		return r;
	return sd_bus_message_new_method_errorf(call, ret, SD_BUS_ERROR_DISCONNECTED,
						"it cannot be called now");
}

static int refuse(Bluez *bluez, const char *member, sd_bus_message_handler_t callback, DeviceCall *call)
{
	Refusal *refusal = g_new0(Refusal, 1);
	CLEANUP(sd_event_source_unrefp) sd_event_source *source = NULL;
	int r;

	refusal->callback = callback;
	refusal->call = call;
	r = refusal_message(bluez, member, &refusal->error);
	if (r >= 0)
		r = sd_event_add_time_relative(bluez->event, &source, CLOCK_BOOTTIME, 0, 0, on_refusal,
					       refusal);
	if (r < 0) {
		refusal_free(refusal);
		return r;
	}
	(void)sd_event_source_set_destroy_callback(source, refusal_free);
	(void)sd_event_source_set_floating(source, true);
	return 0;
}

void device_call(Bluez *bluez, const Link *link, const char *member, sd_bus_message_handler_t callback,
		 uint64_t timeout)
{
	DeviceCall *call = g_new0(DeviceCall, 1);
	char text[ADDR_STRING_SIZE];
	BluezCall *answer = NULL;
	int r = -ENOTCONN;

	call->bluez = bluez;
	call->radio = link->radio->id;
	call->addr = link->addr;
	if (bluez_device_path(bluez, link->radio, &link->addr, call->path))
		r = bluez_call_for(bluez, call->path, DEVICE_INTERFACE, member, &answer, callback, call, NULL,
				   NULL, timeout);
	if (r < 0) {
		addr_format(&link->addr, text);
		log_warning("%s of %s: %s", member, text, strerror(-r));
		r = refuse(bluez, member, callback, call);
		if (r < 0)
			log_error("nobody is told that %s of %s failed: %s", member, text, strerror(-r));
		return;
	}
	/* the callback finds its link by address, so nobody has to keep the call */
	bluez_call_float(answer, g_free);
}

Bluez *device_call_bluez(void *userdata)
{
	return ((DeviceCall *)userdata)->bluez;
}

Link *device_call_link(void *userdata)
{
	const DeviceCall *call = userdata;
	const Radio *radio = broker_radio_by_id(call->bluez->broker, call->radio);

	return radio ? link_find(radio, &call->addr) : NULL;
}

const char *device_call_path(void *userdata)
{
	return ((DeviceCall *)userdata)->path;
}
