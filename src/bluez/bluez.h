/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bluetoothd, on the hot connection: watches its name, mirrors its objects from GetManagedObjects and a few
 * broad signal matches (no proxies, no match rule per device), and turns what it signals of devices into
 * advertising reports. Signals of devices can be a flood, so they are matched only while somebody here cares.
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

/* Called once, when bluetoothd's objects are known, or that bluetoothd is not there. */
typedef void (*BluezSettled)(void *userdata);

#define MIRROR_MATCHES 6

typedef struct Bluez {
	sd_event *event;
	sd_bus *bus;
	Broker *broker;
	BluezSettled settled;
	void *userdata;
	CallQueue *calls;		/* to bluetoothd */
	char *owner;			/* unique name of bluetoothd; NULL: not there */
	bool loaded;			/* the mirror is complete */
	BluezCall *load;		/* the call that fills the mirror */
	sd_bus_slot *find;		/* the call that looks for the owner */
	sd_event_source *reload;
	BluezCall *tree;		/* GetManagedObjects, for the attributes of new links */
	bool tree_again;		/* another link was resolved meanwhile */
	bool refreshing;		/* the mirrored devices are old until the tree is there */
	sd_bus_slot *owner_match;	/* of bluetoothd's name */
	sd_bus_slot *matches[MIRROR_MATCHES];
	sd_bus_slot *device_match;	/* changes of devices; NULL: nobody cares */
	sd_bus_slot *strangers;		/* sees all calls to our objects first */
	sd_bus_slot *agent;
	sd_bus_slot *flow;		/* the ping sent after values of ours; NULL: none */
	sd_bus_message *refused;	/* the agent's question, answered when bluetoothd takes it back */
	unsigned next_object;		/* number of the next object that we register */
	GPtrArray *leaving;		/* Application: about to be unregistered */
	GPtrArray *adapters;
	GHashTable *devices;		/* path -> Device */
	Keys *keys;			/* of bonded devices */
	GHashTable *lent;		/* path -> Loan (bluez/trust.h); NULL: none */
} Bluez;

/* event, bus and broker must outlive *ret. keys: path of the socket that gives the keys of bonded devices
 * (bluez/keys.h). */
int bluez_new(Bluez **ret, sd_event *event, sd_bus *bus, Broker *broker, const char *keys,
	      BluezSettled settled, void *userdata);
Bluez *bluez_free(Bluez *bluez);
/* The daemon is about to end: sends the last calls to bluetoothd, which nobody waits for. */
void bluez_end(Bluez *bluez);
/* Removes all radios; to be called before bluez_free. */
void bluez_forget_radios(Bluez *bluez);

/* CLOCK_BOOTTIME, of this turn of the loop. */
uint64_t bluez_now(const Bluez *bluez);

/* The adapter of a radio, or NULL while BlueZ does not have it. */
Adapter *bluez_adapter(const Bluez *bluez, const Radio *radio);
/* The adapter whose path is the first length bytes of path, or NULL. */
Adapter *bluez_adapter_at(const Bluez *bluez, const char *path, size_t length);

/* Writes the path that the radio's device has, or would have; addr is any of the device's addresses. Returns
 * path, or NULL while BlueZ does not have the radio. */
#define BLUEZ_PATH_SIZE 128
const char *bluez_device_path(const Bluez *bluez, const Radio *radio, const Addr *addr,
			      char path[static BLUEZ_PATH_SIZE]);

/* Writes the path of a device object that was made with that address. Returns path. */
const char *bluez_path_of(const Adapter *adapter, const Addr *addr, char path[static BLUEZ_PATH_SIZE]);

/* Whether the message is from bluetoothd: anybody may send us signals. (Calls from others do not reach our
 * objects.) */
bool bluez_is_sender(const Bluez *bluez, sd_bus_message *m);

/*
 * Pings bluetoothd, which handles messages in order: its answer says that it has handled all that was sent
 * before. The ping does not wait in the queue of calls (bluez/call.h), and has no time limit. -ENOTCONN:
 * bluetoothd is away.
 */
int bluez_ping(const Bluez *bluez, sd_bus_slot **ret, sd_bus_message_handler_t callback, void *userdata);

/* RadioOps (core/ops.h), called by core. */
void bluez_scan(void *userdata, Radio *radio, const DesiredScan *wanted);
void bluez_scan_restart(void *userdata, Radio *radio);
void bluez_power(void *userdata, Radio *radio, bool on);
