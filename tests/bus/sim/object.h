/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluetoothd's objects on the bus, in its own manner: what changes within one turn of the main loop
 * leaves as one InterfacesAdded or PropertiesChanged an object, with the values of the moment it is
 * sent. */
#pragma once

#include "bus.h"

#define OBJECT_IFACES_MAX 3

/* One interface of an object: at most 32 properties, known by their place in the list. */
typedef struct Iface {
	const char *name;
	const char *const *props; /* NULL-terminated, may be NULL */
	GVariant *(*get)(void *owner, unsigned int prop); /* NULL: not there now */
	void (*set)(void *owner, unsigned int prop, GVariant *value,
		    GDBusMethodInvocation *call); /* answers the call */
	void (*call)(void *owner, const char *method, GVariant *args,
		     GDBusMethodInvocation *call); /* answers the call */
	const char *const *late; /* methods that see to their delay themselves, may be NULL */
} Iface;

typedef struct Object {
	Bus *bus;
	char *path;
	void *owner;
	const Iface *const *ifaces;
	guint ids[OBJECT_IFACES_MAX];
	uint32_t changed[OBJECT_IFACES_MAX];
	unsigned int shown; /* interfaces on the bus, by their order */
	unsigned int announced; /* of them, those that InterfacesAdded has told of */
	bool queued;
} Object;

/* ifaces is NULL-terminated, and outlives the object. The first n of them are on the bus now,
 * InterfacesAdded is sent at the end of this turn. */
Object *object_new(Bus *bus, const char *path, const Iface *const *ifaces, unsigned int n,
		   void *owner);
/* From now on the first n are there. */
void object_show(Object *object, unsigned int n);
Object *object_free(Object *object, bool silently); /* sends InterfacesRemoved unless silently */
/* Appends {sa{sv}} for each interface there is. */
void object_append_ifaces(Object *object, GVariantBuilder *builder);
/* Sends what is pending of this one. */
void object_flush(Object *object);
void object_changed(Object *object, unsigned int iface, unsigned int prop);
/* The same, and the signal leaves now: none is merged with the next. */
void object_signal(Object *object, unsigned int iface, unsigned int prop);
