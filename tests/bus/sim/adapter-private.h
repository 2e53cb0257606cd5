/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of an adapter object. */
#pragma once

#include "adapter.h"
#include "advert.h"
#include "central-server.h"
#include "device.h"
#include "discovery.h"
#include "object.h"
#include "power.h"
#include "server.h"

/* The properties */
enum {
	ADAPTER_ADDRESS,
	ADAPTER_ADDRESS_TYPE,
	ADAPTER_NAME,
	ADAPTER_ALIAS,
	ADAPTER_CLASS,
	ADAPTER_POWERED,
	ADAPTER_POWER_STATE,
	ADAPTER_DISCOVERABLE,
	ADAPTER_DISCOVERABLE_TIMEOUT,
	ADAPTER_PAIRABLE,
	ADAPTER_PAIRABLE_TIMEOUT,
	ADAPTER_DISCOVERING,
	ADAPTER_UUIDS,
	ADAPTER_MODALIAS,
	ADAPTER_ROLES,
	ADAPTER_EXPERIMENTAL_FEATURES,
};

struct Adapter {
	Bus *bus;
	Radio *radio;
	Object *object;
	Discovery *discovery;
	Power *power;
	Adverts *adverts;
	Server *server;
	DeviceHome home;
	GHashTable *devices; /* address → Device */
	unsigned int temporary_ms;
	guint sweep;
	guint completing; /* not all interfaces are there yet */
	char *alias;
	bool discoverable, pairable;
	uint32_t discoverable_timeout, pairable_timeout;
};

/* The device that stands for the central, or NULL. */
Device *adapter_find(const Adapter *adapter, const Central *central);

extern const char *const adapter_props[];
GVariant *adapter_get(void *owner, unsigned int prop);
void adapter_set(void *owner, unsigned int prop, GVariant *value, GDBusMethodInvocation *call);
void adapter_signal(Adapter *adapter, unsigned int prop);
