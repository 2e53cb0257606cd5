/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A Device1 object: what bluetoothd keeps of a device's advertisements, and the way to its
 * services. */
#pragma once

#include "agents.h"
#include "sim.h"
#include "eir.h"

typedef struct Device Device;

/* What the devices of an adapter have in common. */
typedef struct DeviceHome {
	Bus *bus;
	Air *air;
	Radio *radio;
	const Agents *agents;
	const char *adapter_path;
	void (*rename)(void *owner, Device *device, uint64_t addr); /* by device_set_addr */
	void (*remove)(void *owner, Device *device); /* it is disconnected now, as RemoveDevice wants */
	void *owner;
} DeviceHome;

/* home outlives it. */
Device *device_new(const DeviceHome *home, uint64_t addr, bool random);
Device *device_new_stored(const DeviceHome *home, const StoredDevice *stored);
Device *device_free(Device *device, bool silently);
/* RemoveDevice: it is forgotten. Answers the call. Whether it can go now; else home's remove will
 * say when. */
bool device_remove(Device *device, GDBusMethodInvocation *call);
void device_power_lost(Device *device);
/* Whether it is a temporary one, and not connected. */
bool device_may_go(const Device *device);
const uint64_t *device_get_addr(const Device *device); /* lives as long as the device */
void device_set_addr(Device *device, uint64_t addr);
bool device_is_random(const Device *device);
const char *device_path(const Device *device);

/* A central has connected; its link is over (and the Device1 object may still hold it). */
void device_central_up(Device *device, Central *central);
void device_central_down(Device *device);
void device_central_forget(Device *device);
void device_central_paired(Device *device, const Privacy *privacy);

/* Any report: it keeps a temporary device alive. */
void device_seen(Device *device, bool connectable, int64_t now);
int64_t device_last_seen(const Device *device);
bool device_connectable(const Device *device);

/* rssi_step: the change of RSSI, dB, that is worth a signal; duplicate: data is signalled even
 * where it is not new. */
void device_update(Device *device, const Eir *eir, int8_t rssi, int rssi_step, bool duplicate);
/* The discovery is over: RSSI and TxPower are not known any more. */
void device_forget_signal(Device *device);
