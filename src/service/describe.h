/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an object says of itself in ObjectManager's messages: interfaces, and the properties of each. */
#pragma once

#include "service/interfaces.h"
#include "service/service.h"

/* Appends an entry of a{sa{sv}}: the interface, and the properties that it has on the object. */
int describe_interface(sd_bus_message *m, const char *path, const Interface *interface, void *object);

/* Signals for one connection: the interface has come, with these properties; it has these properties now (all
 * of them); it is gone. */
int describe_came(Service *service, const char *connection, const char *path, const Interface *interface,
		  void *object);
int describe_changed(Service *service, const char *connection, const char *path, const Interface *interface,
		     void *object);
int describe_gone(Service *service, const char *connection, const char *path, const Interface *interface);
