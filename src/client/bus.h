/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way to the daemon: the message bus, its objects as proxies generated from dbus/. */
#pragma once

#include "broker-dbus.h"
#include "client/exit.h"
#include "util/macros.h"

#define BROKER_PATH "/com/example/Bluetooth"

/* Connects to a bus: "system", "session", or an address. NULL: the error has been printed, and *ret_exit
 * is set; the functions below do the same. */
GDBusConnection *bus_connect(const char *bus, ExitCode *ret_exit);
/* The same for who can do without: nothing is printed. */
GDBusConnection *bus_try(const char *bus, GError **error);

/* A proxy of the daemon, with its properties. Starts the daemon if the bus can. */
BrokerManager1 *bus_manager(GDBusConnection *connection, ExitCode *ret_exit);

/* The number of the wanted radio or, if wanted is -1, of the first. -1: there is none, which has been
 * printed. */
int bus_choose_adapter(BrokerManager1 *manager, int wanted, ExitCode *ret_exit);

/* Numbers of the radios, ascending (int). The caller owns the array. */
GArray *bus_adapters(BrokerManager1 *manager);

/* A proxy of hciN, with its properties. */
BrokerAdapter1 *bus_adapter(BrokerManager1 *manager, int number, ExitCode *ret_exit);

/* The same at once: a proxy of the wanted radio, or with -1 of the first, on a connection of its own to the
 * bus. */
BrokerAdapter1 *bus_open_adapter(const char *bus, int wanted, ExitCode *ret_exit);
/* hciN */
const char *bus_adapter_name(BrokerAdapter1 *adapter);

/* An entry of Manager1.Limits; fallback if the daemon does not have it. */
uint32_t bus_limit(BrokerManager1 *manager, const char *key, uint32_t fallback);

/* All objects of the daemon, as GetManagedObjects returns them: (a{oa{sa{sv}}}). timeout_ms -1: GDBus's
 * default. */
GVariant *bus_objects(GDBusConnection *connection, int timeout_ms, ExitCode *ret_exit);
