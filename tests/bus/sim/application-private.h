/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of an application. */
#pragma once

#include "application.h"
#include "node.h"

struct Application {
	Server *server;
	char *owner, *path;
	GDBusMethodInvocation *call; /* RegisterApplication under way */
	GCancellable *asking;
	guint watch, changes, removals;
	GPtrArray *nodes; /* as the program listed them */
};

Node *application_find(const Application *application, NodeKind kind, const char *path); /* or NULL */
/* Puts its services into the server. False: one of them cannot be; the others may be there. */
bool application_serve(const Application *application);
