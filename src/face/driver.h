/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bus itself: org.freedesktop.DBus, as each program sees it. */
#pragma once

#include "face/connection.h"

/* Adds it to the connection. Negative errno. */
int driver_add(Connection *connection);
/* org.bluez has come or gone: NameOwnerChanged. */
void driver_bluez_changed(Connection *connection, bool up);
