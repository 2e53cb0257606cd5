/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a Device1 object takes from advertisements. Which change is signalled when follows BlueZ
 * 5.66. */
#include <stdlib.h>
#include <string.h>

#include "device-private.h"

/* Icon names of the freedesktop naming specification, as bluetoothd hands them out. */
const char *device_icon(const Device *device)
{
	switch (device->appearance >> 6) {
	case 0x00:
		return device->appearance ? "unknown" : NULL;
	case 0x01:
		return "phone";
	case 0x02:
		return "computer";
	case 0x05:
		return "video-display";
	case 0x0a:
		return "multimedia-player";
	case 0x0b:
		return "scanner";
	case 0x0f:
		return (device->appearance & 0x3f) == 1	  ? "input-keyboard"
		       : (device->appearance & 0x3f) == 2 ? "input-mouse"
							  : NULL;
	default:
		return NULL;
	}
}

static void device_set_rssi(Device *device, int rssi, int step)
{
	if (rssi == 0 || device->rssi == 0) {
		if (device->rssi == rssi)
			return;
	} else if (abs(device->rssi - rssi) < step) {
		return;
	}
	device->rssi = rssi;
	device_signal(device, DEVICE_RSSI);
}

static void device_set_tx_power(Device *device, int tx_power)
{
	if (device->tx_power == tx_power)
		return;
	device->tx_power = tx_power;
	device_signal(device, DEVICE_TX_POWER);
}

static void device_set_name(Device *device, const char *name)
{
	if (strcmp(device->name, name) == 0)
		return;
	g_strlcpy(device->name, name, sizeof(device->name));
	device_signal(device, DEVICE_NAME);
	if (!device->alias)
		device_signal(device, DEVICE_ALIAS);
}

static void device_set_appearance(Device *device, uint16_t appearance)
{
	if (device->appearance == appearance)
		return;
	device->appearance = appearance;
	device_signal(device, DEVICE_APPEARANCE);
	if (device_icon(device))
		device_signal(device, DEVICE_ICON);
}

static void device_add_uuids(Device *device, const Eir *eir)
{
	bool added = false;

	if (device->resolved_once)
		return;
	for (size_t i = 0; i < eir->n_uuids; i++) {
		if (g_ptr_array_find_with_equal_func(device->uuids, eir->uuids[i], g_str_equal,
						     NULL))
			continue;
		g_ptr_array_add(device->uuids, g_strdup(eir->uuids[i]));
		added = true;
	}
	if (added)
		device_signal(device, DEVICE_UUIDS);
}

static void device_add_data(Device *device, AdData *data, const EirPart *parts, size_t n,
			    bool duplicate, unsigned int prop)
{
	bool changed = false;

	if (n == 0)
		return;
	if (duplicate)
		addata_clear(data);
	for (size_t i = 0; i < n; i++)
		changed |= addata_put(data, &parts[i]);
	if (changed)
		device_signal(device, prop);
}

void device_update(Device *device, const Eir *eir, int8_t rssi, int rssi_step, bool duplicate)
{
	device_set_rssi(device, rssi, rssi_step);
	if (eir->tx_power != EIR_TX_POWER_NONE)
		device_set_tx_power(device, eir->tx_power);
	if (eir->appearance != 0)
		device_set_appearance(device, eir->appearance);
	if (eir->has_name && (eir->name_complete || device->name[0] == '\0'))
		device_set_name(device, eir->name);
	if (eir->class != 0 && eir->class != device->class) {
		device->class = eir->class;
		device_signal(device, DEVICE_CLASS);
	}
	device_add_uuids(device, eir);
	device_add_data(device, device->manufacturers, eir->manufacturers, eir->n_manufacturers,
			duplicate, DEVICE_MANUFACTURER_DATA);
	device_add_data(device, device->services, eir->services, eir->n_services, duplicate,
			DEVICE_SERVICE_DATA);
	device_add_data(device, device->others, eir->others, eir->n_others, duplicate,
			DEVICE_ADVERTISING_DATA);
	if (device->flags != eir->flags) {
		device->flags = eir->flags;
		device_signal(device, DEVICE_ADVERTISING_FLAGS);
	}
}

void device_forget_signal(Device *device)
{
	device_set_rssi(device, 0, 0);
	device_set_tx_power(device, EIR_TX_POWER_NONE);
}
