/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A Device1 object: what bluetoothd keeps of a device's advertisements. */
#pragma once

#include "eir.h"
#include "bus.h"
#include "radio.h"

typedef struct Device Device;

Device *device_new(Bus *bus, const char *adapter_path, uint64_t addr, bool random);
Device *device_free(Device *device, bool silently);
const uint64_t *device_get_addr(const Device *device); /* lives as long as the device */
bool device_is_random(const Device *device);
const char *device_path(const Device *device);

/* Any report: it keeps a temporary device alive. */
void device_seen(Device *device, bool connectable, int64_t now);
int64_t device_last_seen(const Device *device);
bool device_connectable(const Device *device);

/* rssi_step: the change of RSSI, dB, that is worth a signal; duplicate: data is signalled even
 * where it is not new. */
void device_update(Device *device, const Eir *eir, int8_t rssi, int rssi_step, bool duplicate);
/* The discovery is over: RSSI and TxPower are not known any more. */
void device_forget_signal(Device *device);
