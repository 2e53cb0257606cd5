/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of an application share: its registration (application.c) and objects (application-tree.c),
 * and what bluetoothd asks of it for peers (request.c, subscription.c). */
#pragma once

#include <glib.h>
#include <systemd/sd-bus.h>

#include "bluez/application.h"
#include "bluez/call.h"

#define CHARACTERISTIC_INTERFACE "org.bluez.GattCharacteristic1"
#define DESCRIPTOR_INTERFACE "org.bluez.GattDescriptor1"
#define APPLICATION_PATH_SIZE 128

/* A service's application while it is registered, or is being registered or unregistered. */
typedef struct Application {
	Bluez *bluez;
	char *adapter;		/* its path */
	LocalService *service;	/* NULL: core is done with the service, bluetoothd is not */
	char root[64];
	sd_bus_slot *object;	/* the root object */
	sd_bus_slot *objects;	/* all below it */
	BluezCall *call;
	GPtrArray *requests;	/* Request: reads that wait for a program */
	GArray *subscribing;	/* of subscription.c */
	GPtrArray *sockets;	/* of notify-socket.c */
} Application;

/* Writes the path of the attribute's object. Returns path. */
const char *application_path(const LocalAttr *attr, char path[static APPLICATION_PATH_SIZE]);
int application_append_tree(sd_bus_message *m, void *application);	/* MsgAppend */
