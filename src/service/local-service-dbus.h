/* SPDX-License-Identifier: GPL-2.0-or-later */
/* com.example.Bluetooth.LocalService1, and Session1.Service. */
#pragma once

#include "core/local.h"
#include "service/call.h"
#include "service/service.h"

/* Session1.Service: the UUID and the options are read from the message, the new path is the answer. */
int local_service_dbus_new(Call *call, void *object, Reason *reason);

/* Tells the owner of a private session, or those who asked for a user session's signals, that an object with
 * that interface has come. object NULL: that it is gone. */
void local_service_dbus_tell(Service *service, const Session *session, const char *path, const char *name,
			     void *object);
