/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mirror of one org.bluez.Adapter1 (and its LEAdvertisingManager1), and what we do with it: power and
 * discovery. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "bluez/call.h"
#include "bluez/scan.h"
#include "core/radio-name.h"
#include "core/radio.h"
#include "util/macros.h"

#define ADAPTER_INTERFACE "org.bluez.Adapter1"
#define ADVERTISING_INTERFACE "org.bluez.LEAdvertisingManager1"

#define BLUEZ_VERSION(major, minor) ((major) << 8 | (minor))

typedef struct Bluez Bluez;

typedef struct Adapter {
	Bluez *bluez;
	char *path;
	unsigned index;		/* N of hciN */

	/* mirrored */
	Addr addr;
	bool has_addr;
	RadioState state;
	unsigned version;	/* BLUEZ_VERSION; 0: bluetoothd's configuration hides it (DeviceID) */
	uint8_t instances_active;
	unsigned n_devices;
	GHashTable *by_addr;	/* &device.addr → Device (bluez/directory.h) */

	/* ours */
	Radio *radio;		/* NULL until core knows it */
	Scan scan;
	BluezCall *power_call;
	GPtrArray *unwanted;	/* paths of advertisements to unregister as soon as the radio is on */
} Adapter;

/* -EINVAL if the path is not /org/bluez/hciN. */
int adapter_new(Adapter **ret, Bluez *bluez, const char *path);
/* Frees the adapter, and tells core that the radio is gone. Returns NULL. */
Adapter *adapter_free(Adapter *adapter);

/* Take over an a{sv} of properties: of Adapter1, of LEAdvertisingManager1. Negative errno if the message is
 * broken. */
int adapter_read(Adapter *adapter, sd_bus_message *m);
int adapter_read_advertising(Adapter *adapter, sd_bus_message *m);

/* Tells core what changed, and lets the scan follow. */
void adapter_publish(Adapter *adapter);

void adapter_set_power(Adapter *adapter, bool on);

/* RadioOps (core/ops.h): core sets the radio's name, or no longer waits for that. */
void adapter_rename(void *userdata, const Radio *radio, const char *name, NameWait *wait);
void adapter_rename_forget(void *userdata, NameWait *wait);
