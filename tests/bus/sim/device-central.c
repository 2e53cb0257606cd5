/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A Device1 object that stands for a central which has connected to us. */
#include "central-server.h"
#include "device-private.h"

#define RESOLVE_MS 5 /* bluetoothd looks for services there, too */
#define DISCONNECT_MS 2400 /* measured; it gives profiles time to say goodbye */
#define LOCAL_HOST_TERMINATED 0x16

static int on_resolved(void *data)
{
	Device *device = data;

	device->central_timer = 0;
	device->central_resolved = true;
	device_signal(device, DEVICE_SERVICES_RESOLVED);
	return G_SOURCE_REMOVE;
}

static void stop_timer(Device *device)
{
	if (device->central_timer)
		g_source_remove(device->central_timer);
	device->central_timer = 0;
}

void device_central_up(Device *device, Central *central)
{
	device->central = central;
	device->last_seen = g_get_monotonic_time();
	device_signal(device, DEVICE_CONNECTED);
	device->central_timer = g_timeout_add(RESOLVE_MS, on_resolved, device);
}

void device_central_down(Device *device)
{
	GDBusMethodInvocation *call = g_steal_pointer(&device->central_disconnect);

	if (!device->central)
		return;
	stop_timer(device);
	device->central = NULL;
	device->last_seen = g_get_monotonic_time();
	if (device->central_resolved)
		device_signal(device, DEVICE_SERVICES_RESOLVED);
	device->central_resolved = false;
	device_signal(device, DEVICE_CONNECTED);
	if (call)
		bus_reply(device->home->bus, call, NULL);
}

static int on_disconnect(void *data)
{
	Device *device = data;

	device->central_timer = 0;
	central_lose(device->central, LOCAL_HOST_TERMINATED);
	return G_SOURCE_REMOVE;
}

void device_central_disconnect(Device *device, GDBusMethodInvocation *call)
{
	if (device->central_disconnect) {
		bus_error(device->home->bus, call, "InProgress", "In Progress");
		return;
	}
	stop_timer(device);
	device->central_disconnect = call;
	device->central_timer = g_timeout_add(DISCONNECT_MS, on_disconnect, device);
}

/* The kernel ends what it is at, and the link, though bluetoothd knows of nothing to cancel. */
void device_central_cancel_pairing(Device *device, GDBusMethodInvocation *call)
{
	bus_error(device->home->bus, call, "DoesNotExist", "Does Not Exist");
	if (device->central->end->smp)
		central_lose(device->central, LOCAL_HOST_TERMINATED);
}

void device_central_close(Device *device)
{
	if (device->central)
		central_lose(device->central, LOCAL_HOST_TERMINATED);
}

/* bluetoothd is killed, the link stays. */
void device_central_forget(Device *device)
{
	stop_timer(device);
	device->central = NULL;
	if (device->central_disconnect)
		bus_error(device->home->bus, g_steal_pointer(&device->central_disconnect), "Failed", "gone");
}

void device_central_paired(Device *device, const Privacy *privacy)
{
	device_identify(device, privacy);
	if (device->paired)
		return;
	device->paired = true;
	pairing_remember(device->pairing);
	device_set_lasting(device, true);
	device_signal(device, DEVICE_PAIRED);
	device_signal(device, DEVICE_BONDED);
	device_store(device);
}
