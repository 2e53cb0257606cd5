/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Centrals at bluetoothd. */
#include "bluez/client.h"

#include "bluez/adapter.h"
#include "bluez/bluez.h"
#include "bluez/device.h"
#include "bluez/subscription.h"
#include "core/peripheral.h"

void bluez_client_left(const Device *device)
{
	Radio *radio = device->adapter->radio;

	if (!radio)
		return;
	subscriptions_left(radio, &device->addr, device->paired);
	peripheral_device(radio->peripheral, &device->addr, false, device->paired);
}

void bluez_client_disconnect(void *userdata, Radio *radio, const Addr *addr)
{
	Bluez *bluez = userdata;
	char path[BLUEZ_PATH_SIZE];

	if (bluez_device_path(bluez, radio, addr, path))
		(void)bluez_call_floating(bluez, path, DEVICE_INTERFACE, "Disconnect", NULL, NULL, NULL);
}
