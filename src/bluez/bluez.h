/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bluetoothd, on the hot connection: watches its name, mirrors its objects from GetManagedObjects and a few
 * broad signal matches (no proxies, no match a device), and turns what it hears of devices into advertising
 * reports. Changes of devices can be a flood: those are matched only while somebody here cares.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "bluez/call.h"
#include "core/broker.h"
#include "core/radio.h"
#include "util/macros.h"

typedef struct Adapter Adapter;
typedef struct CallQueue CallQueue;
typedef struct Keys Keys;

#define BLUEZ_NAME "org.bluez"

/* Told once, when it is known what bluetoothd has, or that it is not there. */
typedef void (*BluezSettled)(void *userdata);

#define MIRROR_MATCHES 6

typedef struct Bluez {
	sd_event *event;
	sd_bus *bus;
	Broker *broker;
	BluezSettled settled;
	void *userdata;
	CallQueue *calls;		/* to it */
	char *owner;			/* unique name of bluetoothd; NULL: not there */
	bool loaded;			/* the mirror is complete */
	BluezCall *load;		/* the call that fills it */
	sd_bus_slot *find;		/* the call that looks for the owner */
	sd_event_source *reload;
	BluezCall *tree;		/* GetManagedObjects, for the attributes of new links */
	bool tree_again;		/* another link was resolved meanwhile */
	bool refreshing;		/* the mirrored devices are old until the tree is there */
	sd_bus_slot *owner_match;	/* of its name */
	sd_bus_slot *matches[MIRROR_MATCHES];
	sd_bus_slot *device_match;	/* changes of devices; NULL: nobody cares */
	sd_bus_slot *strangers;		/* sees all calls to our objects first */
	sd_bus_slot *agent;
	sd_bus_slot *flow;		/* the ping behind values of ours; NULL: none */
	sd_bus_message *refused;	/* a question to it that is answered when bluetoothd takes it back */
	unsigned next_object;		/* number of the next object that we register */
	GPtrArray *leaving;		/* Application: about to be unregistered */
	GPtrArray *adapters;
	GHashTable *devices;		/* path -> Device */
	Keys *keys;			/* of those that are bonded */
	GHashTable *lent;		/* path -> Loan (bluez/trust.h); NULL: none */
} Bluez;

/* bus and event outlive it. keys: the path of the socket where keys of bonded devices are had
 * (bluez/keys.h). */
int bluez_new(Bluez **ret, sd_event *event, sd_bus *bus, Broker *broker, const char *keys,
	      BluezSettled settled, void *userdata);
Bluez *bluez_free(Bluez *bluez);
/* The daemon is about to end: says the last things to bluetoothd. */
void bluez_end(Bluez *bluez);
/* All radios vanish: before the end. */
void bluez_forget_radios(Bluez *bluez);

/* CLOCK_BOOTTIME, of this turn of the loop. */
uint64_t bluez_now(const Bluez *bluez);

/* The adapter of a radio, or NULL while BlueZ does not have it. */
Adapter *bluez_adapter(const Bluez *bluez, const Radio *radio);
/* The one at the path that is length bytes long, or NULL. */
Adapter *bluez_adapter_at(const Bluez *bluez, const char *path, size_t length);

/* The path that the radio's device of that address (any of the device's) has, or would have: path, or NULL
 * while BlueZ does not have the radio. */
#define BLUEZ_PATH_SIZE 128
const char *bluez_device_path(const Bluez *bluez, const Radio *radio, const Addr *addr,
			      char path[static BLUEZ_PATH_SIZE]);

/* The path of an object that came with that address. Returns path. */
const char *bluez_path_of(const Adapter *adapter, const Addr *addr, char path[static BLUEZ_PATH_SIZE]);

/* Anybody may signal us: only bluetoothd counts. Calls of others do not get as far as our objects. */
bool bluez_is_sender(const Bluez *bluez, sd_bus_message *m);

/* bluetoothd looks at messages in order: its answer says that it has had all that was sent before. Not one of
 * the calls that stand in line (bluez/call.h), and without a time limit. -ENOTCONN: bluetoothd is away. */
int bluez_ping(const Bluez *bluez, sd_bus_slot **ret, sd_bus_message_handler_t callback, void *userdata);

/* What core wants of a radio (RadioOps). */
void bluez_scan(void *userdata, Radio *radio, const DesiredScan *wanted);
void bluez_scan_restart(void *userdata, Radio *radio);
void bluez_power(void *userdata, Radio *radio, bool on);
