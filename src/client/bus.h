/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way to the daemon: the message bus, its objects as proxies generated from dbus/. */
#pragma once

#include "broker-dbus.h"
#include "client/exit.h"
#include "util/macros.h"

#define BROKER_PATH "/com/example/Bluetooth"

/* Connects to a bus: "system", "session", or an address. NULL: all is said, *ret_exit is set. The same holds
 * for those below. */
GDBusConnection *bus_connect(const char *bus, ExitCode *ret_exit);

/* The daemon, with its properties; it is started where the bus can do that. */
BrokerManager1 *bus_manager(GDBusConnection *connection, ExitCode *ret_exit);

/* The number of the radio: the wanted one or, where that is -1, the first; -1: there is none (said). */
int bus_choose_adapter(BrokerManager1 *manager, int wanted, ExitCode *ret_exit);

/* Numbers of the radios, rising. */
GArray *bus_adapters(BrokerManager1 *manager);

/* The object of hciN, with its properties. */
BrokerAdapter1 *bus_adapter(BrokerManager1 *manager, int number, ExitCode *ret_exit);

/* An entry of Manager1.Limits; fallback if the daemon does not tell it. */
uint32_t bus_limit(BrokerManager1 *manager, const char *key, uint32_t fallback);

/* What ObjectManager tells of all objects: (a{oa{sa{sv}}}). */
GVariant *bus_objects(GDBusConnection *connection, int timeout_ms, ExitCode *ret_exit);
