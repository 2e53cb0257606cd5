/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices by address. */
#include "bluez/directory.h"

#include "bluez/adapter.h"
#include "bluez/device.h"

/* Whether BlueZ hears this object. A bonded device's former object is kept too, and is never heard any
 * more. */
static bool is_alive(const Device *device)
{
	return device->connected || device->rssi != RSSI_UNKNOWN;
}

Device *directory_find(const Adapter *adapter, const Addr *addr)
{
	Addr identity = *addr;
	Device *device;

	if (adapter->radio)
		identity = identities_resolve(adapter->radio->identities, addr);
	device = g_hash_table_lookup(adapter->by_addr, &identity);
	if (device || addr_equal(&identity, addr))
		return device;
	device = g_hash_table_lookup(adapter->by_addr, addr);
	return device && is_alive(device) ? device : NULL;
}

bool directory_has(const Device *device)
{
	return directory_find(device->adapter, &device->addr) == device;
}

void directory_add(Device *device)
{
	/* two may claim one address for a moment, when a device bonds again: the later one is right */
	g_hash_table_replace(device->adapter->by_addr, &device->addr, device);
	device->listed = true;
}

void directory_remove(const Device *device)
{
	if (device->listed && g_hash_table_lookup(device->adapter->by_addr, &device->addr) == device)
		g_hash_table_remove(device->adapter->by_addr, &device->addr);
}

void directory_move(Device *device, const Addr *to)
{
	directory_remove(device);
	device->addr = *to;
	if (device->listed)
		directory_add(device);
}
