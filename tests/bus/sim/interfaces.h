/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Introspection data of the org.bluez interfaces that are simulated. */
#pragma once

#include <stdbool.h>

#include <gio/gio.h>

/* Experimental properties are left out unless asked for, as bluetoothd does without -E. The name
 * must be one of ours. */
GDBusInterfaceInfo *interface_info_new(const char *name, bool experimental);
