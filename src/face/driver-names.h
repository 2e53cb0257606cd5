/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names on a program's bus: who has one, and the bus's methods about them. */
#pragma once

#include "face/driver-answer.h"

extern const DriverMethod driver_names[];	/* up to a member of NULL */

/* Whether the name is org.bluez's, of either kind, and bluetoothd runs. */
bool driver_is_bluez(const Connection *connection, const char *name);
/* Sets the error id: nobody has the name, for bluetoothd is away, or it is no name of this bus. */
int driver_refuse_name(sd_bus_error *error, const char *id, const char *name);
