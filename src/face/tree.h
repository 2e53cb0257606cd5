/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tree of objects that a program sees: what is where, and the signals of what comes, goes and changes. */
#pragma once

#include "core/ops.h"
#include "face/iface.h"
#include "face/outbox.h"
#include "face/place.h"

/* A method call to org.bluez: as a handler of sd-bus. */
int tree_call(Connection *connection, sd_bus_message *m, sd_bus_error *error);
/* Appends <node name="…"/> for what is right below the place. */
void tree_describe_children(const Place *place, GString *xml);

/* InterfacesAdded, InterfacesRemoved; of all attributes of a link, which the device's object keeps. */
void tree_added(const Place *place);
void tree_removed(const Place *place);
/* The same for one interface of an object that is there. */
void tree_iface_added(const Place *place, const Iface *iface);
void tree_iface_removed(const Place *place, const Iface *iface);
void tree_added_attrs(const Place *device, const Link *link);
void tree_removed_attrs(const Place *device, const Link *link);
/* A notified value of a characteristic: as tree_changed, and none is left out. */
void tree_value(const Place *place, const Iface *iface, uint32_t properties, GBytes *value);
/* For outbox.c: tells it now, if it is still so. */
void tree_tell(Program *program, const News *news);

/* Calls each for all objects but the root, until it returns a negative number. */
typedef int (*PlaceEach)(const Place *place, void *userdata);
int tree_each(Program *program, PlaceEach each, void *userdata);
int tree_append_object(const Place *place, const char *path, sd_bus_message *m);	/* {oa{sa{sv}}} */
int tree_list_objects(Request *request);	/* GetManagedObjects (tree-list.c) */

/* PropertiesChanged for the rows whose bit is set. */
void tree_changed(const Place *place, const Iface *iface, uint32_t properties);
