/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of a Device1 object. */
#pragma once

#include "addata.h"
#include "connection.h"
#include "device.h"
#include "pairing.h"

/* The properties */
enum {
	DEVICE_ADDRESS,
	DEVICE_ADDRESS_TYPE,
	DEVICE_NAME,
	DEVICE_ALIAS,
	DEVICE_CLASS,
	DEVICE_APPEARANCE,
	DEVICE_ICON,
	DEVICE_PAIRED,
	DEVICE_BONDED,
	DEVICE_TRUSTED,
	DEVICE_BLOCKED,
	DEVICE_LEGACY_PAIRING,
	DEVICE_RSSI,
	DEVICE_CONNECTED,
	DEVICE_UUIDS,
	DEVICE_ADAPTER,
	DEVICE_MANUFACTURER_DATA,
	DEVICE_SERVICE_DATA,
	DEVICE_TX_POWER,
	DEVICE_SERVICES_RESOLVED,
	DEVICE_ADVERTISING_FLAGS,
	DEVICE_ADVERTISING_DATA,
};

struct Device {
	const DeviceHome *home;
	Object *object;
	uint64_t addr;
	bool random;
	Privacy privacy; /* as its bond tells */
	int64_t last_seen;
	bool connectable;
	bool lasting; /* not temporary any more */
	bool doomed; /* temporary again, and to go though it is connected */
	Gatt *gatt;
	Connection *connection;
	Pairing *pairing;
	Central *central; /* it has connected to us; or NULL */
	bool central_resolved;
	guint central_timer;
	GDBusMethodInvocation *central_disconnect; /* Disconnect() under way */
	bool paired; /* as the property tells */
	bool removing; /* once it is disconnected */
	bool closing; /* the object goes */
	char *alias; /* set by a client */
	char name[EIR_NAME_MAX + 1];
	bool trusted, blocked;
	int rssi; /* 0: not known */
	int tx_power; /* EIR_TX_POWER_NONE: not known */
	uint32_t class;
	uint16_t appearance;
	int flags; /* -1: not known */
	GPtrArray *uuids;
	bool resolved_once; /* uuids are those of its services, not what it advertises */
	AdData *manufacturers, *services, *others;
};

void device_signal(Device *device, unsigned int prop);
const char *device_icon(const Device *device); /* or NULL */

/* It has told who it is: its Address is the identity from now on, its path stays. */
void device_identify(Device *device, const Privacy *privacy);
/* It stays when it is not heard of any more, and after a restart; or not. */
void device_set_lasting(Device *device, bool lasting);
void device_store(Device *device);

void device_central_disconnect(Device *device, GDBusMethodInvocation *call);
void device_central_cancel_pairing(Device *device, GDBusMethodInvocation *call);
void device_central_close(Device *device);

extern const ConnectionOps device_connection_ops;
extern const PairingOps device_pairing_ops;
