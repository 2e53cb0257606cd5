/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One life of bluetoothd on the bus: the calls that come in find their object here, and what the
 * objects have to say is gathered: all that changes within one turn of the main loop leaves
 * together, before any reply. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <gio/gio.h>

#include "faults.h"

#define BLUEZ_ERROR "org.bluez.Error."
#define PROPERTIES "org.freedesktop.DBus.Properties"
#define OBJECT_MANAGER "org.freedesktop.DBus.ObjectManager"

struct Object;

typedef struct Bus {
	GDBusConnection *connection;
	Faults *faults;
	bool experimental;
	GHashTable *infos; /* name → GDBusInterfaceInfo */
	GHashTable *objects; /* path → Object, all */
	GPtrArray *order; /* of objects, as they came */
	GPtrArray *queue; /* of objects with something to say */
	guint idle;
	guint root;
	GPtrArray *late; /* calls that wait */
	void (*crash)(void *data); /* bluetoothd dies here; the caller goes on for a moment */
	void *crash_data;
} Bus;

Bus *bus_new(GDBusConnection *connection, Faults *faults, bool experimental);
Bus *bus_free(Bus *bus); /* all objects must be gone */
unsigned int bus_delay(const Bus *bus,
		       const char *method); /* ms a test wants this method to take */
void bus_flush(Bus *bus); /* sends what is pending */
void bus_queue(Bus *bus, struct Object *object); /* it has something to say */
void bus_emit(Bus *bus, const char *path, const char *interface, const char *signal,
	      GVariant *body);
GDBusInterfaceInfo *bus_info(Bus *bus, const char *interface);
/* Calls to path and interface come to the object of that path from now on. */
guint bus_register(Bus *bus, const char *path, const char *interface);
void bus_reply(Bus *bus, GDBusMethodInvocation *call, GVariant *value); /* value floating or NULL */
/* AcquireNotify, AcquireWrite; takes the descriptor */
void bus_reply_fd(Bus *bus, GDBusMethodInvocation *call, int fd, uint16_t mtu);
void bus_error(Bus *bus, GDBusMethodInvocation *call, const char *error,
	       const char *message); /* error: short BlueZ name */
