/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GattManager1 of an adapter: programs that serve GATT objects, and what of them is in the server. */
#pragma once

#include "server.h"

typedef struct Application Application;

GPtrArray *applications_new(void); /* of Application */
void applications_call(Server *server, const char *method, GVariant *args, GDBusMethodInvocation *call);

Server *application_server(const Application *application);
Bus *application_bus(const Application *application);
const char *application_owner(const Application *application);
