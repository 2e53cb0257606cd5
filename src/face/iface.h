/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The interfaces of the tree, as tables: calls are looked up in them, properties read, and what Introspect
 * says is made of them. sd-bus has vtables of its own, in which no property can be missing; bluetoothd leaves
 * out what it does not know.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <systemd/sd-bus.h>

#include "face/place.h"
#include "util/macros.h"

typedef struct Request Request;

typedef struct IfaceArg {
	const char *type;
	const char *name;
} IfaceArg;

/* Arguments of a row; the list ends with {}. */
#define IFACE_ARGS(...) ((const IfaceArg[]){ __VA_ARGS__, { NULL, NULL } })

typedef struct IfaceMethod {
	const char *name;
	const IfaceArg *in;	/* NULL: none */
	const IfaceArg *out;
	/* Answers (request_reply), or keeps the request to do so later; negative: the error is set in it, or
	 * a negative errno. */
	int (*run)(Request *request);
} IfaceMethod;

typedef struct IfaceSignal {
	const char *name;
	const IfaceArg *args;
} IfaceSignal;

typedef struct IfaceProperty {
	const char *name;
	const char *type;
	/* appends the value; negative errno */
	int (*get)(const Place *place, sd_bus_message *m);
	bool (*is_there)(const Place *place);	/* NULL: always */
	/* takes the value, in the variant that was entered; as IfaceMethod's run. NULL: read-only */
	int (*set)(Request *request, sd_bus_message *m);
} IfaceProperty;

/* Each list ends with a NULL name, and may be NULL. */
typedef struct Iface {
	const char *name;
	const IfaceMethod *methods;
	const IfaceSignal *signals;
	const IfaceProperty *properties;
	bool (*is_there)(const Place *place);	/* NULL: always */
	/* whether the bluetoothd that runs has the property of that row; NULL: each has them all */
	bool (*knows)(const Place *place, size_t row);
} Iface;

/* Calls the method of a message at that place; ifaces: those that the place has, ends with NULL. As a
 * handler of sd-bus: negative with error set, or 1. */
int iface_call(const Iface *const *ifaces, const Place *place, sd_bus_message *m, sd_bus_error *error);

/* Whether the place of these interfaces has org.freedesktop.DBus.Properties, too. */
bool iface_have_properties(const Iface *const *ifaces);

/* Appends a{sv}: the properties that are there; of those, the ones whose bit (1 << row) is set. */
int iface_append_properties(const Iface *iface, const Place *place, uint32_t which, sd_bus_message *m);
/* Appends as: those of the properties that are not there. */
int iface_append_missing(const Iface *iface, const Place *place, uint32_t which, sd_bus_message *m);
/* Appends {sa{sv}}: an interface with its properties. */
int iface_append(const Iface *iface, const Place *place, sd_bus_message *m);
/* Appends a{sa{sv}}: all interfaces with their properties. */
int iface_append_all(const Iface *const *ifaces, const Place *place, sd_bus_message *m);
#define IFACE_ALL UINT32_MAX
