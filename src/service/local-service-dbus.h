/* SPDX-License-Identifier: GPL-2.0-or-later */
/* com.example.Bluetooth.LocalService1, and Session1.Service. */
#pragma once

#include "core/local.h"
#include "service/call.h"
#include "service/service.h"

/* Session1.Service: the UUID and the options are read from the message, the new path is the answer. */
int local_service_dbus_new(Call *call, void *object, Reason *reason);

/* Sends a signal of ObjectManager to the owner of a private session; for a user session, to those who asked
 * for its signals. */
typedef int (*ObjectAppend)(sd_bus_message *m, const void *object);
void local_service_dbus_tell(Service *service, const Session *session, const char *member,
			     ObjectAppend append, const void *object);
